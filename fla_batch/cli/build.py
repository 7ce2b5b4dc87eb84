"""`build`: declarations to signed batches in the outbox."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.input_options import INPUT, InputOptions, input_options, show_receipts
from fla_batch.cli.options import WORKERS, Shared, shared_and_logged, with_options
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.removals import Allowed, removal_options, write_list
from fla_batch.cli.show import counts_in_words, in_words, show_groups, table
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.words import Words

if TYPE_CHECKING:
    from fla_batch.commands.build_batches import BuildResult
    from fla_batch.commands.foresee_build import Foreseen
    from fla_batch.commands.workspace import Workspace
    from fla_batch.intake import ReadingChoice

_MOST_IN_WORDS = 50


build_options = with_options(
    click.option(
        "--skip-blocked",
        is_flag=True,
        help="Leave out exactly the blocked forms and list them, instead of stopping.",
    ),
    removal_options,
    click.option(
        "--again",
        is_flag=True,
        help="Build also what the portal has already, or is about to get; each is listed.",
    ),
    WORKERS,
)
"""The options that decide what may be built; `run` takes them too."""


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=INPUT)
@click.option(
    "--dry-run", is_flag=True, help="Show what would be declared and deleted; write nothing."
)
@build_options
@input_options
@shared_and_logged
def build(
    inputs: tuple[Path, ...],
    dry_run: bool,
    skip_blocked: bool,
    allowed: Allowed,
    again: bool,
    workers: str | None,
    reading: InputOptions,
    shared: Shared,
) -> int:
    """Turn the declarations in INPUTS into validated, signed batches in the outbox.

    With any blocking anomaly nothing is written, unless --skip-blocked. What the portal has
    already, or is about to get, is left out and counted as unchanged, unless --again.
    """
    how = reading.choice(shared.settings)
    if dry_run:
        return _foreseen(inputs, how, workers, shared)
    with shared.workspace(needs_settings=False, workers=workers) as workspace:
        result = built(workspace, inputs, shared, skip_blocked, allowed, again, how)
    if shared.as_json:
        shared.show_json(result.to_json())
    else:
        show_built(result, shared)
    return exit_code(result)


def _foreseen(
    inputs: tuple[Path, ...], how: ReadingChoice, workers: str | None, shared: Shared
) -> int:
    """1 when something would stop the build, else 0."""
    from fla_batch.commands.foresee_build import foresee

    opened = shared.workspace(workers=workers)
    with opened as workspace, counting("declarations", shared) as counted:
        result = foresee(workspace, inputs, how=how, counted=counted)
    if shared.as_json:
        shared.show_json(result.to_json())
    else:
        _show_foreseen(result, shared)
    return 0 if result.is_free and not result.removals else 1


def _show_foreseen(result: Foreseen, shared: Shared) -> None:
    show_groups(result.anomalies.groups, shared)
    show_receipts(result.receipts, shared.language)
    words = shared.words
    rows = [
        [one.company_id, len(one.workers), one.added, one.changed, one.unchanged]
        for one in result.employers
    ]
    if rows:
        say(table(words.headings("foreseen_headings"), rows))
    for removal in result.removals:
        whose = {"inss": removal.inss, "year": removal.calendar_year}
        say(words.line("would_be_deleted", what=removal.what, **whose))
    say(words.count("would_be_built", result.to_send))


def built(
    workspace: Workspace,
    inputs: tuple[Path, ...],
    shared: Shared,
    skip_blocked: bool,
    allowed: Allowed,
    again: bool,
    how: ReadingChoice,
) -> BuildResult:
    """Builds, with progress on standard error; a build that would delete leaves a list of it."""
    from fla_batch.commands.build import build as build_command

    with counting("declarations", shared) as counted:
        result = build_command(
            workspace,
            inputs,
            skip_blocked=skip_blocked,
            allow_removals=allowed.everything,
            allowed_removals=allowed.listed,
            again=again,
            how=how,
            counted=counted,
        )
    result.removals_file = write_list(inputs, result.anomalies) if result.skipped else None
    return result


def show_built(result: BuildResult, shared: Shared, *, goes_on: bool = False) -> None:
    """What was built and what is wrong; the next command, unless the caller goes on by itself."""
    words = shared.words
    for note in result.notes:
        shared.tell(words.line("note", text=translated(note, words.language)))
    if result.skipped and result.batches:
        _show_left_out(result, shared)
    else:
        show_groups(result.anomalies.groups, shared)
    say(counts_in_words(result.anomalies.counts, shared.language))
    show_receipts(result.receipts, shared.language)
    for batch in result.batches:
        counts = words.count("form", batch.forms), words.count("part", batch.parts)
        say(words.line("batch_holds", batch=batch.name, counts=", ".join(counts)))
    _show_unchanged(result, words)
    if result.unchanged or result.batches:
        if result.skipped:
            say(words.count("blocked_left_out", result.skipped))
        if not goes_on:
            say(words.line(_next(result)))
        return
    say(words.line("nothing_written"))
    if result.removals_file:
        say(words.line("removals_listed", file=result.removals_file))
    if result.skipped:
        say(words.count("correct_blocked", result.skipped))


def _show_left_out(result: BuildResult, shared: Shared) -> None:
    """Who leaves blocked forms out is told each of them, not only their causes."""
    for anomaly in islice(result.anomalies.by_place(blocking_first=True), _MOST_IN_WORDS):
        say(in_words(anomaly, shared.language, text=shared.text))
    left = len(result.anomalies) - _MOST_IN_WORDS
    if left > 0:
        say(shared.words.line("and_more_to_check", count=left))


def _next(result: BuildResult) -> str:
    if result.batches:
        return "built_and_staged"
    return "then_poll" if result.being_cancelled else "then_status"


def _show_unchanged(result: BuildResult, words: Words) -> None:
    if result.unchanged:
        say(words.count("unchanged", result.unchanged))
    for name, count in result.held_by.items():
        say(words.line("in_batch", count=count, batch=name))
    for name in sorted(result.being_cancelled):
        say(words.line("being_cancelled", batch=name))


def exit_code(result: BuildResult) -> int:
    """1 when something was blocked and so not built, or may have to be built once more."""
    left = result.skipped or result.being_cancelled
    return 1 if left or not (result.batches or result.unchanged) else 0
