"""`correct`: only the refused forms of a batch, from corrected input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.input_options import INPUT, InputOptions, input_options
from fla_batch.cli.options import Shared, shared_and_logged
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.removals import Allowed, removal_options
from fla_batch.cli.show import counted as counted_anomalies
from fla_batch.cli.show import in_words, plural
from fla_batch.vocabulary.findings import blocking

if TYPE_CHECKING:
    from fla_batch.commands.correct import CorrectResult
    from fla_batch.models import DeclarationKey

_MOST_IN_WORDS = 50


@click.command()
@click.argument("batch")
@click.argument("inputs", nargs=-1, required=True, type=INPUT)
@removal_options
@input_options
@shared_and_logged
def correct(
    batch: str, inputs: tuple[Path, ...], allowed: Allowed, reading: InputOptions, shared: Shared
) -> int:
    """Build the refused forms of BATCH again, from corrected INPUTS.

    INPUTS may be the whole file of before: what was accepted, and what is not of BATCH, is left
    alone. The new batch is linked to BATCH. With any blocking anomaly nothing is written.
    """
    from fla_batch.commands.correct import correct as corrected

    how = reading.choice(shared.settings)
    with shared.workspace() as workspace, counting("declarations", shared) as counted:
        result = corrected(
            workspace,
            batch,
            inputs,
            allow_removals=allowed.everything,
            allowed_removals=allowed.listed,
            counted=counted,
            how=how,
        )
    if shared.as_json:
        shared.show_json(result.to_json())
    else:
        _show(result, shared)
    return 1 if not result.batches or blocking(result.anomalies) else 0


def _show(result: CorrectResult, shared: Shared) -> None:
    for anomaly in result.anomalies[:_MOST_IN_WORDS]:
        click.echo(in_words(anomaly, shared.language))
    if len(result.anomalies) > _MOST_IN_WORDS:
        click.echo(f"... and {len(result.anomalies) - _MOST_IN_WORDS} more: --json gives all.")
    click.echo(counted_anomalies(result.anomalies))
    for key, batch in result.corrected.items():
        click.echo(f"already corrected in {batch}: {_who(key)}")
    _show_missing(result)
    _list("the same as was refused", result.unchanged)
    if result.ignored:
        declarations = plural(result.ignored, "other declaration")
        click.echo(f"{declarations} in the input left alone: not refused in {result.previous}.")
    for built in result.batches:
        click.echo(f"{built.name}: {plural(built.forms, 'form')}, corrects {result.previous}")
    if result.batches:
        click.echo("Built and staged. Next: fla-batch send")
    else:
        click.echo("Nothing was written to the outbox.")


def _show_missing(result: CorrectResult) -> None:
    """What cannot be found, why, and which command sends it."""
    nowhere = [key for key in result.missing if key not in result.elsewhere]
    _list("refused, and not in the input", nowhere)
    moved = list(result.elsewhere.items())
    for key, found in moved[:_MOST_IN_WORDS]:
        where = ", ".join(f"employer {each.company_id}, {each.calendar_year}" for each in found)
        click.echo(f"refused: {_who(key)}; the input has this worker for {where}")
    if moved:
        left = len(moved) - _MOST_IN_WORDS
        if left > 0:
            click.echo(f"... and {left} more; --json gives all")
        click.echo(
            "A mended employer number or year is another declaration: fla-batch build FILE sends "
            "what changed in the whole file, and leaves out what was accepted."
        )


def _list(what: str, keys: list[DeclarationKey]) -> None:
    for key in keys[:_MOST_IN_WORDS]:
        click.echo(f"{what}: {_who(key)}")
    if len(keys) > _MOST_IN_WORDS:
        click.echo(f"{what}: {len(keys) - _MOST_IN_WORDS} more; --json gives all")


def _who(key: DeclarationKey) -> str:
    return f"worker {key.inss}, employer {key.company_id}, {key.calendar_year}, {key.kind.value}"
