"""Fetching answers: each is processed once, and its raw file is on disk before its rows are.

An FO is read only once its GO is there. What cannot be trusted or read goes to quarantine with
its reason and does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.channel import upload
from fla_batch.channel.protocol import Gateway, OperationRefused, RemoteFile
from fla_batch.commands.outgoing import journal_of, outgoing
from fla_batch.commands.receive import LOCK, PollResult, Reception, go_names
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.system.files import private_folder, remove_partials
from fla_batch.vocabulary.errors import GatewayUnavailable, WaitTimedOut
from fla_batch.vocabulary.filenames import FileName, InvalidName
from fla_batch.vocabulary.progress import UNWATCHED, Watcher

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerLine

__all__ = ["WAITING", "PollResult", "poll", "watch"]

_GO_MAX_BYTES = 1_000
_FS_MAX_BYTES = 1_000_000
WAITING = frozenset(
    {BatchState.IN_DOUBT, BatchState.SENT, BatchState.UNRECOGNISED, BatchState.RECEIVED}
)
"""States of batches of which the portal still owes an answer."""


def poll(workspace: AnswerLine, counted: Watcher = UNWATCHED) -> PollResult:
    """Fetches and processes what is there; one listing. `counted` is told of verdicts.

    Raises LockHeld when another process polls, GatewayUnavailable, LoginRefused,
    HostKeyMismatch, DiskTrouble, LedgerTrouble.
    """
    result = PollResult()
    with workspace.ledger.lock(LOCK, workspace.clock) as lock:
        poller = _Poller(workspace, result, counted)
        workspace.outbox.inbox.clear_partials(workspace.environment)
        remove_partials(private_folder(workspace.outbox.root / "quarantine"))
        for kept in poller.reception.unfinished():
            poller.reception.process(kept)
        with workspace.connect() as gateway:
            for name, listing in poller.wanted(gateway):
                lock.renew()
                poller.fetch(gateway, name, listing)
            poller.settle(gateway)
    result.open_batches = len(workspace.ledger.batches(workspace.environment, WAITING))
    return result


def watch(
    workspace: AnswerLine,
    *,
    every_s: float,
    timeout_s: float | None,
    sleep: Callable[[float], None],
    elapsed: Callable[[], float],
    told: Callable[[str], None],
    enough: Callable[[PollResult], bool] = lambda result: not result.open_batches,
) -> PollResult:
    """Polls every `every_s` seconds until it is `enough`: until no answer is owed any more.

    A server that is away for a while is told and waited for. Raises WaitTimedOut after
    `timeout_s` seconds; `elapsed` counts them.
    """
    begun = elapsed()
    result = PollResult()
    while True:
        try:
            once = poll(workspace)
            result.add(once)
            for name in once.processed:
                told(f"{name}: processed")
            if enough(result):
                return result
        except GatewayUnavailable as error:
            if not error.retryable:
                raise
            told(f"{error}; trying again in {every_s:g} s")
        if timeout_s is not None and elapsed() - begun + every_s > timeout_s:
            raise WaitTimedOut(
                f"{result.open_batches} batches are still without all their answers after "
                f"{timeout_s:g} seconds"
            )
        sleep(every_s)


class _Poller:
    def __init__(self, workspace: AnswerLine, result: PollResult, counted: Watcher) -> None:
        self._workspace = workspace
        self._result = result
        self.reception = Reception(workspace, result, counted)

    def wanted(self, gateway: Gateway) -> Iterator[tuple[RemoteFile, dict[str, RemoteFile]]]:
        """Answers whose GO is there and that have no outcome yet, at most as many as configured."""
        environment = self._workspace.environment
        listing = gateway.list_folder(environment.folder_out)
        there = {entry.name: entry for entry in listing if not entry.fault}
        seen = self._workspace.ledger.seen_answers(environment)
        known = {name for name, _ in seen}
        found = 0
        for entry in sorted(listing, key=lambda one: one.name):
            if entry.fault:
                self._result.quarantined.append((entry.name, entry.fault))
                continue
            settled = (entry.name, entry.size) in seen or (
                entry.size is None and entry.name in known
            )
            if settled or not _is_ready(entry.name, there):
                continue
            found += 1
            if found > self._workspace.limits.answers_per_poll:
                return
            yield entry, there

    def fetch(self, gateway: Gateway, entry: RemoteFile, there: dict[str, RemoteFile]) -> None:
        """Downloads, stores and processes one answer, with its signature when there is one."""
        workspace = self._workspace
        inbox, environment = workspace.outbox.inbox, workspace.environment
        max_bytes = workspace.limits.answer_bytes
        path = inbox.download_path(environment)
        try:
            done = gateway.download(environment.folder_out, entry.name, path, max_bytes=max_bytes)
        except OperationRefused as error:
            self._result.quarantined.append((entry.name, str(error)))
            return
        if entry.size not in (None, done.size):
            path.unlink()  # it grew while we read it: the next poll takes it whole
            return
        try:
            FileName.parse(entry.name)
        except InvalidName:
            self.reception.quarantine(path, entry.name, "the name is none of the channel")
            return
        fs = self._signature(gateway, entry.name, there)
        fault = self.reception.signature_fault(path, fs)
        if fault:
            self.reception.quarantine(path, entry.name, fault)
            return
        self._take_go(gateway, entry.name, there)
        self.reception.process(inbox.take_in(path, entry.name, environment))
        self._tidy_server(gateway, entry.name, there)

    def _signature(self, gateway: Gateway, name: str, there: dict[str, RemoteFile]) -> Path | None:
        """The FS of an answer, kept as it came; None when there is none."""
        fs = "FS" + name[2:]
        if fs not in there:
            return None
        workspace = self._workspace
        target = workspace.outbox.inbox.download_path(workspace.environment)
        folder = workspace.environment.folder_out
        gateway.download(folder, fs, target, max_bytes=_FS_MAX_BYTES)
        kept = workspace.outbox.inbox.take_in(target, fs, workspace.environment)
        return workspace.outbox.root / kept.path

    def _take_go(self, gateway: Gateway, name: str, there: dict[str, RemoteFile]) -> None:
        """The GO of an answer is kept too, as it came."""
        inbox, environment = self._workspace.outbox.inbox, self._workspace.environment
        go = next(each for each in go_names(name) if each in there)
        path = inbox.download_path(environment)
        gateway.download(environment.folder_out, go, path, max_bytes=_GO_MAX_BYTES)
        inbox.take_in(path, go, environment)

    def _tidy_server(self, gateway: Gateway, name: str, there: dict[str, RemoteFile]) -> None:
        """Deletes on the server only what is stored and settled here, and only when asked to."""
        if not self._workspace.answers.delete_on_server:
            return
        folder = self._workspace.environment.folder_out
        for other in (*go_names(name), "FS" + name[2:], name):
            if other in there:
                gateway.remove(folder, other)

    def settle(self, gateway: Gateway) -> None:
        """Batches in doubt: the server's folder may tell what became of them (R5)."""
        workspace = self._workspace
        for row in workspace.ledger.batches(workspace.environment, [BatchState.IN_DOUBT]):
            batch = outgoing(workspace, row.name)
            upload.settle(batch, gateway, journal_of(workspace, row.name), workspace.pause)


def _is_ready(name: str, there: dict[str, RemoteFile]) -> bool:
    """An answer whose GO is there. GO and FS themselves are no answers; strangers are taken in."""
    if name[:3] in ("GO.", "FS.", "TD."):
        return False
    if name[:3] not in ("FO.", "CO."):
        return True
    return any(go in there for go in go_names(name))
