"""One build: read, check, spool, arrange, then batch by batch into ledger and outbox.

Nothing is written to the outbox before everything was read and checked: with a blocking anomaly
the run leaves no trace but its messages.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.batching.arrange import Part, PartLimits, arrange
from fla_batch.batching.form_builder import Desk
from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import Note, Spool, SpooledForm, WrittenForms
from fla_batch.batching.spool_all import Item, Reserve, Spooled, spool_all
from fla_batch.batching.stamp_book import StampBook
from fla_batch.commands.recovery import lock_name, unfinished, withdraw
from fla_batch.commands.unchanged import Unchanged, unchanged
from fla_batch.ledger.ledger import HeldLock
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.locks import LockHeld
from fla_batch.ledger.records import BatchRecord, FormRecord
from fla_batch.message import MessageShape, Profile
from fla_batch.models import Entry
from fla_batch.models.question import Question
from fla_batch.outbox.manifest import Manifest
from fla_batch.outbox.staging import PREFIX as HIDDEN
from fla_batch.rules import RuleContext
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.system.files import disk_errors, private_folder, remove_folder
from fla_batch.system.folder_locks import folder_lock
from fla_batch.system.profile_record import require_clean
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.documents import BatchBuiltJson, BuiltJson, members
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.input_origin import InputOrigin, NoOrigin, Origin
from fla_batch.vocabulary.progress import UNWATCHED, Watcher
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from fla_batch.batching.assemble import BatchBeingFilled, FillsBatches
    from fla_batch.commands.needs import BuildTools
    from fla_batch.intake import Receipt

_COUNTED_TOGETHER = 500


class BuiltBatch(NamedTuple):
    """One batch that now lies in the outbox; `files` are its names in the order of sending."""

    name: BatchName
    forms: int
    parts: int
    files: tuple[str, ...]


@dataclass(slots=True)
class BuildResult:
    """What a build made, what it left out, and everything that it found.

    `unchanged` declarations equal the newest state of their key, and are not built; `held_by`
    says how many of them each earlier batch holds; where one is `being_cancelled`, it is not
    certain yet whether they have to be built. `removals_file` lists what stopped the build
    because it would be deleted, where that was written.
    """

    batches: list[BuiltBatch] = field(default_factory=list)
    anomalies: AnomalySpool = field(default_factory=AnomalySpool)
    skipped: int = 0
    unchanged: int = 0
    held_by: dict[BatchName, int] = field(default_factory=dict)
    being_cancelled: set[BatchName] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    receipts: Sequence[Receipt] = ()
    removals_file: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """The document of `build --json`; its anomalies are read as they are written."""
        return members(
            BuiltJson,
            self,
            batches=[members(BatchBuiltJson, batch) for batch in self.batches],
            forms=sum(batch.forms for batch in self.batches),
            being_cancelled=sorted(map(str, self.being_cancelled)),
            anomalies=(anomaly.to_json() for anomaly in self.anomalies),
            groups=[group.to_json() for group in self.anomalies.groups],
            read=[receipt.to_json() for receipt in self.receipts],
        )


def build_declarations(
    workspace: BuildTools,
    items: Iterable[Item],
    context: RuleContext,
    *,
    skip_blocked: bool,
    again: bool,
    counted: Watcher,
) -> BuildResult:
    """All declarations as batches, or none with a blocking anomaly unless `skip_blocked`.

    What concerns a whole file (unreadable, an unknown column) is never skipped. What equals the
    newest state of its key is left out, or with `again` built with a warning. Raises DiskTrouble,
    LedgerTrouble, NotValid, KeyOrCertificateMistake, WorkerTooLarge, and ProfileMistake for a
    profile that was not found clean.
    """
    require_clean(workspace.profile.folder)
    with spooling(workspace) as spool:
        maker = workspace.form_maker()
        reserve = StampBook(workspace.reserve_stamps).take
        done = spool_checked(workspace, items, spool, maker, context, counted, reserve)
        result = BuildResult(anomalies=done.anomalies, skipped=done.blocked)
        stopped = done.in_files or (done.blocked and not skip_blocked)
        if not stopped and len(spool):
            result.notes += workspace.signing_notes()
            sent_again = result.anomalies if again else None
            result.batches, found = _batches(workspace, spool, maker, None, counted, sent_again)
            result.unchanged, result.held_by = found.count, dict(found.batches)
            result.being_cancelled = found.being_cancelled
    return result


def spool_checked(
    workspace: BuildTools,
    items: Iterable[Item],
    spool: Spool,
    maker: FormMaker,
    context: RuleContext,
    counted: Watcher,
    reserve: Reserve | None = None,
) -> Spooled:
    """The whole input, checked and put in the spool by the workforce; see `spool_all`."""
    desk = Desk.for_profile(workspace.profile, maker, context, workspace.employer_zones)
    recipe = workspace.recipe(maker, context)
    crew = workspace.workforce
    return spool_all(items, spool, desk, recipe, counted, workforce=crew, reserve=reserve)


def build_bodies(
    workspace: BuildTools,
    bodies: Iterable[Entry | Question],
    previous: BatchName | None = None,
    lock: HeldLock | None = None,
) -> list[BuiltBatch]:
    """Questions, or declarations that were checked already, as batches; errors as above.

    `lock` is that of `only_build`, for who holds it already.
    """
    require_clean(workspace.profile.folder)
    with spooling(workspace) as spool:
        maker = workspace.form_maker()
        written, bodies = WrittenForms(), list(bodies)
        stamped = maker.stamped(StampBook(workspace.reserve_stamps).take(1, len(bodies)))
        for body in bodies:
            origin: Origin = body.origin if isinstance(body, Entry) else NoOrigin()
            if isinstance(origin, InputOrigin):
                written.note(origin.sheet)
            form = stamped.form(body.declaration if isinstance(body, Entry) else body)
            content = workspace.writers[form.body.kind].form(form)
            written.extend([SpooledForm.of(form, content, origin)])
        written.set_down(spool.folder, "forms")
        spool.add(written)
        if not len(spool):
            return []
        return _batches(workspace, spool, maker, previous, UNWATCHED, None, lock)[0]


@contextmanager
def spooling(workspace: BuildTools) -> Iterator[Spool]:
    """A spool in a hidden folder of the outbox, which goes with it.

    It is locked like that of a batch that is being staged: when the process dies, the next
    build clears it away, for it holds national numbers.
    """
    parent = private_folder(workspace.outbox.root / workspace.environment.value)
    folder = parent / f"{HIDDEN}spool-{secrets.token_hex(4)}"
    with ExitStack() as held, disk_errors("write the spool in", parent):
        with folder_lock(parent):
            private_folder(folder)
            held.enter_context(folder_lock(folder))
        held.callback(remove_folder, folder)
        yield Spool(folder)


def _batches(
    workspace: BuildTools,
    spool: Spool,
    maker: FormMaker,
    previous: BatchName | None,
    counted: Watcher,
    again: AnomalySpool | None,
    held: HeldLock | None = None,
) -> tuple[list[BuiltBatch], Unchanged]:
    """All batches of a run, staged together: a crash before the end leaves none to be sent.

    What is unchanged is decided while no other build can stage anything, and the batches become
    staged only when that is still so.
    """
    section = workspace.limits
    limits = PartLimits(section.part_bytes, section.part_forms, section.parts)
    built: list[BuiltBatch] = []
    with nullcontext(held) if held else only_build(workspace) as lock:
        withdraw(workspace, unfinished(workspace))
        with workspace.ledger.newest_states(workspace.environment) as states:
            found = unchanged(spool, states, again=again)
        counted.begin("forms")
        counted.expect(len(spool) - found.count)
        try:
            for shape, workers in _by_message(workspace.profile, spool):
                tools = workspace.assembler(shape)
                rest = found.rest(workers)
                bound = limits.within(shape.most_forms)
                for parts in arrange(rest, spool.size, bound, around=tools.around):
                    lock.renew()
                    made = _batch(workspace, tools, spool, parts, maker.started, previous, counted)
                    built.append(made)
            names = [batch.name for batch in built]
            workspace.ledger.append_all(names, Event.STAGED, workspace.clock(), lock)
            workspace.outbox.reach(workspace.ledger.last_event())
        except LockHeld:
            # Whoever took over has withdrawn what is not staged.
            raise
        except BaseException:
            # What cannot be undone now, on a full disk, the next build undoes.
            with suppress(FlaBatchError):
                withdraw(workspace, unfinished(workspace))
            raise
    return built, found


@contextmanager
def only_build(workspace: BuildTools) -> Iterator[HeldLock]:
    """Be the only one who builds for this environment; waits for another build to end."""
    with ExitStack() as held:
        while True:
            try:
                name = lock_name(workspace.environment)
                lock = held.enter_context(workspace.ledger.lock(name, workspace.clock))
                break
            except LockHeld:
                workspace.wait_a_moment()
        yield lock


def _by_message(
    profile: Profile, spool: Spool
) -> Iterator[tuple[MessageShape, Iterator[Sequence[int]]]]:
    """The forms of each worker, by the message that their kind goes in: a batch holds one."""
    messages = profile.messages
    if len(messages) == 1:
        yield messages[0], _parted(spool.by_worker(), messages[0])
        return
    kinds = [FormKind(note.kind) for note in spool.notes(range(len(spool)))]
    for shape in messages:
        workers = (
            [number for number in numbers if profile.shapes[kinds[number]] is shape]
            for numbers in spool.by_worker()
        )
        yield shape, _parted(filter(None, workers), shape)


def _parted(workers: Iterator[Sequence[int]], shape: MessageShape) -> Iterator[Sequence[int]]:
    """The forms of a worker stay together, but where the XSD lets a message hold fewer."""
    most = shape.most_forms
    if most is None:
        return workers
    return (numbers[at : at + most] for numbers in workers for at in range(0, len(numbers), most))


def _batch(
    workspace: BuildTools,
    assembler: FillsBatches,
    spool: Spool,
    parts: list[Part],
    at: datetime,
    previous: BatchName | None,
    counted: Watcher,
) -> BuiltBatch:
    """Files first, under a hidden name; then the ledger; then the name that `send` looks for.

    A crash before the ledger leaves a hidden folder that the next run clears; one after it
    leaves a batch "built", which `recover` withdraws.
    """
    application = workspace.profile.application_of(assembler.shape)
    name = workspace.next_name(belgian_date(at), application)
    profile, outbox, ledger = workspace.profile, workspace.outbox, workspace.ledger
    forms = sum(len(part) for part in parts)
    version = f"{profile.version} {profile.fingerprint}"
    record = BatchRecord(
        name=name,
        profile=profile.name,
        profile_version=version,
        parts=len(parts),
        folder=outbox.relative_folder(name),
        built_at=at,
        previous=previous,
        sheets=spool.sheets,
    )
    with outbox.stage(name) as staged:
        with assembler.filling(staged, parts, spool, at) as filling:
            ledger.record_batch(record, _records(spool, parts, filling, counted))
        manifest = Manifest(
            batch=name,
            profile=profile.name,
            profile_version=version,
            created_at=at,
            forms=forms,
            parts=len(parts),
            files=staged.sent_files(),
            previous=previous,
            channel=workspace.channel_name,
        )
        staged.finish(manifest)
    outbox.publish(name)
    files = tuple(file.name for file in manifest.files)
    return BuiltBatch(name, forms, len(parts), files)


def form_record(note: Note, part: int, position: int) -> FormRecord:
    """What the ledger keeps of the form that stands there, from 1, in its batch."""
    return FormRecord(
        reference_nbr=note.reference_nbr,
        part=part,
        position=position,
        identification=note.identification,
        created_date=date.fromisoformat(note.created_date),
        created_hour=time.fromisoformat(note.created_hour),
        kind=FormKind(note.kind),
        body=note.body,
        company_id=note.company_id or None,
        inss=note.inss or None,
        calendar_year=int(note.calendar_year) if note.calendar_year else None,
        sheet=note.sheet or None,
        rows=note.rows or None,
    )


def _records(
    spool: Spool, parts: list[Part], filling: BatchBeingFilled, counted: Watcher
) -> Iterator[FormRecord]:
    """What the ledger keeps of the forms; it ends when all files are whole.

    The ledger commits after the last one: a part that is not valid undoes the transaction.
    """
    for number, part in enumerate(parts, start=1):
        for position, note in enumerate(spool.notes(part), start=1):
            yield form_record(note, number, position)
            if not position % _COUNTED_TOGETHER:
                counted(_COUNTED_TOGETHER)
        counted(len(part) % _COUNTED_TOGETHER)
    filling.finish()
