"""Forms written one after the other to temporary files, with what is needed to arrange them.

A form's bytes do not depend on the batch or part that it ends up in, so each is written once,
by whoever makes it; memory holds a few numbers a form. What the ledger keeps of it lies beside, a
line a form.
"""

from __future__ import annotations

import errno
import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

from fla_batch.models.form import Form
from fla_batch.system.files import disk_errors, partial_path
from fla_batch.vocabulary.input_origin import InputOrigin, InputSheet, NoOrigin, Origin, rows_text

_AT_ONCE_BYTES = 1 << 20
_FORMS, _NOTES = ".forms", ".notes"


class Note(NamedTuple):
    """What the ledger keeps of a form, all as text; what is absent is empty.

    Date and hour (to the millisecond) as in the form, `body` is JSON on one line. `sheet` is the
    digest of the InputSheet that the declaration came from, `rows` where it stood there.
    """

    reference_nbr: str
    identification: str
    created_date: str
    created_hour: str
    kind: str
    company_id: str
    inss: str
    calendar_year: str
    body: str
    sheet: str = ""
    rows: str = ""


_NO_ORIGIN = NoOrigin()


class SpooledForm(NamedTuple):
    """One form as it is spooled. `note` is a Note's line; `worker` stands for its worker."""

    content: bytes
    note: bytes
    worker: int

    @classmethod
    def of(cls, form: Form, content: bytes, origin: Origin = _NO_ORIGIN) -> SpooledForm:
        """The form of ours that was written as `content`."""
        note = note_of(form, origin)
        line = SEPARATOR.join(note).encode() + b"\n"
        return cls(content, line, worker_number(note.company_id, note.inss))


SEPARATOR = "\t"
"""Between the parts of a note: none of them has a control character, JSON escapes them."""


@dataclass(slots=True)
class WrittenForms:
    """Forms written one after the other, and their notes; it can go between processes.

    Those that were set down lie in files that begin with `name`, and no longer here.
    """

    forms: list[bytes] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    note_sizes: array[int] = field(default_factory=lambda: array("Q"))
    workers: array[int] = field(default_factory=lambda: array("Q"))
    sheets: dict[str, InputSheet] = field(default_factory=dict)
    name: str = ""

    def note(self, sheet: InputSheet) -> None:
        """Some of them came from that sheet."""
        self.sheets[sheet.digest] = sheet

    def extend(self, forms: Sequence[SpooledForm]) -> None:
        """More forms, in their order."""
        for content, note, worker in forms:
            self.forms.append(content)
            self.notes.append(note)
            self.workers.append(worker)
        self.sizes.extend(len(each.content) for each in forms)
        self.note_sizes.extend(len(each.note) for each in forms)

    def set_down(self, folder: Path, name: str) -> None:
        """Put them in files of `folder`, whole, over those of who began it before.

        Raises DiskTrouble.
        """
        self.name = name
        with disk_errors("write the spool in", folder):
            for suffix, pieces in ((_FORMS, self.forms), (_NOTES, self.notes)):
                path = folder / (name + suffix)
                partial = partial_path(path)
                with partial.open("wb", buffering=_AT_ONCE_BYTES) as file:
                    file.writelines(pieces)
                partial.replace(path)
                pieces.clear()


class Extent(NamedTuple):
    """Bytes `start` to `end` of a file."""

    path: Path
    start: int
    end: int


def bytes_of(extents: Iterable[Extent]) -> Iterator[bytes]:
    """What lies there, in that order, in pieces. Raises OSError."""
    with ExitStack() as opened:
        path, file = Path(), None
        for extent in extents:
            if file is None or extent.path != path:
                opened.close()
                path, file = extent.path, opened.enter_context(extent.path.open("rb"))
            start = extent.start
            file.seek(start)
            while start < extent.end:
                piece = file.read(min(extent.end - start, _AT_ONCE_BYTES))
                if not piece:
                    raise OSError(errno.EIO, "the file is shorter than it was written", str(path))
                start += len(piece)
                yield piece


