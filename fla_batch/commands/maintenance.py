"""Keeping ledger and outbox right: verify, rebuild, replay and purge.

All but `verify` hold the poller's lock, so that no poll takes in an answer meanwhile (R21).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from fla_batch.commands.poll_lock import no_poller, only_poller, poll_locks
from fla_batch.commands.poll_result import PollResult
from fla_batch.commands.receive import Reception, companions
from fla_batch.ledger.answer_rows import PURGED_ANSWER
from fla_batch.ledger.lifecycle import FINAL_BATCH_STATES
from fla_batch.ledger.records import Acceptance, AnswerFile, AnswerOutcome, AnswerRow, Change
from fla_batch.outbox.audit import audit
from fla_batch.outbox.outbox import Fault
from fla_batch.outbox.quarantine import Quarantined
from fla_batch.system.files import facts_of, place, remove_file
from fla_batch.vocabulary.documents import DifferenceJson, members
from fla_batch.vocabulary.errors import DiskTrouble, LedgerTrouble, UsageMistake
from fla_batch.vocabulary.filenames import FileName, InvalidName

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerTools, Records
    from fla_batch.ledger.integrity import Rebuilt

_NOT_HERE = (
    "Restore the batch's folder from a backup; do not build it again. Where several hosts use this "
    "ledger, [workspace] store must share their files: docs/guides/several-hosts.md."
)
# A part of what `audit` says, and what to do then; the first that fits.
_ADVICE = (
    ("is recorded as", "Run `fla-batch ledger rebuild`: it derives the states from the events."),
    ("not in the outbox", _NOT_HERE),
    ("not in the ledger", "Run `fla-batch ledger rebuild --from-outbox`; do not send it by hand."),
    ("left by a build", "Nothing to do: the next build clears it away."),
    ("raw answer", "Restore the file from a backup; until then its rows cannot be rebuilt."),
    ("in the manifest", "Restore the batch's folder from a backup; do not send it."),
    ("", "Restore the file from a backup; until then the batch cannot be sent or proved."),
)


@dataclass(frozen=True, slots=True)
class Advised:
    """Something that does not fit, and what to do about it."""

    fault: Fault
    advice: str

    def to_json(self) -> dict[str, Any]:
        """The row of `ledger verify --json`."""
        return members(DifferenceJson, self.fault, advice=self.advice)


def verify(workspace: Records) -> list[Advised]:
    """Everything in which ledger, outbox and manifests differ; changes nothing."""
    return [
        Advised(fault, next(advice for part, advice in _ADVICE if part in fault.problem))
        for fault in audit(workspace.ledger, workspace.outbox)
    ]


def rebuild(workspace: AnswerTools) -> list[Rebuilt]:
    """Write the rows of every answer anew from its raw file, and all states from the events.

    Where a raw file is missing, changed or purged its rows stay, and the line says why. Raises
    LockHeld while another process polls.
    """
    with no_poller(workspace):
        reception = Reception(workspace, PollResult())

        def read(file: AnswerFile) -> Iterator[Change]:
            return reception.changes(file, _raw(workspace, file))

        return workspace.ledger.rebuild(read)


def _raw(workspace: Records, file: AnswerFile) -> Path:
    path = workspace.outbox.kept_file(file.kept_path)
    if not path.is_file():
        raise LedgerTrouble("the raw file is not there any more; its rows were left as they are")
    facts = facts_of(path)
    if (facts.size, facts.sha256) != (file.size, file.sha256):
        raise LedgerTrouble("the raw file was changed; its rows were left as they are")
    return path


def replay(workspace: AnswerTools) -> PollResult:
    """Process again what lies in quarantine, after its cause was mended.

    Signatures are verified again (S8). What still cannot be used stays, with its reason. Raises
    LockHeld while another process polls.
    """
    result = PollResult()
    with only_poller(workspace) as renew:
        reception = Reception(workspace, result)
        rows = {row.file.kept_path: row for row in workspace.ledger.answer_files()}
        for found in list(workspace.outbox.quarantine.files()):
            row = rows.get(found.path)
            held = _as_recorded(found, row)
            if held.environment is workspace.environment:
                renew()
                _replay(workspace, reception, held, row, result)
            elif held.environment is None:
                result.quarantined.append((held.name, held.reason))
    return result


def _as_recorded(held: Quarantined, row: AnswerRow | None) -> Quarantined:
    """What a damaged reason file does not tell any more, the ledger knows."""
    if held.environment is not None or row is None:
        return held
    file, reason = row.file, row.reason or held.reason
    return held._replace(name=file.name, environment=file.environment, reason=reason)


def _replay(
    workspace: AnswerTools,
    reception: Reception,
    held: Quarantined,
    row: AnswerRow | None,
    result: PollResult,
) -> None:
    path = workspace.outbox.kept_file(held.path)
    done_before = row is not None and row.outcome is AnswerOutcome.DONE
    fault = None if done_before else _fault(workspace, reception, held, path)
    if fault:
        result.quarantined.append((held.name, fault))
        return
    if not done_before:
        inbox = workspace.outbox.inbox
        # A second name for the same file: a crash leaves the one in quarantine.
        partial = inbox.download_path(workspace.environment)
        place(path, partial)
        outcome = reception.process(
            inbox.take_in(partial, held.name, workspace.environment), replay=True
        )
        if outcome not in (Acceptance.DONE, Acceptance.ALREADY):
            result.quarantined.append((held.name, held.reason))
            return
    workspace.outbox.quarantine.remove(held)


def _fault(
    workspace: AnswerTools, reception: Reception, held: Quarantined, path: Path
) -> str | None:
    """Why a file stays in quarantine before it is even looked into."""
    try:
        FileName.parse(held.name)
    except InvalidName:
        return "the name is none of the channel"
    fs = workspace.outbox.kept_file(f"{workspace.environment.value}/inbox/FS{held.name[2:]}")
    return reception.signature_fault(path, fs if fs.is_file() else None)


@dataclass(slots=True)
class Purged:
    """What a purge deleted: the files of these batches, so many files in quarantine, and so many
    answers that fit no batch of ours.
    """

    batches: list[str] = field(default_factory=list)
    quarantined: int = 0
    answers: int = 0

    def to_json(self) -> dict[str, Any]:
        """The document of `purge --json`."""
        return {"batches": self.batches, "quarantined": self.quarantined, "answers": self.answers}


def purge(workspace: Records, *, older_than_days: float) -> Purged:
    """Delete files with national numbers of batches that are closed for that long (S12).

    Manifests and the ledger stay: they prove what was sent. A full disk is no obstacle (R35).
    Raises UsageMistake for a time below one day, LockHeld while another process polls.
    """
    if older_than_days < 1:
        raise UsageMistake("a retention of less than a day would delete what is still needed")
    limit = workspace.clock() - timedelta(days=older_than_days)
    purged = Purged()
    outbox = workspace.outbox
    with _alone(workspace) as renew:
        for row in workspace.ledger.batches(workspace.environment, FINAL_BATCH_STATES):
            renew()
            old = row.closed_at is not None and row.closed_at < limit
            if old and outbox.has_to_be_purged(row.name):
                outbox.purge(row.name, workspace.clock())
                purged.batches.append(str(row.name))
        for held in list(outbox.quarantine.files()):
            if held.environment in (workspace.environment, None) and held.at < limit:
                outbox.quarantine.remove(held)
                purged.quarantined += 1
        purged.answers = _purge_inbox(workspace, limit)
    with suppress(DiskTrouble):  # on a full disk the next purge does it
        workspace.ledger.forget_blocked(workspace.environment, limit)
    return purged


def _purge_inbox(workspace: Records, limit: datetime) -> int:
    """Answers in the inbox that are done for that long; their rows stay. The count of them.

    What another host purged of a shared outbox goes here too, where this host had a copy.
    """
    outbox = workspace.outbox
    folder = outbox.inbox.folder(workspace.environment)
    gone = []
    for row in workspace.ledger.answer_files(AnswerOutcome.DONE):
        path = outbox.root / row.file.kept_path
        if path.parent != folder or row.settled_at >= limit:
            continue
        if row.reason == PURGED_ANSWER:
            remove_file(path)
            continue
        inbox = PurePosixPath(row.file.kept_path).parent
        for name in companions(row.file.name):
            outbox.forget(str(inbox / name))
        outbox.forget(row.file.kept_path)
        gone.append(row.file)
    with suppress(DiskTrouble):  # on a full disk the next purge says so
        workspace.ledger.note_purged(gone)
    return len(gone)


@contextmanager
def _alone(workspace: Records) -> Iterator[Callable[[], None]]:
    """Hold the poller's lock; on a disk that takes not one row more, see that nobody does (R35).

    Gives what renews it. Raises LockHeld.
    """
    with ExitStack() as held:
        try:
            renew = held.enter_context(only_poller(workspace))
        except DiskTrouble:
            for name in poll_locks(workspace):
                workspace.ledger.require_free(name, workspace.clock())
            yield lambda: None
            return
        yield renew
