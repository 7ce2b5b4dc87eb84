"""Which form goes into which part of which batch. Pure: sizes in, numbers out."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from fla_batch.vocabulary.errors import UsageMistake


@dataclass(frozen=True, slots=True)
class PartLimits:
    """Bytes as sent and forms that one part may hold, and parts that a batch may have (1-9)."""

    part_bytes: int = 100_000_000
    part_forms: int = 50_000
    parts: int = 9

    def within(self, most_forms: int | None) -> PartLimits:
        """The same where a message holds at most so many forms; None for any number."""
        return (
            self
            if most_forms is None
            else replace(self, part_forms=min(self.part_forms, most_forms))
        )


class WorkerTooLarge(UsageMistake):
    """The forms of one worker do not fit in one part."""

    hint = "Raise part_bytes or part_forms in [limits], or declare fewer years at once."


Part = Sequence[int]
"""Numbers of forms, in their order."""


def arrange(
    workers: Iterable[Sequence[int]],
    size_of: Callable[[int], int],
    limits: PartLimits,
    *,
    around: int = 0,
) -> list[list[Part]]:
    """Batches of parts of form numbers; the forms of one worker stay in one part.

    `around` are the bytes of a message without forms. Raises WorkerTooLarge.

    >>> made = arrange([[0], [1, 2], [3]], lambda _: 10, PartLimits(part_bytes=20, parts=2))
    >>> [[list(part) for part in batch] for batch in made]
    [[[0], [1, 2]], [[3]]]
    """
    parts: list[array[int]] = []
    room = forms_left = 0
    for numbers in workers:
        size = sum(size_of(number) for number in numbers)
        if size + around > limits.part_bytes or len(numbers) > limits.part_forms:
            raise WorkerTooLarge(
                f"one worker has {len(numbers)} forms of {size} bytes together; a part holds at "
                f"most {limits.part_forms} forms and {limits.part_bytes} bytes"
            )
        if not parts or size > room or len(numbers) > forms_left:
            parts.append(array("Q"))
            room, forms_left = limits.part_bytes - around, limits.part_forms
        parts[-1].extend(numbers)
        room -= size
        forms_left -= len(numbers)
    return [[*parts[start : start + limits.parts]] for start in range(0, len(parts), limits.parts)]
