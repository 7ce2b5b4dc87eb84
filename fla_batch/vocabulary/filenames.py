"""The dotted file names of the channel: parse and format.

FI and FS: `KIND.APPL.SENDER.DATE.SEQUENCE.E.T.P`; GO and TD: without P; answers FO, and the FS
and GO that go with them: `FO.KIND.SENDER.DATE.SEQUENCE.E` with up to two more parts.
Sender number and sequence are text: they keep their zeros. Dates are Belgian dates.

>>> batch = BatchName("FLAD", "123456", date(2025, 3, 1), "00001", Environment.SIMULATION)
>>> str(batch), str(batch.fi(1, 2))
('FLAD.123456.20250301.00001.S', 'FI.FLAD.123456.20250301.00001.S.2.1')
>>> str(batch.go(2))
'GO.FLAD.123456.20250301.00001.S.2'
>>> FileName.parse("FS.FLAD.123456.20250301.0000A.R.9.3").part
3
>>> FileName.parse("FO.NOTI.999999.20250302.00001.S").batch.application
'NOTI'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from fla_batch.vocabulary.terms import Environment, FileKind

SEQUENCE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LAST_SEQUENCE = len(SEQUENCE_ALPHABET) ** 5 - 1
PORTAL_SENDER = "999999"
MAX_PARTS = 9

_BATCH = (
    r"(?P<application>[A-Z]{4})\.(?P<sender>[0-9]{6})\.(?P<date>[0-9]{8})"
    r"\.(?P<sequence>[0-9A-Z]{5})\.(?P<environment>[RTS])"
)
_BATCH_NAME = re.compile(_BATCH)
_FILE_NAME = re.compile(
    rf"(?P<kind>FI|FS|GO|TD|FO|CO)\.{_BATCH}(?:\.(?P<total>[1-9]))?(?:\.(?P<part>[1-9]))?"
)
_ANSWERS = frozenset({FileKind.FO, FileKind.CO})


class InvalidName(ValueError):
    """A text is no file or batch name of the channel."""


def sequence_text(number: int) -> str:
    """Sequence `number` (1 to 36**5 - 1) as five characters of 0-9 A-Z.

    Raises ValueError outside that range: 00000 is never used, and five characters hold no more.

    >>> sequence_text(1), sequence_text(36), sequence_text(LAST_SEQUENCE)
    ('00001', '00010', 'ZZZZZ')
    """
    if not 1 <= number <= LAST_SEQUENCE:
        raise ValueError(f"sequence {number} is outside 1 to {LAST_SEQUENCE}")
    characters = []
    for _ in range(5):
        number, digit = divmod(number, 36)
        characters.append(SEQUENCE_ALPHABET[digit])
    return "".join(reversed(characters))


@dataclass(frozen=True, slots=True, order=True)
class BatchName:
    """What all files of one batch share. `sequence` is never 00000."""

    application: str
    sender: str
    date: date
    sequence: str
    environment: Environment

    def __post_init__(self) -> None:
        if not _BATCH_NAME.fullmatch(str(self)) or self.sequence == "00000":
            raise InvalidName(f"{str(self)!r} is not a batch name")

    def __hash__(self) -> int:
        # Asked for with every form of an answer; few batches share their number.
        return hash(self.sequence)

    def __str__(self) -> str:
        return (
            f"{self.application}.{self.sender}.{self.date:%Y%m%d}.{self.sequence}"
            f".{self.environment.value}"
        )

    @classmethod
    def parse(cls, text: str) -> BatchName:
        """The batch name that `text` is. Raises InvalidName."""
        found = _BATCH_NAME.fullmatch(text)
        if not found:
            raise InvalidName(f"{text!r} is not a batch name")
        return _batch_of(found)

    def fi(self, part: int, total: int) -> FileName:
        """Name of declaration part `part` of `total`, each 1 to 9."""
        return FileName(FileKind.FI, self, total, part)

    def fs(self, part: int, total: int) -> FileName:
        """Name of the signature of that part."""
        return FileName(FileKind.FS, self, total, part)

    def go(self, total: int) -> FileName:
        """Name of the empty file that starts the processing of `total` parts."""
        return FileName(FileKind.GO, self, total)

    def td(self, total: int) -> FileName:
        """Name of the empty file that cancels the batch."""
        return FileName(FileKind.TD, self, total)


@dataclass(frozen=True, slots=True)
class FileName:
    """One file of the channel; `total` and `part` are 1 to 9, or None where absent."""

    kind: FileKind
    batch: BatchName
    total: int | None = None
    part: int | None = None

    def __post_init__(self) -> None:
        if not self._parts_fit():
            raise InvalidName(f"{str(self)!r} has the wrong parts for {self.kind.value}")

    def _parts_fit(self) -> bool:
        total, part = self.total, self.part
        if total is None:
            # Only answers, and the FS and GO that go with them, come without parts.
            return part is None and self.kind not in (FileKind.FI, FileKind.TD)
        if not 1 <= total <= MAX_PARTS:
            return False
        if self.kind is FileKind.GO and self.batch.sender == PORTAL_SENDER:
            return part is None or part <= total  # the portal's may be named as its FO is
        if self.kind in (FileKind.GO, FileKind.TD):
            return part is None
        if part is None:
            return self.kind is not FileKind.FI
        return 1 <= part <= total

    def __str__(self) -> str:
        parts = [self.kind.value, str(self.batch)]
        parts += [str(number) for number in (self.total, self.part) if number is not None]
        return ".".join(parts)

    @classmethod
    def parse(cls, text: str) -> FileName:
        """The file name that `text` is, and nothing around it. Raises InvalidName."""
        found = _FILE_NAME.fullmatch(text)
        if not found:
            raise InvalidName(f"{text!r} is not a file name of the channel")
        return cls(
            FileKind(found["kind"]),
            _batch_of(found),
            int(found["total"]) if found["total"] else None,
            int(found["part"]) if found["part"] else None,
        )

    @property
    def is_answer(self) -> bool:
        """True for FO and CO, the files that hold an answer for us."""
        return self.kind in _ANSWERS

    @property
    def go_names(self) -> tuple[str, ...]:
        """Every name under which the portal says that this answer is whole.

        >>> FileName.parse("FO.NOTI.999999.20250302.00001.S.2.1").go_names
        ('GO.NOTI.999999.20250302.00001.S.2.1', 'GO.NOTI.999999.20250302.00001.S.2', \
'GO.NOTI.999999.20250302.00001.S')
        """
        batch = f"{FileKind.GO}.{self.batch}"
        total, part = self.total or 1, self.part or 1
        return f"{batch}.{total}.{part}", f"{batch}.{total}", batch

    def companion(self, kind: FileKind) -> FileName:
        """The file of another kind with the same name, such as the GO of an FO.

        >>> str(FileName.parse("FO.ACRF.999999.20250302.00001.S.1.1").companion(FileKind.GO))
        'GO.ACRF.999999.20250302.00001.S.1'
        """
        part = None if kind in (FileKind.GO, FileKind.TD) else self.part
        return FileName(kind, self.batch, self.total, part)


def _batch_of(found: re.Match[str]) -> BatchName:
    text = found["date"]
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise InvalidName(f"{text!r} is not a date") from error
    return BatchName(
        found["application"],
        found["sender"],
        day,
        found["sequence"],
        Environment(found["environment"]),
    )
