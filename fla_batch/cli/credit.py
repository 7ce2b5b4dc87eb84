"""`credit forecast`: the remaining credit, computed here from the user's files."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.ask import Day
from fla_batch.cli.edge import say
from fla_batch.cli.input_options import INPUT, InputOptions, input_options
from fla_batch.cli.options import Shared, Subcommands, now, shared
from fla_batch.cli.show import in_words, table
from fla_batch.vocabulary.belgian_time import belgian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fla_batch.account.remaining_credit import Forecast, TrainingTime
    from fla_batch.vocabulary.words import Words


@click.group(cls=Subcommands)
def credit() -> None:
    """The training credit that remains to workers."""


@credit.command()
@click.argument("inputs", nargs=-1, required=True, type=INPUT)
@click.option("--as-of", type=Day(), metavar="DATE", help="The credit on DATE; by default today.")
@click.option(
    "--with-ledger",
    is_flag=True,
    help="Other years of these workers as the platform holds them, by the ledger.",
)
@input_options
@shared
def forecast(
    inputs: tuple[Path, ...],
    as_of: date | None,
    with_ledger: bool,
    reading: InputOptions,
    shared: Shared,
) -> int:
    """Compute the remaining credit of each worker from rights and trainings in INPUTS.

    Nothing is asked or sent. Files hold several years of one worker as several declarations. What
    a rule blocks is left out and listed; exit code 1 says so.
    """
    from fla_batch.account import credit_forecast
    from fla_batch.commands.rule_context import rule_context

    context = rule_context(shared.settings.rules, now())
    read = credit_forecast.read(inputs, context, reading.choice(shared.settings))
    at = _moment(as_of)
    declarations = read.declarations
    if with_ledger:
        with shared.workspace() as workspace:
            ledger, environment = workspace.ledger, workspace.environment
            declarations = credit_forecast.with_ledger(declarations, ledger, environment)
    found = list(credit_forecast.forecasts(declarations, at, context.windows))
    blocked = [anomaly for anomaly in read.anomalies if anomaly.blocks]
    if shared.as_json:
        shared.show_json(
            {
                "credits": [credit_forecast.forecast_json(each) for each in found],
                "anomalies": [anomaly.to_json() for anomaly in blocked],
            }
        )
    else:
        for anomaly in blocked:
            say(in_words(anomaly, shared.language, text=shared.text))
        _show(found, shared.words)
    return 1 if blocked else 0


def _moment(as_of: date | None) -> datetime:
    """Now, or the end of that day, in Belgian local time."""
    if as_of is None:
        return belgian(now()).replace(tzinfo=None)
    return datetime.combine(as_of, time(23, 59, 59))


def _show(found: list[Forecast], words: Words) -> None:
    from fla_batch.cli.answer_tables import credit_table

    if not found:
        say(words.line("nothing_to_compute"))
        return
    say(credit_table([each.credit.to_json() for each in found], words))
    uncovered = _periods(found, lambda each: each.uncovered, words)
    if uncovered:
        say("\n" + words.count("uncovered", len(uncovered)))
        say(table(words.headings("uncovered_headings"), uncovered))
    without_status = _periods(found, lambda each: each.without_status, words)
    if without_status:
        say("\n" + words.count("without_status", len(without_status)))
        say(table(words.headings("without_status_headings"), without_status))
    for each in found:
        for zone in each.beyond_bounds:
            say("\n" + words.line("remark", inss=each.credit.employee.inss, zone=zone))


def _periods(
    found: list[Forecast], which: Callable[[Forecast], Iterable[TrainingTime]], words: Words
) -> list[list[object]]:
    """Worker, first and last day, and hours of those periods of each."""
    from fla_batch.cli.answer_tables import hours

    return [
        [each.credit.employee.inss, one.start_date, one.end_date, hours(one.hours_centi, words)]
        for each in found
        for one in which(each)
    ]
