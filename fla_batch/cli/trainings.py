"""`trainings validate`: trainings that providers registered, merged into annual declarations."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fla_batch.cli.ask import company_id_option
from fla_batch.cli.edge import say
from fla_batch.cli.options import ANY_PATH, YEAR, Shared, Subcommands, shared
from fla_batch.cli.show import table
from fla_batch.vocabulary.errors import UsageMistake


@click.group(cls=Subcommands)
def trainings() -> None:
    """Trainings that providers registered for the employer's workers."""


@trainings.command()
@company_id_option
@click.option("--inss", multiple=True, metavar="NUMBER", help="Only that worker; may be repeated.")
@click.option("--year", "years", type=YEAR, metavar="YEAR", multiple=True, help="Only that year.")
@click.option(
    "--id", "numbers", multiple=True, metavar="UUID", help="A provider's training; may be repeated."
)
@click.option("--all", "everything", is_flag=True, help="All that stand to validate.")
@click.option(
    "-o", "--output", required=True, type=ANY_PATH, metavar="FILE", help="The JSON file to write."
)
@shared
def validate(
    company_id: str,
    inss: tuple[str, ...],
    years: tuple[int, ...],
    numbers: tuple[str, ...],
    everything: bool,
    output: Path,
    shared: Shared,
) -> None:
    """Merge chosen trainings of providers into annual declarations, in FILE.

    Goes on from the last answers to `ask trainings --processing-state all`. Nothing is sent: look
    at FILE, change hours where the employer sees them differently, and send it with run.
    """
    from fla_batch.account.rest_json import with_numbers
    from fla_batch.commands.trainings_to_validate import chosen
    from fla_batch.system.files import write_whole

    if everything == bool(numbers):
        raise UsageMistake("choose trainings with --id, or all of them with --all")
    with shared.workspace() as workspace:
        choices = chosen(workspace, company_id, inss, years, numbers)
    bodies = [with_numbers(choice.declaration.to_json()) for choice in choices]
    write_whole(output, json.dumps(bodies, ensure_ascii=False, indent=2).encode() + b"\n")
    if shared.as_json:
        shared.show_json({"file": str(output), "validated": [each.to_json() for each in choices]})
        return
    rows = [
        [
            choice.declaration.key.inss,
            choice.declaration.calendar_year,
            training.training_denomination,
            training.training_first_start_date,
            training.training_last_end_date,
            training.training_provider_reference
            and training.training_provider_reference.provider_training_id,
        ]
        for choice in choices
        for training in choice.trainings
    ]
    say(table(shared.words.headings("validated_headings"), rows))
    say(shared.words.count("validated", len(choices), output=output))
