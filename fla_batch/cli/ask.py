"""`ask`: credit, rights, trainings and lists, as the platform holds them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, cast

import click

from fla_batch.cli.options import (
    EXISTING_FILE,
    YEAR,
    Command,
    Shared,
    Subcommands,
    shared,
    with_options,
)
from fla_batch.cli.poll import timeout_option
from fla_batch.cli.question_arguments import ask_or_show
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightType


class Day(click.ParamType["date"]):
    """A date such as 2025-03-01."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date in a text."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            self.fail(f"{value!r} is no date such as 2025-03-01.", param, ctx)


@click.group(cls=Subcommands)
def ask() -> None:
    """Ask the platform what it holds; the answers stay in the ledger.

    A question is built, signed and sent like a declaration, and answered some time later. With
    --watch the command waits for it; without, poll fetches it, and the same question with
    --show shows what the ledger holds, without asking again.
    """


after_closure_option = click.option(
    "--after-closure",
    is_flag=True,
    help="Ask production although the platform's data are destroyed.",
)
company_id_option = click.option(
    "--company-id", required=True, metavar="NUMBER", help="The employer's company number."
)
_COMMON = (
    company_id_option,
    click.option("--show", is_flag=True, help="Show the last answers; ask nothing."),
    click.option(
        "--watch",
        "every_s",
        type=click.FloatRange(min=0.1),
        metavar="SECONDS",
        help="Wait: look for the answer every SECONDS.",
    ),
    timeout_option,
    after_closure_option,
    shared,
)
_WORKERS = (
    click.option("--inss", multiple=True, metavar="NUMBER", help="A worker; may be repeated."),
    click.option(
        "--workers",
        "workers_file",
        type=EXISTING_FILE,
        help="A file of workers: lines 'INSS' or 'INSS;year', or an answer with employees.",
    ),
)
_YEARS = click.option(
    "--year", "years", type=YEAR, metavar="YEAR", multiple=True, help="May be repeated."
)
_YEAR = click.option(
    "--year",
    "years",
    type=YEAR,
    metavar="YEAR",
    callback=lambda _context, _parameter, year: (year,) if year else (),
    help="Only that year.",
)
_RIGHT_TYPE = click.option(
    "--right-type",
    type=click.Choice([each.value for each in RightType]),
    help="Only rights of that kind.",
)


def _state(default: ProcessingState | None = None) -> Callable[[Any], Any]:
    return click.option(
        "--processing-state",
        type=click.Choice([each.value for each in ProcessingState]),
        default=default.value if default else None,
        show_default=default is not None,
        help="Only trainings in that state.",
    )


def _asking(kind: FormKind, *options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """A command that asks questions of `kind`; its own options are zones of the question."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def call(shared: Shared, **given: Any) -> int:
            return ask_or_show(kind, shared, **given)

        return cast(Command, with_options(*options, *_COMMON)(call))

    return decorate


@ask.command()
@_asking(FormKind.ASK_CREDIT, *_WORKERS)
def credit() -> None:
    """The training credit that remains to workers (GET creditCalculation)."""


@ask.command()
@_asking(FormKind.ASK_RIGHTS, *_WORKERS, _YEARS, _RIGHT_TYPE)
def rights() -> None:
    """The training rights of workers (GET trainingRights).

    Only with --right-type does the answer tell where a right comes from and until when the
    legal one is valid; and then it is not the whole photo.
    """


@ask.command()
@_asking(FormKind.ASK_TRAININGS, *_WORKERS, _YEARS, _state())
def trainings() -> None:
    """The trainings of workers (GET trainings).

    Without --processing-state those in force, without the references of their providers. With
    all, `fla-batch trainings validate` can go on from the answer.
    """


@ask.command("to-validate")
@_asking(
    FormKind.ASK_TO_VALIDATE,
    _state(ProcessingState.TO_VALIDATE),
    _YEAR,
    click.option(
        "--from",
        "from_training_first_start_date",
        type=Day(),
        metavar="DATE",
        help="Trainings that begin on DATE or later.",
    ),
    click.option(
        "--to",
        "to_training_last_end_date",
        type=Day(),
        metavar="DATE",
        help="Trainings that end on DATE or before.",
    ),
)
def to_validate() -> None:
    """Workers with trainings of providers to validate (GET employeesTrainings)."""


@ask.command("changed-rights")
@_asking(
    FormKind.ASK_CHANGED_RIGHTS,
    click.option(
        "--modified-from",
        "modified_from_date",
        type=Day(),
        metavar="DATE",
        required=True,
        help="Rights that changed on DATE or later.",
    ),
    _YEAR,
    _RIGHT_TYPE,
)
def changed_rights() -> None:
    """Workers whose rights changed since a date (GET employeesTrainingRights)."""
