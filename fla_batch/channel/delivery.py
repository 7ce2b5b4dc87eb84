"""What the gateway checks look at: the files of one batch as they lie, their names as raw text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fla_batch.vocabulary.terms import FileKind

PARTED = (FileKind.FI, FileKind.FS)
_APPLICATION = re.compile("[A-Z]{4}")
_SENDER = re.compile("[0-9]{6}")
_EIGHT_DIGITS = re.compile("[0-9]{8}")
# Longer texts are no count at all, and int() refuses the longest of them.
_COUNT = re.compile("[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """What the gateway takes at most; sizes in bytes, forms per part."""

    max_age_days: int = 30
    max_parts: int = 9
    max_file_bytes: int = 100_000_000
    max_batch_bytes: int = 1_000_000_000
    max_forms: int = 50_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """The files of one batch: name and size in bytes of each, as found in `folder`.

    `sender` is the sender number of the account that delivered them.
    """

    folder: str
    sender: str
    files: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What was found in one FI and its FS. None: not looked at, so nothing is said about it.

    After a fatal fact (not well-formed, unknown root) leave the later ones None.
    """

    well_formed: bool | None = None
    schema_known: bool | None = None
    root_known: bool | None = None
    fits_schema: bool | None = None
    forms: int | None = None
    forms_fit_name: bool | None = None
    signature_valid: bool | None = None
    certificate_fits_holder: bool | None = None
    sender_authorised: bool | None = None
    employers_authorised: bool | None = None


def files_of(go_name: str, listing: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The files in a folder that belong to a GO, the GO included, sorted by name.

    Application, sender, date and sequence decide: a file whose environment or number of parts
    differs belongs to the batch, and is its fault.
    """
    stem = go_name.split(".")[1:5]
    return sorted(each for each in listing if each[0].split(".")[1:5] == stem)


def _field(number: int) -> Any:
    return property(lambda name: name.fields[number])


@dataclass(frozen=True, slots=True)
class RawName:
    """A file name cut at its dots. Its fields are looked at only when it has all of them."""

    text: str
    size: int

    sender, sequence, environment, total, part = map(_field, (2, 4, 5, 6, 7))

    @property
    def fields(self) -> list[str]:
        return self.text.split(".")

    @property
    def kind(self) -> str:
        return self.fields[0]

    @property
    def has_structure(self) -> bool:
        """KIND.APPL.SENDER.DATE.SEQUENCE.E.T, and .P for FI and FS; nothing empty."""
        fields = self.fields
        return (
            len(fields) == (8 if self.kind in PARTED else 7)
            and all(fields)
            and _APPLICATION.fullmatch(fields[1]) is not None
            and _SENDER.fullmatch(fields[2]) is not None
        )

    @property
    def has_eight_digits(self) -> bool:
        """True when the date field is 8 digits."""
        return _EIGHT_DIGITS.fullmatch(self.fields[3]) is not None

    @property
    def day(self) -> date | None:
        """The date, when it is one."""
        text = self.fields[3]
        if not self.has_eight_digits:
            return None
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            return None

    @property
    def parts_announced(self) -> int | None:
        """The number of parts, when it is one."""
        return int(self.total) if _COUNT.fullmatch(self.total) else None


@dataclass(frozen=True, slots=True)
class Case:
    """One delivery and everything that it is judged by."""

    delivery: Delivery
    names: tuple[RawName, ...]
    today: date
    used: Callable[[str], bool]
    limits: DeliveryLimits
    parts: tuple[PartFacts, ...]

    def of(self, kind: FileKind) -> list[RawName]:
        return [name for name in self.names if name.kind == kind]

    def structured(self, *kinds: FileKind) -> Iterator[RawName]:
        return (name for name in self.names if name.kind in kinds and name.has_structure)

    @property
    def go(self) -> RawName | None:
        """The GO, when there is one whose fields can be told apart."""
        return next(self.structured(FileKind.GO), None)
