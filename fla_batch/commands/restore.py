"""A ledger that was lost or is older than the outbox, from what lies in the outbox (R30).

Batches and their forms come from manifests and FI files, what was done with them from the marks,
verdicts from the raw answers, used numbers from the names and the high-water mark. What the
ledger knows already stays; nothing is ever taken back. Where a form stood in the user's
files is not there to be found (decision 1513).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fla_batch.batching.form_store import note_of
from fla_batch.batching.rest_assembly import kept_forms
from fla_batch.commands.build_batches import form_record
from fla_batch.commands.channels import SFTP
from fla_batch.commands.poll_lock import no_poller
from fla_batch.commands.poll_result import PollResult
from fla_batch.commands.receive import Reception
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import BatchRecord, FormRecord
from fla_batch.message import FormReader, load
from fla_batch.message.which_message import shape_of
from fla_batch.models.form import Form
from fla_batch.outbox.high_water import UNFINISHED, HighWater
from fla_batch.outbox.manifest import FORMS, Manifest, OutboxDamaged
from fla_batch.outbox.marks import Mark
from fla_batch.system.xmlsafe import children
from fla_batch.vocabulary.creation_stamps import span_of
from fla_batch.vocabulary.documents import RebuiltJson, members
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.filenames import FileName
from fla_batch.vocabulary.terms import Environment, FileKind

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerTools

_UNMARKED = (Event.STAGED, Event.SENDING, Event.GO_BEGUN)
"""A batch of an earlier version, which left no marks: it may have been sent, so it is in doubt."""
_NOT_KNOWN = (
    "its declarations cannot be put back, and a build would send them again. Build only what "
    "changed since, or have `fla-batch rescue` fetch what is in force first"
)
_PURGED = f"its files were deleted by a purge: {_NOT_KNOWN}"
_OLD_REST = f"it was built for the REST API by an earlier version: {_NOT_KNOWN}"


@dataclass(slots=True)
class Restored:
    """What was put back; `problems` are batches of which not all could be, each with its reason."""

    batches: list[str] = field(default_factory=list)
    brought_up: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The document of `ledger rebuild --from-outbox --json`."""
        problems = [{"batch": name, "problem": why} for name, why in self.problems]
        return members(RebuiltJson, self, problems=problems)


def restore(workspace: AnswerTools) -> Restored:
    """Put back what the outbox knows and the ledger does not. Raises LockHeld, DiskTrouble.

    Answers of other environments are read by the next poll there.
    """
    result = Restored()
    ledger, outbox = workspace.ledger, workspace.outbox
    with no_poller(workspace) as renew:
        # A batch that is on record without its events looks like one that a build left unfinished,
        # which the next command would cancel: until the end nobody else may begin (decision 2004).
        outbox.reach(UNFINISHED)
        outbox.take_folder_in()
        reached = outbox.high_waters.highest()
        for manifest in _manifests(workspace, result):
            renew()
            _put_back(workspace, manifest, result)
        names = reached.names if reached else ()
        for name in names:
            ledger.use_number(name)
        told = PollResult()
        reception = Reception(workspace, told)
        for kept in reception.unfinished():
            renew()
            reception.process(kept)
        result.answers += told.processed
        outbox.high_waters.begin(HighWater(ledger.last_event(), names))
    return result


def _manifests(workspace: AnswerTools, result: Restored) -> list[Manifest]:
    """All that can be read, in the order of building: a correction comes after its first."""
    outbox, found = workspace.outbox, []
    for environment in Environment:
        for name in outbox.batches(environment):
            try:
                found.append(outbox.manifest(name))
            except FlaBatchError as error:
                workspace.ledger.use_number(name)
                result.problems.append((str(name), str(error)))
    return sorted(found, key=lambda manifest: (manifest.created_at, str(manifest.batch)))


def _put_back(workspace: AnswerTools, manifest: Manifest, result: Restored) -> None:
    name, ledger = manifest.batch, workspace.ledger
    ledger.use_number(name)
    try:
        if not ledger.has_batch(name):
            _record(workspace, manifest)
            result.batches.append(str(name))
        if _bring_up(workspace, manifest) and str(name) not in result.batches:
            result.brought_up.append(str(name))
    except FlaBatchError as error:
        result.problems.append((str(name), str(error)))


def _record(workspace: AnswerTools, manifest: Manifest) -> None:
    """The batch and its forms, as its own files say. Raises OutboxDamaged, UnusableXml."""
    if workspace.outbox.is_purged(manifest.batch):
        raise OutboxDamaged(_PURGED)
    workspace.outbox.require_whole(manifest.batch)
    over_rest = manifest.channel != SFTP
    if over_rest and not any(file.name == FORMS for file in manifest.files):
        raise OutboxDamaged(_OLD_REST)
    previous = manifest.previous
    if previous is not None and not workspace.ledger.has_batch(previous):
        previous = None
    record = BatchRecord(
        name=manifest.batch,
        profile=manifest.profile,
        profile_version=manifest.profile_version,
        parts=manifest.parts,
        folder=workspace.outbox.relative_folder(manifest.batch),
        built_at=manifest.created_at,
        previous=previous,
    )
    stamps: list[datetime] = []
    forms = _kept(workspace, manifest) if over_rest else _forms(workspace, manifest)
    workspace.ledger.record_batch(record, _noting(stamps, forms))
    workspace.outbox.publish(manifest.batch)
    workspace.ledger.use_stamps(manifest.batch.sender, span_of(min(stamps), max(stamps)))


def _noting(stamps: list[datetime], forms: Iterable[FormRecord]) -> Iterator[FormRecord]:
    """The forms; the first and last of their stamps are in `stamps` afterwards."""
    for form in forms:
        stamp = datetime.combine(form.created_date, form.created_hour)
        stamps[:] = [min([stamp, *stamps]), max([stamp, *stamps])]
        yield form


def _kept(workspace: AnswerTools, manifest: Manifest) -> Iterator[FormRecord]:
    """The forms of a batch for REST."""
    last = position = 0
    for part, note in kept_forms(workspace.outbox.sent_path(manifest.batch, FORMS)):
        position = position + 1 if part == last else 1
        last = part
        yield form_record(note, part, position)


def _forms(workspace: AnswerTools, manifest: Manifest) -> Iterator[FormRecord]:
    same = workspace.profile.name == manifest.profile
    profile = workspace.profile if same else load(manifest.profile)
    for file in manifest.files:
        name = FileName.parse(file.name)
        if name.kind is not FileKind.FI:
            continue
        path = workspace.outbox.sent_path(manifest.batch, file.name)
        shape = shape_of(path, profile)
        reader = FormReader(profile, shape)
        elements = children(path, shape.form, root=shape.root)
        for position, element in enumerate(elements, start=1):
            form, _ = reader.read(element)
            if isinstance(form, Form):
                yield form_record(note_of(form), name.part or 1, position)


def _bring_up(workspace: AnswerTools, manifest: Manifest) -> bool:
    """What the marks say and the ledger does not; true when that was something.

    A mark follows its event in the ledger, so that an older ledger has the first of them.
    """
    name, ledger = manifest.batch, workspace.ledger
    unmarked = [Mark(event.value, manifest.created_at) for event in _UNMARKED]
    marks = workspace.outbox.marks(name) or unmarked
    marked = {mark.event for mark in marks}
    happened = ledger.events(name, of_forms=False)
    known = [row for row in happened if row.event.value in marked]
    for mark in marks[len(known) :]:
        details = {**mark.details, "restored": "from the outbox"}
        ledger.append(name, Event(mark.event), mark.at, details)
    return len(marks) > len(known)
