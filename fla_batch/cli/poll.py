"""`poll`: fetch and process answers, once or until all batches are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say, say_all
from fla_batch.cli.options import Shared, shared_and_logged
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.show import left_alone_lines
from fla_batch.vocabulary.sentences import translated

if TYPE_CHECKING:
    from fla_batch.commands.poll_result import PollResult
    from fla_batch.commands.workspace import Workspace

REFUSED_FILE = 5
"""Exit code of whoever polls when the portal refused a file."""

every_option = click.option(
    "--every",
    "every_s",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    default=60.0,
    show_default=True,
    help="Time between two looks for answers.",
)
timeout_option = click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Stop waiting after SECONDS, with exit code 6.",
)


@click.command()
@click.option(
    "--watch",
    "every_s",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Look again every SECONDS until every batch is closed.",
)
@timeout_option
@shared_and_logged
def poll(every_s: float | None, timeout_s: float | None, shared: Shared) -> int:
    """Fetch and process answers. With --watch, until every batch is closed.

    Each answer is processed once, however often it is seen. Exit code 5 when the portal refused
    a file, 1 when it refused a form, 6 when the time ran out.
    """
    with shared.workspace() as workspace:
        result = polled(workspace, every_s, timeout_s, shared)
    if shared.as_json:
        shared.show_json(result.to_json())
    else:
        show_polled(result, shared, watched=every_s is not None)
    return exit_code(result)


def polled(
    workspace: Workspace, every_s: float | None, timeout_s: float | None, shared: Shared
) -> PollResult:
    """Polls, telling on standard error what arrives."""
    from fla_batch.commands.poll import poll as poll_command
    from fla_batch.commands.watch import Patience, watch

    if every_s is None:
        with counting("answers", shared) as counted:
            return poll_command(workspace, counted)
    return watch(workspace, Patience(every_s, timeout_s, shared.tell_translated))


def show_polled(result: PollResult, shared: Shared, *, watched: bool) -> None:
    """What came, what could not be used, and what is still open.

    A watch has named the answers already, one by one as they came.
    """
    words = shared.words
    if watched:
        say(words.count("answers_processed", len(result.processed)))
    else:
        for name in result.processed:
            say(words.line("processed", name=name))
    for name, reason in result.quarantined:
        told = translated(reason, shared.language)
        say(words.line("quarantined", name=name, reason=told))
    for one in result.unfetched:
        told = translated(one.reason, shared.language)
        say(words.line("unfetched", name=one.name, reason=told))
    say_all(left_alone_lines(result.strangers, shared.language))
    for text in result.unmatched:
        say(words.line("unmatched", text=translated(text, shared.language)))
    for name in result.cancelled:
        say(words.line("is_cancelled", name=name))
    if not watched and result.brought_nothing:
        note = translated(result.note, shared.language)
        say(note or words.line("no_new_answers"))
    if result.refused_forms:
        say(words.count("refused_forms", result.refused_forms))
    if result.open_batches:
        then = "send" if result.note else "poll --watch 60"
        say(words.count("still_open", result.open_batches, next=then))
    else:
        say(words.line("all_closed"))


def exit_code(result: PollResult) -> int:
    """5 for a refused file, 1 for a refused form or an answer that cannot be used, else 0."""
    if result.refused_files:
        return REFUSED_FILE
    return 1 if result.refused_forms or result.quarantined or result.lacks_answers else 0
