"""One declaration, one sending: what a build leaves out, for the portal has it or will have it.

Looked up while the lock of builds is held, and batches become staged only while it still is: of
two builds that overlap, the second one sees what the first one staged (R28).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fla_batch.batching.form_store import Note, Spool
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.records import NewestState, canonical_json
from fla_batch.models import DECLARATIONS, DeclarationKey, Entry
from fla_batch.rules import anomaly_of
from fla_batch.rules.photo_guards import sent_again
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from fla_batch.ledger.newest_states import NewestStates

_AT_A_TIME = 1000


@dataclass(slots=True)
class Unchanged:
    """The forms of a spool that equal the newest state of their key: where those stand.

    `left_out` has a byte for each form of the spool, 1 for one that is not built. Batches that are
    `being_cancelled` hold some: whether the portal has those is not known yet.
    """

    left_out: bytearray
    batches: Counter[BatchName] = field(default_factory=Counter)
    being_cancelled: set[BatchName] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many declarations are not built."""
        return sum(self.left_out)

    def rest(self, workers: Iterator[Sequence[int]]) -> Iterator[Sequence[int]]:
        """The forms of each worker that are built."""
        if not any(self.left_out):
            yield from workers
            return
        for numbers in workers:
            if kept := [number for number in numbers if not self.left_out[number]]:
                yield kept


def unchanged(
    spool: Spool, states: NewestStates, *, again: AnomalySpool | None = None
) -> Unchanged:
    """What of the spool is unchanged; with `again` all is built, with a warning there for each."""
    found = Unchanged(bytearray(len(spool)))
    if states.is_empty:
        return found
    for number, note, state in with_newest(spool, states):
        if state is None or not is_same(note, state):
            continue
        if again is not None:
            declaration = DECLARATIONS[FormKind(note.kind)].model_validate_json(note.body)
            finding = sent_again(declaration, str(state.batch))
            again.add([anomaly_of(finding, Entry(declaration))])
            continue
        found.left_out[number] = True
        found.batches[state.batch] += 1
        if state.batch_state is BatchState.CANCELLING:
            found.being_cancelled.add(state.batch)
    return found


def with_newest(
    spool: Spool, states: NewestStates
) -> Iterator[tuple[int, Note, NewestState | None]]:
    """Each form of the spool, by its number, with the newest state of its key if there is one."""
    for first in range(0, len(spool), _AT_A_TIME):
        numbers = range(first, min(first + _AT_A_TIME, len(spool)))
        notes = list(spool.notes(numbers))
        newest = states.of_workers(sorted({note.inss for note in notes}))
        for number, note in zip(numbers, notes, strict=True):
            yield number, note, newest.get(key_of(note)) if note.kind in _DECLARED else None


_DECLARED = frozenset(kind.value for kind in DECLARATIONS)


def key_of(note: Note) -> DeclarationKey:
    """The key of the declaration that a form holds."""
    year = int(note.calendar_year) if note.calendar_year else 0
    return DeclarationKey(note.company_id, note.inss, year, FormKind(note.kind))


def is_same(note: Note, state: NewestState) -> bool:
    """The same content as ours, and the platform has not told of another one since."""
    if hashlib.sha256(note.body.encode()).hexdigest() != state.sha256:
        return False
    if state.told is None:
        return True
    return _as_told(json.loads(note.body)) == _as_told(dict(state.told))


def _as_told(body: dict[str, Any]) -> str:
    """What can be compared: neither who declared a legal right (0902) nor the numbers and order of
    trainings are told.
    """
    rights = dict(body.get("trainingRights") or {})
    rights.pop("legalFlaRight", None)
    unnumbered = (each | {"trainingSequenceNbr": None} for each in body.get("trainings") or ())
    trainings = sorted(map(canonical_json, unnumbered))
    return canonical_json(body | {"trainingRights": rights or None, "trainings": trainings})
