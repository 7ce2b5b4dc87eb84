"""Fetching answers: each is processed once, and its raw file is on disk before its rows are.

An FO is read only once its GO is there. What cannot be trusted or read goes to quarantine with
its reason and does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fla_batch import upload
from fla_batch.errors import GatewayUnavailable, WaitTimedOut
from fla_batch.filenames import BatchName, FileName, InvalidName
from fla_batch.gateway.protocol import Gateway, OperationRefused, RemoteFile
from fla_batch.interpret import Interpreter
from fla_batch.ledger.records import (
    Acceptance,
    AnswerFile,
    BatchChange,
    Change,
    FormChange,
    UnmatchedChange,
)
from fla_batch.lifecycle import BatchState, Event
from fla_batch.outbox.inbox import Arrival, Kept
from fla_batch.outgoing import journal_of, outgoing
from fla_batch.responses.unzip import unzip_single
from fla_batch.sent import SentFromLedger
from fla_batch.terms import FileKind
from fla_batch.xmlsafe import UnusableXml

if TYPE_CHECKING:
    from fla_batch.workspace import Workspace

LOCK = "poll"
_ANSWERS = ("FO", "CO")
_GO_MAX_BYTES = 1_000
_FS_MAX_BYTES = 1_000_000
WAITING = frozenset(
    {BatchState.IN_DOUBT, BatchState.SENT, BatchState.UNRECOGNISED, BatchState.RECEIVED}
)
"""States of batches of which the portal still owes an answer."""


@dataclass(slots=True)
class PollResult:
    """What came in one poll, or in all polls of a watch."""

    processed: list[str] = field(default_factory=list)
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    refused_files: int = 0
    refused_forms: int = 0
    open_batches: int = 0

    def add(self, other: PollResult) -> None:
        """Takes in what a later poll brought."""
        self.processed += other.processed
        self.quarantined += other.quarantined
        self.unmatched += other.unmatched
        self.refused_files += other.refused_files
        self.refused_forms += other.refused_forms
        self.open_batches = other.open_batches

    def to_json(self) -> dict[str, Any]:
        """The document of `poll --json`."""
        return {
            "processed": self.processed,
            "quarantined": [{"name": name, "reason": reason} for name, reason in self.quarantined],
            "unmatched": self.unmatched,
            "refused_files": self.refused_files,
            "refused_forms": self.refused_forms,
            "open_batches": self.open_batches,
        }


def poll(workspace: Workspace) -> PollResult:
    """Fetches and processes what is there; one listing.

    Raises LockHeld when another process polls, GatewayUnavailable, LoginRefused,
    HostKeyMismatch, DiskTrouble, LedgerTrouble.
    """
    result = PollResult()
    with workspace.ledger.lock(LOCK, workspace.clock) as lock:
        poller = _Poller(workspace, result)
        workspace.outbox.inbox.clear_partials(workspace.environment)
        for kept in workspace.outbox.inbox.waiting(workspace.environment):
            if kept.name[:2] in _ANSWERS:
                poller.process(kept)  # a crash came between storing and processing
        with workspace.connect() as gateway:
            for name, listing in poller.wanted(gateway):
                lock.renew()
                poller.fetch(gateway, name, listing)
            poller.settle(gateway)
    result.open_batches = len(workspace.ledger.batches(workspace.environment, WAITING))
    return result


def watch(
    workspace: Workspace,
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
    def __init__(self, workspace: Workspace, result: PollResult) -> None:
        self._workspace = workspace
        self._result = result
        self._interpreter = Interpreter(workspace.profile, SentFromLedger(workspace.ledger))

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
            if found > self._workspace.settings.limits.answers_per_poll:
                return
            yield entry, there

    def fetch(self, gateway: Gateway, entry: RemoteFile, there: dict[str, RemoteFile]) -> None:
        """Downloads, stores and processes one answer, with its signature when there is one."""
        workspace = self._workspace
        inbox, environment = workspace.outbox.inbox, workspace.environment
        max_bytes = workspace.settings.limits.answer_bytes
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
            self._quarantine(path, entry.name, "the name is none of the channel")
            return
        fault = self._signature_fault(gateway, entry.name, path, there)
        if fault:
            self._quarantine(path, entry.name, fault)
            return
        self._take_go(gateway, entry.name, there)
        self.process(inbox.take_in(path, entry.name, environment))
        self._tidy_server(gateway, entry.name, there)

    def process(self, kept: Kept) -> None:
        """Raw file to its batch, rows and "done" in one transaction; or to quarantine."""
        workspace = self._workspace
        path = workspace.outbox.root / kept.path
        with suppress(UnusableXml):
            batch = self._batch_of(path, kept.name)
            if batch is not None:
                kept = self._move(kept, batch)
        self._record(kept, workspace.outbox.root / kept.path)

    def _move(self, kept: Kept, batch: BatchName) -> Kept:
        """The answer to its batch, together with the FS and GO that came with it."""
        inbox, folder = self._workspace.outbox.inbox, self._workspace.outbox.folder(batch)
        for companion in inbox.waiting(self._workspace.environment):
            if companion.name in ("FS" + kept.name[2:], *_go_names(kept.name)):
                inbox.move_to_batch(companion, folder)
        return inbox.move_to_batch(kept, folder)

    def _record(self, kept: Kept, path: Path) -> None:
        workspace = self._workspace
        now = workspace.clock()
        file = AnswerFile(
            name=kept.name,
            size=kept.facts.size,
            sha256=kept.facts.sha256,
            environment=workspace.environment,
            kept_path=kept.path,
            received_at=now,
        )
        told = PollResult()
        try:
            with _opened(path, kept.name, workspace.settings.limits.answer_bytes) as readable:
                changes = self._interpreter.changes(readable, workspace.environment, now)
                outcome = workspace.ledger.accept_answer(file, _counted(changes, told), now)
        except UnusableXml as error:
            self._quarantine(path, kept.name, str(error))
            return
        if outcome is Acceptance.DONE:
            told.processed.append(kept.name)
            self._result.add(told)
        elif outcome is Acceptance.CLASH or kept.arrival is Arrival.CLASH:
            reason = "the same name came before with other content: both are kept, none replaced"
            self._result.quarantined.append((kept.name, reason))

    def _batch_of(self, path: Path, name: str) -> BatchName | None:
        """The batch that an answer is about, from its first form; only files of batches we know."""
        workspace = self._workspace
        with _opened(path, name, workspace.settings.limits.answer_bytes) as readable:
            changes = self._interpreter.changes(readable, workspace.environment, workspace.clock())
            first = next(iter(changes), None)
        if isinstance(first, BatchChange):
            return first.batch
        return first.form.batch if isinstance(first, FormChange) else None

    def _quarantine(self, path: Path, name: str, reason: str) -> None:
        workspace = self._workspace
        now = workspace.clock()
        kept = workspace.outbox.quarantine.put(path, name, workspace.environment, reason, now)
        file = AnswerFile(
            name=name,
            size=kept.size,
            sha256=kept.sha256,
            environment=workspace.environment,
            kept_path=kept.path,
            received_at=now,
        )
        if workspace.ledger.record_quarantined(file, reason, now):
            self._result.quarantined.append((name, reason))

    def _signature_fault(
        self, gateway: Gateway, name: str, path: Path, there: dict[str, RemoteFile]
    ) -> str | None:
        """Why an answer is not to be trusted; verified before anything of it is parsed (S8)."""
        workspace = self._workspace
        fs = "FS" + name[2:]
        if fs not in there:
            required = workspace.settings.answers.require_signature
            return "there is no signature, and one is required" if required else None
        roots = workspace.answer_roots
        target = workspace.outbox.inbox.download_path(workspace.environment)
        folder = workspace.environment.folder_out
        gateway.download(folder, fs, target, max_bytes=_FS_MAX_BYTES)
        kept = workspace.outbox.inbox.take_in(target, fs, workspace.environment)
        if not roots:
            required = workspace.settings.answers.require_signature
            return "[signing] answer_roots is not set" if required else None
        from fla_batch.signing.verify import verify_file

        content = (workspace.outbox.root / kept.path).read_bytes()
        verdict = verify_file(content, path, roots=roots, at=workspace.clock())
        return None if verdict.valid else f"signature: {verdict.reason}"

    def _take_go(self, gateway: Gateway, name: str, there: dict[str, RemoteFile]) -> None:
        """The GO of an answer is kept too, as it came."""
        inbox, environment = self._workspace.outbox.inbox, self._workspace.environment
        go = next(each for each in _go_names(name) if each in there)
        path = inbox.download_path(environment)
        gateway.download(environment.folder_out, go, path, max_bytes=_GO_MAX_BYTES)
        inbox.take_in(path, go, environment)

    def _tidy_server(self, gateway: Gateway, name: str, there: dict[str, RemoteFile]) -> None:
        """Deletes on the server only what is stored and settled here, and only when asked to."""
        if not self._workspace.settings.answers.delete_on_server:
            return
        folder = self._workspace.environment.folder_out
        for other in (*_go_names(name), "FS" + name[2:], name):
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
    return any(go in there for go in _go_names(name))


def _go_names(name: str) -> tuple[str, ...]:
    """The GO of an answer: the same name, or the same without its part.

    >>> _go_names("FO.NOTI.999999.20250302.00001.S.2.1")
    ('GO.NOTI.999999.20250302.00001.S.2.1', 'GO.NOTI.999999.20250302.00001.S.2')
    """
    same = "GO" + name[2:]
    with suppress(InvalidName):
        return tuple(dict.fromkeys((same, str(FileName.parse(name).companion(FileKind.GO)))))
    return (same,)


class _opened:  # noqa: N801 - used as a function
    """The XML of an answer: the file itself, or what a CO holds, unpacked beside it for a while."""

    def __init__(self, path: Path, name: str, max_bytes: int) -> None:
        self._path, self._max_bytes = path, max_bytes
        self._zipped = name.startswith("CO.")
        self._unpacked = path.with_name(f".partial-{path.name}")

    def __enter__(self) -> Path:
        if not self._zipped:
            return self._path
        try:
            with self._unpacked.open("wb") as target:
                self._unpacked.chmod(0o600)
                unzip_single(self._path, target, max_bytes=self._max_bytes)
        except BaseException:
            self._unpacked.unlink(missing_ok=True)
            raise
        return self._unpacked

    def __exit__(self, *_: object) -> None:
        if self._zipped:
            self._unpacked.unlink(missing_ok=True)


def _counted(changes: Iterator[Change], told: PollResult) -> Iterator[Change]:
    for change in changes:
        if isinstance(change, BatchChange):
            told.refused_files += change.event is Event.FILE_REFUSED
        elif isinstance(change, FormChange):
            told.refused_forms += change.event is Event.REFUSED
        elif isinstance(change, UnmatchedChange):
            told.unmatched.append(change.reason)
        yield change
