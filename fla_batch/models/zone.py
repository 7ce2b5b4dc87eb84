"""What a zone may hold: one declaration per zone, from which everything else is derived.

The rules check it, the inputs convert by it, the templates list it, and `schema check` compares
it with an XSD. Sources: the field tables of the REST manual, 3.3.3.1 and 3.3.4.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import TypeVar, get_origin

from fla_batch.models.block import Block
from fla_batch.vocabulary.findings import Labels

_Note = TypeVar("_Note", "Zone", "Repeats")


class ZoneType(Enum):
    """How the value of a zone is written in a file and in a message."""

    INTEGER = "integer"
    TEXT = "text"
    DATE = "date"
    INSS = "inss"
    COMPANY_ID = "companyId"


class Presence(Enum):
    """Whether our declarations must carry the zone."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"
    READ_ONLY = "read-only"
    ONE_OF = "one of two"  # exactly one of Days and Hours


@dataclass(frozen=True, slots=True)
class Zone:
    """One leaf element. `low`, `high` bound an integer; `shortest`, `longest` a text's length.

    `step` is the multiple that an integer must be of (50 = half days). `codes` are the allowed
    integers or texts of a coded zone, with their meaning in en, fr and nl. `pattern` is a whole
    match; with it go `form`, the same for people, and `samples` that fit it. `many` is the most
    often that the zone may repeat. Raises ValueError for a pattern that is not told whole.
    """

    label: str
    type: ZoneType
    presence: Presence = Presence.OPTIONAL
    low: int | None = None
    high: int | None = None
    step: int = 1
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    form: str = ""
    samples: tuple[str, ...] = ()
    codes: dict[int | str, tuple[str, str, str]] = field(default_factory=dict, hash=False)
    many: int = 1

    def __post_init__(self) -> None:
        if self.pattern is None:
            return
        if not self.form or not self.samples or not all(map(self.matches, self.samples)):
            raise ValueError(f"{self.label} has a pattern: say its form and samples that fit")

    @property
    def is_text(self) -> bool:
        """True for free text, which may hold any character."""
        return self.type is ZoneType.TEXT and not self.codes and self.pattern is None

    def matches(self, value: str) -> bool:
        """True when `value` fits the pattern, or there is none."""
        return self.pattern is None or _compiled(self.pattern).fullmatch(value) is not None


def listed_codes(zone: Zone) -> Labels:
    """All codes of a zone with their meanings.

    >>> listed_codes(Zone("A", ZoneType.INTEGER, codes={1: ("yes", "oui", "ja")})).fr
    '1 oui'
    """
    texts = []
    for language in range(3):
        codes = (f"{code} {names[language]}" for code, names in zone.codes.items())
        texts.append(", ".join(codes))
    return Labels(*texts)


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often a block may stand in its parent: `least` to `most` times."""

    most: int
    least: int = 0


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def zones_of(model: type[Block]) -> dict[str, Zone]:
    """Field name -> Zone, for the leaf elements directly in `model`, in their order."""
    return _notes_of(model, Zone)


@cache
def leaves_of(model: type[Block]) -> tuple[tuple[str, Zone, str], ...]:
    """Field name, Zone and JSON name of each leaf element directly in `model`."""
    return tuple((name, zone, json_name(model, name)) for name, zone in zones_of(model).items())


@cache
def repeats_of(model: type[Block]) -> dict[str, Repeats]:
    """Field name -> Repeats, for the blocks directly in `model` that may stand several times."""
    return _notes_of(model, Repeats)


def _notes_of(model: type[Block], kind: type[_Note]) -> dict[str, _Note]:
    return {
        name: note
        for name, info in model.model_fields.items()
        for note in info.metadata
        if isinstance(note, kind)
    }


def is_list(model: type[Block], field_name: str) -> bool:
    """True when the field holds a tuple of zones or blocks."""
    return get_origin(model.model_fields[field_name].annotation) is tuple


@cache
def blocks_of(model: type[Block]) -> dict[str, type[Block]]:
    """Field name -> model, for the blocks directly in `model`, in their order."""
    return {
        name: block
        for name, info in model.model_fields.items()
        if (block := _block_in(info.annotation)) is not None
    }


def _block_in(annotation: object) -> type[Block] | None:
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        block = _block_in(inner)
        if block is not None:
            return block
    return None


def walk(
    block: Block, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[Block, tuple[str | int, ...]]]:
    """`block`, which is at `path`, and every block below it, with JSON names and indexes."""
    yield block, path
    for name in blocks_of(type(block)):
        value = getattr(block, name)
        here = (*path, json_name(type(block), name))
        if isinstance(value, tuple):
            for index, item in enumerate(value):
                yield from walk(item, (*here, index))
        elif value is not None:
            yield from walk(value, here)


@cache
def json_name(model: type[Block], field_name: str) -> str:
    """The REST manual's name of a field."""
    return model.model_fields[field_name].alias or field_name
