"""A desk: checks declarations by the rules and writes those that are not blocked.

What comes one by one is checked and written one by one. Of a table chunk, the declarations that
the screen clears and of which the platform holds nothing yet are written by whole columns; the
bytes are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import SpooledForm, WrittenForms
from fla_batch.batching.screened_chunk import ScreenedChunk
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.message import MessageWriter, Profile
from fla_batch.message.extra_zones import EmployerZones
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.message.writer import writers_of
from fla_batch.models import Entry
from fla_batch.rules import RuleContext, check
from fla_batch.vocabulary.creation_stamps import CreationStamps
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputOrigin
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from fla_batch.batching.column_forms import ColumnForms


@dataclass(frozen=True, slots=True, repr=False)
class Job:
    """Part of the input; `first` is the number of its first declaration, from 1.

    `stamps` are the creation stamps that were reserved for it; without them those of the maker.
    Its text says nothing: a worker may write it into a log.
    """

    first: int
    items: list[Entry | Anomaly] | TableChunk
    stamps: CreationStamps | None = None


@dataclass(slots=True)
class Done:
    """What became of a job: the forms to send, all anomalies, and the counts.

    `questions` are the declarations that the rules had to look at one by one.
    """

    written: WrittenForms = field(default_factory=WrittenForms)
    anomalies: list[Anomaly] = field(default_factory=list)
    declarations: int = 0
    questions: int = field(default=0, compare=False)
    blocked: int = 0
    in_files: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """Does jobs. Never raises for their content."""

    maker: FormMaker
    writers: Mapping[FormKind, MessageWriter]
    columns: ColumnForms
    context: RuleContext
    limits: ProfileLimits

    @classmethod
    def for_profile(
        cls,
        profile: Profile,
        maker: FormMaker,
        context: RuleContext,
        extras: EmployerZones | None = None,
    ) -> Desk:
        """A desk that writes the declarations of a run; `extras` are zones by employer."""
        from fla_batch.batching.column_forms import ColumnForms

        writers = writers_of(profile, extras=extras or {})
        columns = ColumnForms(maker, profile.shapes, extras or {})
        return cls(maker, writers, columns, context, ProfileLimits.of(profile, extras))

    def screened(self, chunk: TableChunk) -> ScreenedChunk:
        """A chunk after a look at its columns, as far as the profile lets it be written so."""
        by_columns = not self.limits.any and self.columns.fits(chunk.layout.kind)
        return ScreenedChunk.of(chunk, self.context, by_columns=by_columns, limits=self.limits)

    def do(self, job: Job) -> Done:
        """One job."""
        maker = self.maker.stamped(job.stamps)
        return replace(self, maker=maker, columns=replace(self.columns, maker=maker))._do(job)

    def _do(self, job: Job) -> Done:
        done = Done()
        if isinstance(job.items, TableChunk):
            done.written.extend(self._of_chunk(self.screened(job.items), job.first, done))
        else:
            done.written.extend(list(self._of_items(job.items, job.first, done)))
        return done

    def _of_items(
        self, items: Iterable[Entry | Anomaly], first: int, done: Done
    ) -> Iterator[SpooledForm]:
        for item in items:
            if isinstance(item, Anomaly):
                done.anomalies.append(item)
                done.in_files += item.blocks
                continue
            form = self._form(item, first + done.declarations, done)
            if form is not None:
                yield form

    def _of_chunk(self, screened: ScreenedChunk, first: int, done: Done) -> list[SpooledForm]:
        """Most of a chunk is written by columns; the rest takes its places in between."""
        import polars as pl

        fine = screened.fine
        done.declarations += int(fine.sum())
        numbers = pl.int_range(first, first + len(fine), eager=True)
        sent: list[int] = []
        places: dict[int, SpooledForm] = {}
        for index, entry in zip((~fine).arg_true(), screened.entries(), strict=True):
            if not self._is_blocked(entry, done):
                if screened.columns[index]:
                    sent.append(index)
                else:
                    places[first + index] = self._written(entry, first + index, done)
        by_columns = fine.clone().scatter(sent, values=True)
        if not by_columns.any():
            return list(places.values())
        sheet = screened.chunk.input_sheet
        done.written.note(sheet)
        blocks, theirs = screened.of_columns(by_columns), numbers.filter(by_columns)
        written = self.columns.spooled(screened.chunk.layout.kind, blocks, theirs, sheet)
        if not places:
            return written
        places.update(zip(theirs, written, strict=True))
        return [places[number] for number in sorted(places)]

    def _form(self, entry: Entry, number: int, done: Done) -> SpooledForm | None:
        """The form of one declaration; None when it is blocked."""
        return None if self._is_blocked(entry, done) else self._written(entry, number, done)

    def _is_blocked(self, entry: Entry, done: Done) -> bool:
        """Asks the rules of one declaration."""
        done.declarations += 1
        done.questions += 1
        found = self.limits.told(entry, check(entry, self.context))
        done.anomalies += found
        blocked = any(anomaly.blocks for anomaly in found)
        done.blocked += blocked
        return blocked

    def _written(self, entry: Entry, number: int, done: Done) -> SpooledForm:
        form = self.maker.form(self.limits.completed(entry.declaration), number)
        if isinstance(entry.origin, InputOrigin):
            done.written.note(entry.origin.sheet)
        return SpooledForm.of(form, self.writers[form.body.kind].form(form), entry.origin)
