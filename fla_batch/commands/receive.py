"""What becomes of an answer once it lies on our disk: its batch, its rows, or quarantine.

Nothing here touches the network, so that a poll, a restart after a crash and a replay do the
same. The raw file is on disk before its rows are, and its rows and "done" are one transaction
(R16): a crash anywhere leaves a file that `unfinished` finds.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.answers.answer_changes import Interpreter
from fla_batch.answers.sent_forms import Sent
from fla_batch.answers.unzip import unzip_single
from fla_batch.commands.keep_answer import PREFIX, kept_changes
from fla_batch.commands.poll_result import PollResult
from fla_batch.ledger.lifecycle import OPEN_BATCH_STATES, Event
from fla_batch.ledger.records import (
    REST_ANSWERS,
    Acceptance,
    AlikeVerdicts,
    AnswerFile,
    BatchChange,
    Change,
    FormChange,
    UnmatchedChange,
)
from fla_batch.ledger.rows import CHUNK, weighed
from fla_batch.message import load
from fla_batch.outbox.inbox import Arrival, Kept
from fla_batch.system.files import facts_of, new_private_file, remove_file
from fla_batch.system.subprocess_iterator import aside
from fla_batch.system.xmlsafe import UnusableXml
from fla_batch.vocabulary.errors import UnknownTransition
from fla_batch.vocabulary.filenames import BatchName, FileName, InvalidName
from fla_batch.vocabulary.progress import UNWATCHED, Watcher
from fla_batch.vocabulary.terms import Environment, FileKind

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerTools

_WORTH_A_PROCESS_BYTES = 100_000_000
"""Starting another Python takes half a second: less than that is gained by a smaller answer."""
_ANSWERS = ("FO.", "CO.", REST_ANSWERS)
_OF_THIS_FILE = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError)
"""What reading one answer may raise, and what is therefore an outcome of that file (R31)."""
_COUNTED_TOGETHER = 500
_CLASH = "the same name came before with other content: both are kept, none replaced"


class Reception:
    """Takes in answers; what it did is added to `result`. Use it as `only_poller`."""

    def __init__(
        self, workspace: AnswerTools, result: PollResult, counted: Watcher = UNWATCHED
    ) -> None:
        self._workspace = workspace
        self._result = result
        self._told = counted
        self._interpreter = Interpreter(workspace.profile, Sent(workspace.ledger))

    def unfinished(self) -> Iterator[Kept]:
        """Answers that a crash left on our disk without an outcome in the ledger."""
        found = [kept for kept in self._kept() if kept.name.startswith(_ANSWERS)]
        if not found:
            return
        settled = {
            (row.file.name, row.file.size, row.file.sha256)
            for row in self._workspace.ledger.answer_files()
        }
        for kept in found:
            if (kept.name, kept.facts.size, kept.facts.sha256) not in settled:
                yield kept

    def _kept(self) -> Iterator[Kept]:
        """The inbox, and what open batches have received."""
        workspace, inbox = self._workspace, self._workspace.outbox.inbox
        yield from inbox.waiting(workspace.environment)
        for row in workspace.ledger.batches(workspace.environment, OPEN_BATCH_STATES):
            yield from workspace.outbox.received(row.name)

    def process(self, kept: Kept, *, replay: bool = False) -> Acceptance | None:
        """Raw file to its batch, rows and "done" in one transaction; or to quarantine (None)."""
        path = self._workspace.outbox.root / kept.path
        batch = None
        with suppress(UnusableXml, *_OF_THIS_FILE):
            batch = self._batch_of(path, kept.name)
        # A notification tells of most of the forms of its batch.
        row = self._workspace.ledger.batch(batch) if batch else None
        self._told.begin("verdicts")
        self._told.expect(row.forms if row else 0)
        if batch is not None:
            kept = self._move(kept, batch)
        kept = self._workspace.outbox.keep(kept)
        return self._record(kept, self._workspace.outbox.root / kept.path, replay)

    def changes(self, file: AnswerFile, path: Path) -> Generator[Change]:
        """What the answer at `path` says, a part at a time. Raises UnusableXml."""
        if file.name.startswith(PREFIX):
            yield from kept_changes(path, self._workspace)
            return
        with self._opened(path, file.name) as readable:
            answer = _Answer(
                readable,
                file.environment,
                file.received_at,
                profile=str(self._workspace.profile.folder),
                ledger=self._workspace.ledger_url,
            )
            if self._workspace.hands > 1 and readable.stat().st_size >= _WORTH_A_PROCESS_BYTES:
                yield from chain.from_iterable(aside(_pages_of_changes, answer))
            else:
                yield from answer.changes(self._interpreter)

    def _move(self, kept: Kept, batch: BatchName) -> Kept:
        """The answer to its batch, after the FS and GO that came with it."""
        workspace = self._workspace
        inbox, folder = workspace.outbox.inbox, workspace.outbox.folder(batch)
        for name in companions(kept.name):
            relative = f"{workspace.environment.value}/inbox/{name}"
            path = workspace.outbox.kept_file(relative)
            if path.is_file():
                found = Kept(name, relative, facts_of(path), Arrival.NEW)
                workspace.outbox.keep(inbox.move_to_batch(found, folder))
        return inbox.move_to_batch(kept, folder)

    def _record(self, kept: Kept, path: Path, replay: bool) -> Acceptance | None:
        workspace = self._workspace
        now = workspace.clock()
        file = kept.recorded(workspace.environment, now)
        told = PollResult()
        try:
            # Closed at once, whatever happens: another process may be at work on them.
            with closing(self.changes(file, path)) as changes:
                outcome = workspace.ledger.accept_answer(
                    file, _counted(changes, told, self._told), now, replay=replay
                )
        except (UnusableXml, UnknownTransition) as error:
            self.quarantine(path, kept.name, str(error))
            return None
        except _OF_THIS_FILE as error:
            # A mistake of ours in one answer holds up no other one; `replay` reads it once mended.
            reason = f"fla-batch cannot read it ({type(error).__name__}): please report this"
            self.quarantine(path, kept.name, reason)
            return None
        if outcome is Acceptance.DONE:
            told.processed.append(kept.name)
            self._result.add(told)
        elif outcome is Acceptance.CLASH or kept.arrival is Arrival.CLASH:
            self._result.quarantined.append((kept.name, _CLASH))
        return outcome

    def match_again(self) -> None:
        """Read once more what named no batch when it came, and names a known ticket now (R18)."""
        ledger, rows = self._workspace.ledger, {}
        for row, details in ledger.answers_without_batch(self._workspace.environment):
            if any(map(ledger.batches_by_ticket, details.get("tickets", ()))):
                rows[row.file.kept_path] = row
        for kept_path, row in rows.items():
            path = self._workspace.outbox.kept_file(kept_path)
            if not path.is_file():
                continue
            told = PollResult()
            with closing(self.changes(row.file, path)) as changes:
                ledger.read_again(row, _counted(changes, told, self._told))
            self._result.add(told)

    def _batch_of(self, path: Path, name: str) -> BatchName | None:
        """The batch that an answer is about, from its first form; only files of batches we know."""
        workspace = self._workspace
        with self._opened(path, name) as readable:
            changes = self._interpreter.changes(readable, workspace.environment, workspace.clock())
            first = next(iter(changes), None)
        if isinstance(first, BatchChange):
            return first.batch
        return first.form.batch if isinstance(first, FormChange) else None

    def quarantine(self, path: Path, name: str, reason: str) -> None:
        """Put a file aside with its reason; told once."""
        workspace = self._workspace
        now = workspace.clock()
        kept = workspace.outbox.quarantine.put(path, name, workspace.environment, reason, now)
        file = AnswerFile(name, kept.size, kept.sha256, workspace.environment, kept.path, now)
        if workspace.ledger.record_quarantined(file, reason, now):
            self._result.quarantined.append((name, reason))

    def signature_fault(self, path: Path, fs: Path | None) -> str | None:
        """Why an answer is not to be trusted; verified before anything of it is parsed (S8)."""
        workspace = self._workspace
        required = workspace.answers.require_signature
        if fs is None:
            return "there is no signature, and one is required" if required else None
        if not workspace.answer_roots:
            return "[signing] answer_roots is not set" if required else None
        from fla_batch.signing.verify_signature import verify_file

        verdict = verify_file(
            fs.read_bytes(), path, roots=workspace.answer_roots, at=workspace.clock()
        )
        return None if verdict.valid else f"signature: {verdict.reason}"

    @contextmanager
    def _opened(self, path: Path, name: str) -> Iterator[Path]:
        """The XML of an answer: the file itself, or what a CO holds, unpacked for a while.

        It is unpacked in the inbox under a hidden name, which the next poll clears after a crash.
        """
        workspace = self._workspace
        if not name.startswith("CO."):
            yield path
            return
        unpacked = workspace.outbox.inbox.download_path(workspace.environment)
        try:
            with new_private_file(unpacked) as target:
                unzip_single(path, target, max_bytes=workspace.limits.answer_bytes)
            yield unpacked
        finally:
            remove_file(unpacked)


class _Answer(NamedTuple):
    """An answer, and all that another process needs to interpret it; plain values."""

    path: Path
    environment: Environment
    received_at: datetime
    profile: str
    ledger: str

    def changes(self, interpreter: Interpreter) -> Iterator[Change]:
        return interpreter.changes(self.path, self.environment, self.received_at)


def _pages_of_changes(answer: _Answer) -> Iterator[list[Change]]:
    """What `answer` says, for a process that has neither profile nor ledger yet."""
    from fla_batch.ledger.ledger import Ledger

    with Ledger.open(answer.ledger, create=False) as ledger:
        interpreter = Interpreter(load(answer.profile), Sent(ledger))
        yield from weighed(answer.changes(interpreter), CHUNK, _forms_in)


def companions(name: str) -> Iterator[str]:
    """The names of FS and GO that may go with an answer."""
    yield f"{FileKind.FS}{name[2:]}"
    with suppress(InvalidName):
        yield from FileName.parse(name).go_names


def _forms_in(change: Change) -> int:
    return len(change.reference_nbrs) if isinstance(change, AlikeVerdicts) else 1


def _counted(changes: Iterator[Change], told: PollResult, counted: Watcher) -> Iterator[Change]:
    uncounted = 0
    for change in changes:
        forms = _forms_in(change)
        uncounted += forms
        if uncounted >= _COUNTED_TOGETHER:
            counted(uncounted)
            uncounted = 0
        if isinstance(change, BatchChange):
            told.refused_files += change.event is Event.FILE_REFUSED
        elif isinstance(change, FormChange | AlikeVerdicts):
            told.refused_forms += forms * (change.event is Event.REFUSED)
        elif isinstance(change, UnmatchedChange):
            told.unmatched.append(change.reason)
        yield change