class Spool:
    """Forms that were set down in `folder`, numbered from 0. Whoever made the folder removes it.

    `sheets` are those that the forms came from, by their digests.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: list[str] = []
        self._firsts = array("Q")
        self._offsets = array("Q", [0])
        self._note_offsets = array("Q", [0])
        self._workers = array("Q")
        self.sheets: dict[str, InputSheet] = {}

    def __len__(self) -> int:
        return len(self._workers)

    def add(self, written: WrittenForms) -> None:
        """Forms that were set down here."""
        if written.workers:
            self._names.append(written.name)
            self._firsts.append(len(self))
        _append(self._offsets, written.sizes)
        _append(self._note_offsets, written.note_sizes)
        self._workers.extend(written.workers)
        self.sheets |= written.sheets

    def size(self, number: int) -> int:
        """Bytes of form `number`."""
        return int(self._offsets[number + 1] - self._offsets[number])

    def by_worker(self) -> Iterator[array[int]]:
        """Numbers of the forms of each worker together, workers in the order of appearance."""
        follower = _followers(self._workers)
        taken = bytearray(len(follower))
        for first in range(len(follower)):
            if taken[first]:
                continue
            group = array("Q", [first])
            while (following := follower[group[-1]]) > group[-1]:
                group.append(following)
                taken[following] = True
            yield group

    def extents(self, numbers: Iterable[int]) -> Iterator[Extent]:
        """Where those forms lie, in that order."""
        return self._extents(_FORMS, self._offsets, numbers)

    def notes(self, numbers: Iterable[int]) -> Iterator[Note]:
        """What the ledger keeps of those forms, in that order."""
        rest = b""
        for piece in bytes_of(self._extents(_NOTES, self._note_offsets, numbers)):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield Note(*line.decode().split(SEPARATOR))

    def _extents(
        self, suffix: str, offsets: array[int], numbers: Iterable[int]
    ) -> Iterator[Extent]:
        for first, last in _runs(numbers):
            begin = first
            while begin <= last:
                place = bisect_right(self._firsts, begin) - 1
                after = [*self._firsts[place + 1 : place + 2], last + 1]
                end, before = min(after), offsets[self._firsts[place]]
                path = self.folder / (self._names[place] + suffix)
                yield Extent(path, offsets[begin] - before, offsets[end] - before)
                begin = end


def worker_number(company_id: str, inss: str) -> int:
    """64 bits that stand for the worker and employer: forms with the same stay together."""
    key = f"{company_id}/{inss}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest())


def note_of(form: Form, origin: Origin = _NO_ORIGIN) -> Note:
    """What the ledger keeps of a form of ours. Raises ValueError for one without a stamp."""
    header, body = form.header, form.body
    if header.form_creation_date is None or header.form_creation_hour is None:
        raise ValueError("a form that is sent has a creation date and hour")
    return Note(
        reference_nbr=(header.reference and header.reference.reference_nbr) or "",
        identification=header.identification or "",
        created_date=header.form_creation_date.isoformat(),
        created_hour=header.form_creation_hour.isoformat(timespec="milliseconds"),
        kind=body.kind.value,
        company_id=body.employer.company_id or "",
        inss=(body.employee and body.employee.inss) or "",
        calendar_year=str(body.calendar_year or ""),
        body=body.to_json_text(),
        sheet=origin.sheet.digest if isinstance(origin, InputOrigin) else "",
        rows=rows_text(origin.rows) if isinstance(origin, InputOrigin) else "",
    )


def _append(offsets: array[int], sizes: array[int]) -> None:
    offsets.extend(list(accumulate(sizes, initial=offsets[-1]))[1:])


def _followers(workers: array[int]) -> array[int]:
    """For each form the next one of the same worker; for the last one itself."""
    followers = array("Q", range(len(workers)))
    order = sorted(range(len(workers)), key=workers.__getitem__)
    for this, following in pairwise(order):
        if workers[this] == workers[following]:
            followers[this] = following
    return followers


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Neighbours joined, so that a file in its usual order is read in one go.

    >>> list(_runs([3, 4, 5, 9, 1]))
    [(3, 5), (9, 9), (1, 1)]
    """
    first = last = -2
    for number in numbers:
        if number == last + 1:
            last = number
            continue
        if first >= 0:
            yield first, last
        first = last = number
    if first >= 0:
        yield first, last
