"""Forms written one after the other to a temporary file, with what is needed to arrange them.

A form's bytes do not depend on the batch or part that it ends up in, so each is written once,
as it comes; memory holds a few numbers a form. What the ledger keeps of it lies beside, a line
of JSON a form.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fla_batch.models.form import Form


@dataclass(slots=True)
class Written:
    """Forms written one after the other, with a line of JSON each; it can go between processes."""

    forms: bytearray = field(default_factory=bytearray)
    notes: bytearray = field(default_factory=bytearray)
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    note_sizes: array[int] = field(default_factory=lambda: array("Q"))
    workers: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, form: Form, content: bytes) -> None:
        """One form and its bytes."""
        note = _note(form)
        self.forms += content
        self.notes += note
        self.sizes.append(len(content))
        self.note_sizes.append(len(note))
        self.workers.append(_worker_number(form))


class Spool:
    """Forms on disk in `folder`, numbered from 0. Whoever made the folder removes it."""

    def __init__(self, folder: Path) -> None:
        self._forms_path, self._notes_path = folder / "forms", folder / "notes"
        self._forms = self._forms_path.open("w+b")
        self._notes = self._notes_path.open("w+b")
        self._offsets = array("Q", [0])
        self._note_offsets = array("Q", [0])
        self._workers = array("Q")

    def __len__(self) -> int:
        return len(self._workers)

    def add(self, written: Written) -> None:
        """Forms as they were written. Raises OSError when the disk is full."""
        self._forms.write(written.forms)
        self._notes.write(written.notes)
        _append(self._offsets, written.sizes)
        _append(self._note_offsets, written.note_sizes)
        self._workers.extend(written.workers)

    def size(self, number: int) -> int:
        """Bytes of form `number`."""
        return int(self._offsets[number + 1] - self._offsets[number])

    def by_worker(self) -> Iterator[list[int]]:
        """Numbers of the forms of each worker together, workers in the order of appearance."""
        groups: dict[int, list[int]] = {}
        for number, worker in enumerate(self._workers):
            groups.setdefault(worker, []).append(number)
        yield from groups.values()

    def contents(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The bytes of those forms, in that order."""
        self._forms.flush()
        for first, last in _runs(numbers):
            start, end = self._offsets[first], self._offsets[last + 1]
            self._forms.seek(start)
            while start < end:
                chunk = self._forms.read(min(end - start, 1 << 20))
                start += len(chunk)
                yield chunk

    def notes(self, numbers: Iterable[int]) -> Iterator[tuple[dict[str, Any], str]]:
        """What the ledger keeps of those forms, in that order: facts, and the body as JSON text."""
        self._notes.flush()
        for number in numbers:
            start, end = self._note_offsets[number], self._note_offsets[number + 1]
            self._notes.seek(start)
            facts, _, body = self._notes.read(end - start).decode().partition("\n")
            yield json.loads(facts), body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._forms.close()
        self._notes.close()


def _worker_number(form: Form) -> int:
    """64 bits that stand for the worker and employer: forms with the same stay together."""
    body = form.body
    inss = body.employee.inss if body.employee else ""
    key = f"{body.employer.company_id}/{inss}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest())


def _note(form: Form) -> bytes:
    """What the ledger keeps of a form: a line of facts and a line of body, both as JSON."""
    header, body = form.header, form.body
    if header.form_creation_date is None or header.form_creation_hour is None:
        raise ValueError("a form that is sent has a creation date and hour")
    facts = {
        "reference": header.reference.reference_nbr if header.reference else None,
        "identification": header.identification,
        "created_date": header.form_creation_date.isoformat(),
        "created_hour": header.form_creation_hour.isoformat(timespec="milliseconds"),
        "kind": body.kind.value,
        "company_id": body.employer.company_id,
        "inss": body.employee.inss if body.employee else None,
        "calendar_year": body.calendar_year,
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n{body.to_json_text()}".encode()


def _append(offsets: array[int], sizes: array[int]) -> None:
    end = offsets[-1]
    for size in sizes:
        end += size
        offsets.append(end)


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
