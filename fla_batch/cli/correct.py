"""`correct`: only the refused forms of a batch, from corrected input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.input_options import INPUT, InputOptions, input_options
from fla_batch.cli.options import Shared, shared_and_logged
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.removals import Allowed, removal_options
from fla_batch.cli.show import counts_in_words, in_words, kind_in_words
from fla_batch.vocabulary.findings import AnomalyCounts, blocking
from fla_batch.vocabulary.place_words import whom

if TYPE_CHECKING:
    from fla_batch.commands.correct import CorrectResult
    from fla_batch.models import DeclarationKey
    from fla_batch.vocabulary.terms import Language
    from fla_batch.vocabulary.words import Words

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
    words = shared.words
    for anomaly in result.anomalies[:_MOST_IN_WORDS]:
        say(in_words(anomaly, shared.language, text=shared.text))
    if len(result.anomalies) > _MOST_IN_WORDS:
        say(words.line("and_more", count=len(result.anomalies) - _MOST_IN_WORDS))
    say(counts_in_words(AnomalyCounts.of(result.anomalies), shared.language))
    for key, batch in result.corrected.items():
        say(words.line("already_corrected", batch=batch, who=_who(key, shared.language)))
    _show_missing(result, words)
    _list("same_as_refused", result.unchanged, words)
    if result.ignored:
        say(words.count("others_left_alone", result.ignored, batch=result.previous))
    for built in result.batches:
        forms = words.count("form", built.forms)
        parts = {"batch": built.name, "forms": forms, "previous": result.previous}
        say(words.line("correction_built", **parts))
    say(words.line("built_and_staged" if result.batches else "nothing_written"))


def _show_missing(result: CorrectResult, words: Words) -> None:
    """What cannot be found, why, and which command sends it."""
    nowhere = [key for key in result.missing if key not in result.elsewhere]
    _list("not_in_input", nowhere, words)
    moved = list(result.elsewhere.items())
    for key, found in moved[:_MOST_IN_WORDS]:
        places = ", ".join(
            ", ".join([*whom(each.company_id, None, words.language), str(each.calendar_year)])
            for each in found
        )
        say(words.line("moved", who=_who(key, words.language), places=places))
    if moved:
        if len(moved) > _MOST_IN_WORDS:
            say(words.line("and_more", count=len(moved) - _MOST_IN_WORDS))
        say(words.line("moved_do"))


def _list(what: str, keys: list[DeclarationKey], words: Words) -> None:
    for key in keys[:_MOST_IN_WORDS]:
        say(words.line(what, who=_who(key, words.language)))
    if len(keys) > _MOST_IN_WORDS:
        more = words.line("more_declarations", count=len(keys) - _MOST_IN_WORDS)
        say(words.line(what, who=more))


def _who(key: DeclarationKey, language: Language) -> str:
    parts = whom(key.company_id, key.inss, language)
    return ", ".join([*parts, str(key.calendar_year), kind_in_words(key.kind, language)])
