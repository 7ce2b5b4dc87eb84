"""Fetching answers: each is processed once, and its raw file is on disk before its rows are.

An FO is read only once its GO is there. What is ours and cannot be trusted or read goes to
quarantine with its reason; what is not ours is left where it is. Neither holds up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from fla_batch.channel.out_folder import OfferedAnswer, OutFolder
from fla_batch.channel.protocol import Gateway, OperationRefused
from fla_batch.commands.fetch import AnswerFetch
from fla_batch.commands.poll_lock import only_poller
from fla_batch.commands.poll_result import PollResult
from fla_batch.commands.receive import Reception
from fla_batch.commands.settle import being_cancelled, settle_cancellations, settle_doubts
from fla_batch.ledger.left_rows import LeftAlone
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.system.files import private_folder, remove_partials
from fla_batch.vocabulary.progress import UNWATCHED, Watcher

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerLine, Channelled

WAITING = frozenset(
    {BatchState.IN_DOUBT, BatchState.SENT, BatchState.UNRECOGNISED, BatchState.RECEIVED}
)
"""States of batches of which the portal still owes an answer."""


def poll(
    workspace: Channelled, counted: Watcher = UNWATCHED, *, recheck: bool = True
) -> PollResult:
    """Takes in what answers there are, over the channel that is configured; see there."""
    return workspace.channel.poll(counted, recheck=recheck)


def fetch_answers(
    workspace: AnswerLine, counted: Watcher = UNWATCHED, *, recheck: bool = True
) -> PollResult:
    """Fetches and processes what is there; one listing. `counted` is told of verdicts.

    With `recheck`, answers of recent batches are compared with what came before (R32). Raises
    LockHeld when another process polls, GatewayUnavailable, LoginRefused, HostKeyMismatch,
    DiskTrouble, LedgerTrouble.
    """
    result = PollResult()
    with only_poller(workspace) as renew:
        reception = Reception(workspace, result, counted)
        workspace.outbox.inbox.clear_partials(workspace.environment)
        remove_partials(private_folder(workspace.outbox.root / "quarantine"))
        for kept in reception.unfinished():
            reception.process(kept)
        with workspace.connect() as gateway:
            heard_all = _look_into_out(workspace, gateway, reception, result, renew, recheck)
            settle_doubts(workspace, gateway)
            done = settle_cancellations(workspace, gateway, heard_all=heard_all)
    result.cancelled += map(str, done)
    waiting = workspace.ledger.names(workspace.environment, WAITING)
    result.open_batches = len(waiting) + len(list(being_cancelled(workspace)))
    return result


def _look_into_out(
    workspace: AnswerLine,
    gateway: Gateway,
    reception: Reception,
    result: PollResult,
    renew: Callable[[], None],
    recheck: bool,
) -> bool:
    """Fetch what is due, and record what stays there; True when all that is due was taken in."""
    listing = gateway.list_folder(workspace.environment.folder_out)
    there = OutFolder.of(listing, workspace.answers.kinds)
    before = _left_before(workspace)
    fetch = AnswerFetch(workspace, gateway, reception, before)
    settled = []
    due = list(_due(workspace, there.answers, before, recheck))
    taken = list(_within_limits(workspace, due))
    try:
        for offered in taken:
            renew()
            if fetch.take(offered):
                settled.append(offered)
    finally:
        workspace.ledger.note_looks(fetch.looks, workspace.clock())
    if result.processed:
        reception.match_again()
    names = {entry.name for entry in listing}
    left = fetch.left | {
        name: reason
        for name, reason in before.items()
        if name in names - fetch.attempted  # what this poll did not come to
    }
    odd_files = workspace.outbox.inbox.odd_entries(workspace.environment)
    _record_left(workspace, there, left, odd_files, result)
    if workspace.answers.delete_on_server:
        _tidy_server(workspace, gateway, there.answers, settled)
    return len(settled) == len(due)


def _due(
    workspace: AnswerLine,
    answers: Iterable[OfferedAnswer],
    left_before: dict[str, str],
    recheck: bool,
) -> Iterator[OfferedAnswer]:
    """New answers, then those that could not be fetched before, then those to compare again."""
    looks = workspace.ledger.seen_answers(workspace.environment)
    settled: dict[str, OfferedAnswer] = {}
    failed = []
    for offered in answers:
        file = offered.file
        if any(look.is_listed_so(file.size, file.modified) for look in looks.get(file.name, ())):
            settled[file.name] = offered
        elif file.name in left_before:
            failed.append(offered)
        else:
            yield offered
    yield from failed
    if recheck and settled:
        since = workspace.clock() - timedelta(days=workspace.answers.recheck_days)
        names = workspace.ledger.answers_to_recheck(workspace.environment, since)
        yield from (settled[name] for name in names if name in settled)


def _within_limits(workspace: AnswerLine, due: Iterable[OfferedAnswer]) -> Iterator[OfferedAnswer]:
    """At most so many files and bytes a poll; the first one whatever its size (S5)."""
    limits, taken = workspace.limits, 0
    for number, offered in enumerate(due):
        size = offered.file.size or 0
        taken += size if size <= limits.answer_bytes else 0  # a larger one is not fetched
        if number >= limits.answers_per_poll or (number and taken > limits.poll_bytes):
            return
        yield offered


def _left_before(workspace: AnswerLine) -> dict[str, str]:
    """Name and reason of what earlier polls could not fetch."""
    folder = workspace.environment.folder_out
    rows = workspace.ledger.left_alone(workspace.environment)
    return {row.name: row.reason for row in rows if row.is_ours and row.place == folder}


def _record_left(
    workspace: AnswerLine,
    there: OutFolder,
    unfetched: dict[str, str],
    odd_files: Iterable[tuple[str, str]],
    result: PollResult,
) -> None:
    """What is new of it is told, once."""
    folder, inbox = workspace.environment.folder_out, f"{workspace.environment.value}/inbox"
    entries = [LeftAlone(folder, one.name, one.reason, False) for one in there.strangers]
    entries += [LeftAlone(folder, name, reason, True) for name, reason in unfetched.items()]
    entries += [LeftAlone(inbox, name, reason, False) for name, reason in odd_files]
    news = workspace.ledger.replace_left(workspace.environment, entries, workspace.clock())
    result.unfetched += [one for one in news if one.is_ours]
    result.strangers += [one for one in news if not one.is_ours]


def _tidy_server(
    workspace: AnswerLine,
    gateway: Gateway,
    answers: Iterable[OfferedAnswer],
    settled: Iterable[OfferedAnswer],
) -> None:
    """Deletes on the server only what is stored and settled here.

    A GO that announces several parts goes with the last of them: without it the others would
    never be read.
    """
    done = {offered.file.name for offered in settled}
    still_needed = {
        go.name for offered in answers if offered.file.name not in done for go in offered.gos
    }
    for offered in settled:
        beside = [*offered.gos, *([offered.fs] if offered.fs else []), offered.file]
        for file in beside:
            if file.name not in still_needed:
                try:
                    gateway.remove(workspace.environment.folder_out, file.name)
                except OperationRefused:
                    break  # it stays there, and is known
