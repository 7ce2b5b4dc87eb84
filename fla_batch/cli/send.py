"""`send` and `cancel`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import Shared, shared_and_logged
from fla_batch.cli.progress_bar import Unit, counting
from fla_batch.cli.show import outcome_in_words, state_in_words
from fla_batch.vocabulary.sentences import translated

if TYPE_CHECKING:
    from fla_batch.commands.send import SendOutcome
    from fla_batch.vocabulary.words import Words

after_closure_option = click.option(
    "--after-closure", is_flag=True, help="Send to production although the platform closed."
)


@click.command()
@click.argument("batches", nargs=-1)
@after_closure_option
@shared_and_logged
def send(batches: tuple[str, ...], after_closure: bool, shared: Shared) -> int:
    """Send what is staged: BATCHES, or all. Over sFTP every FI, every FS, and GO last.

    A batch that was interrupted goes on where it stopped; one in doubt is settled from the
    server's folder, over REST by asking the platform, and never sent twice. Over REST the verdicts
    come at once: exit code 1 when a declaration was refused.
    """
    from fla_batch.commands import send as sending

    with shared.workspace() as workspace:
        waiting = sending.to_send(workspace, batches)
        if waiting:
            sending.require_checked(shared.settings.profile.name)
        sending.require_open(workspace, waiting, after_closure=after_closure)
        total = sum(sending.outgoing_bytes(workspace, name) for name in waiting)
        with counting("sent", shared, total, unit=Unit.BYTES) as counted:
            outcomes = sending.send(workspace, waiting, counted)
        answers_later = workspace.channel.answers_later
    if shared.as_json:
        shared.show_json({"batches": [outcome.to_json() for outcome in outcomes]})
    else:
        for outcome in outcomes:
            say(outcome_in_words(outcome, shared.language))
        say(_next(outcomes, shared.words, answers_later=answers_later))
    return exit_code(outcomes)


def exit_code(outcomes: Sequence[SendOutcome]) -> int:
    """4 for a batch in doubt, not all answered or behind another one, 3 for one that is set apart,
    1 for a refusal.
    """
    if any(outcome.trouble for outcome in outcomes):
        return 3
    if any(outcome.in_doubt or outcome.unanswered or outcome.waits_for for outcome in outcomes):
        return 4
    return 1 if any(outcome.refused for outcome in outcomes) else 0


def _next(outcomes: Sequence[SendOutcome], words: Words, *, answers_later: bool) -> str:
    if not outcomes:
        return words.line("nothing_staged")
    if any(outcome.in_doubt for outcome in outcomes):
        return words.line("poll_settles" if answers_later else "send_settles")
    if any(outcome.unanswered for outcome in outcomes):
        return words.line("unanswered")
    left = [one for one in outcomes if one.trouble or one.elsewhere or one.waits_for]
    count = len(outcomes) - len(left)
    if not count:
        return words.line("nothing_sent")
    return words.count("sent" if answers_later else "sent_and_answered", count)


@click.command()
@click.argument("batch")
@shared_and_logged
def cancel(batch: str, shared: Shared) -> None:
    """Cancel BATCH with a TD file. Never after the portal accepted the file.

    Whether TD came in time shows later: until then its declarations count as sent. What went
    over REST is in force at once: nothing cancels it but another photo.
    """
    from fla_batch.commands.cancel import cancel as cancel_command
    from fla_batch.commands.status import status

    with shared.workspace() as workspace:
        state = cancel_command(workspace, batch)
        (row,) = status(workspace, batch)
    if shared.as_json:
        shared.show_json({"name": batch, "state": state.value, "waits_for": row.waits_for})
    else:
        why = f": {translated(row.waits_for, shared.language)}." if row.waits_for else ""
        say(f"{batch}: {state_in_words(state, shared.language)}{why}")
