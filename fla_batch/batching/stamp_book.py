"""Creation stamps of one run, reserved a little ahead: the ledger is not asked for each job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fla_batch.vocabulary.creation_stamps import CreationStamps, Stretch

_MOST_AHEAD = 50_000


@dataclass(slots=True)
class StampBook:
    """Gives stamps out job by job; `reserve` takes so many from everybody else, for good.

    The first job gets just what it needs, so that a small build leaves no gap; a large one
    reserves as many again as it has, up to 50,000.
    """

    reserve: Callable[[int], list[Stretch]]
    _left: list[Stretch] = field(default_factory=list)
    _given: int = 0

    def take(self, first: int, count: int) -> CreationStamps:
        """The stamps of `count` forms, the first of which is form `first` of the run."""
        missing = count - sum(stretch.count for stretch in self._left)
        if missing > 0:
            self._left += self.reserve(max(missing, min(self._given, _MOST_AHEAD)))
        self._given += count
        return CreationStamps.in_stretches(first, [*self._cut(count)])

    def _cut(self, count: int) -> list[Stretch]:
        found = []
        while count:
            stretch = self._left.pop(0)
            if stretch.count > count:
                self._left.insert(0, stretch.after(count))
                stretch = stretch.until(count)
            found.append(stretch)
            count -= stretch.count
        return found
