"""What a message must be besides valid: its encoding, no BOM, no DOCTYPE, stamps that differ.

`validate` and the simulated portal both ask here. Source: the conventions of the portal's
structured messages; some notifications name a form by its (FormCreationDate, FormCreationHour)
only, so that no two forms of a batch may share them.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.message.form_tree import Element, Text, ZoneText, elements
from fla_batch.message.message_shape import MessageShape
from fla_batch.system.xmlsafe import PROLOG_BYTES
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyClass

if TYPE_CHECKING:
    import polars as pl

    from fla_batch.message.form_table import FormTable

_BOMS = {
    b"\xef\xbb\xbf": "UTF-8",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_UTF_16 = (b"<\x00", b"\x00<")
_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""")
_STAMP = ("form_creation_date", "form_creation_hour")
_MOST_SHOWN = 100

BOM, ENCODING, DOCTYPE, REPEATED = "bom", "encoding", "doctype", "repeated-stamp"
_SAYS = {
    BOM: (
        "the file begins with a byte order mark ({value})",
        "le fichier commence par une marque d'ordre des octets ({value})",
        "het bestand begint met een byte order mark ({value})",
    ),
    ENCODING: (
        "the file is in {value}; messages are in UTF-8",
        "le fichier est en {value} ; les messages sont en UTF-8",
        "het bestand is in {value}; berichten zijn in UTF-8",
    ),
    DOCTYPE: (
        "the message has a DOCTYPE",
        "le message contient un DOCTYPE",
        "het bericht bevat een DOCTYPE",
    ),
    REPEATED: (
        "form {form} was created at the same date and hour as form {first}: {value}",
        "le formulaire {form} a les mêmes date et heure de création que le {first} : {value}",
        "formulier {form} heeft dezelfde creatiedatum en -uur als formulier {first}: {value}",
    ),
}


@dataclass(frozen=True, slots=True)
class FormatFault:
    """One thing wrong with the format. `form` counts from 1; 0 is the message around them."""

    kind: str
    value: str = ""
    form: int = 0
    first: int = 0
    line: int | None = None

    @property
    def is_of_the_file(self) -> bool:
        """True for what keeps the file from being read at all."""
        return self.kind != REPEATED

    def to_anomaly(self, file: str) -> Anomaly:
        """The same as an anomaly of class B, rule `format`."""
        tag, code = ("File", "102") if self.is_of_the_file else ("FormCreationHour", "003")
        zone, meaning = catalogue.zone_label(tag), catalogue.meaning(code) or Labels()
        said = [
            text.format(form=self.form, first=self.first, value=self.value)
            for text in _SAYS[self.kind]
        ]
        heads = (
            f"{zone.en} - {meaning.en}: ",
            f"{zone.fr} - {meaning.fr} : ",
            f"{zone.nl} - {meaning.nl}: ",
        )
        return Anomaly(
            anomaly_class=AnomalyClass.BLOCKING.value,
            error_id=f"{tag}-{code}",
            rule="format",
            tag=tag,
            path=f"form {self.form}" if self.form else "/",
            label=Labels(*map("".join, zip(heads, said, strict=True))),
            source=Source(file, self.line, None),
        )


def format_faults(
    path: Path, shape: MessageShape, *, stamps_differ: bool = False
) -> list[FormatFault]:
    """Everything that is wrong with the format of the file, the file's own faults first.

    `stamps_differ` says that all of them are known to. Raises OSError when it cannot be read.
    """
    if not path.stat().st_size:
        return []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        head = content[:PROLOG_BYTES]
        found = list(_of_the_file(head))
        return found or ([] if stamps_differ else list(_repeated(content, shape)))


def stamps_of(table: FormTable) -> pl.Series | None:
    """A number for the stamp of each form, equal for equal ones; None when not all have one."""
    import polars as pl

    found: list[pl.Series] = []
    for name in _STAMP:
        texts = [
            table.by_place[place.number]["text"].str.strip_chars()
            for place in table.places.all
            if place.number in table.by_place
            and any(_is_zone(text, name) for one in place.elements for text in one.texts)
        ]
        if len(texts) != 1 or len(texts[0]) != len(table.lines) or len(table.odd):
            return None
        found += texts
    return pl.select(pl.struct(date=found[0], hour=found[1]).hash()).to_series()


def all_differ(stamps: Sequence[pl.Series | None]) -> bool:
    """True when no two stamps of these blocks are equal; False when that is not certain."""
    import polars as pl

    known = [each for each in stamps if each is not None]
    every = pl.concat([pl.Series(dtype=pl.UInt64), *known])
    return len(known) == len(stamps) and every.n_unique() == len(every)


def _is_zone(text: Text, name: str) -> bool:
    return isinstance(text, ZoneText) and text.block == 0 and text.field_name == name


def _of_the_file(head: bytes) -> Iterator[FormatFault]:
    for mark, name in _BOMS.items():
        if head.startswith(mark):
            yield FormatFault(BOM if name == "UTF-8" else ENCODING, name, line=1)
            if name != "UTF-8":
                return
            head = head[len(mark) :]
    if head.startswith(_UTF_16):
        yield FormatFault(ENCODING, "UTF-16", line=1)
        return
    encoding = _ENCODING.match(head)
    if encoding and encoding[1].upper() != b"UTF-8":
        yield FormatFault(ENCODING, encoding[1].decode("ascii", "replace")[:40], line=1)
    before_root = re.split(rb"<[A-Za-z_]", head, maxsplit=1)[0]
    if b"<!DOCTYPE" in before_root:
        yield FormatFault(DOCTYPE, line=before_root[: before_root.index(b"<!D")].count(b"\n") + 1)


def _repeated(content: mmap.mmap, shape: MessageShape) -> Iterator[FormatFault]:
    """Forms whose date and hour of creation another one before them has."""
    patterns = [pattern for name in _STAMP if (pattern := _pattern(shape.tree.form, name))]
    if len(patterns) < len(_STAMP):
        return
    dates, hours = ([found[1] for found in each.finditer(content)] for each in patterns)
    stamps = list(zip(dates, hours, strict=False))
    if len(set(stamps)) == len(stamps):
        return
    first: dict[tuple[bytes, bytes], int] = {}
    shown = 0
    places = [found.start() for found in patterns[0].finditer(content)]
    lines = _lines(content, places)
    for number, (stamp, line) in enumerate(zip(stamps, lines, strict=False), start=1):
        if stamp in first and shown < _MOST_SHOWN:
            shown += 1
            value = b" ".join(stamp).decode("utf-8", "replace")
            yield FormatFault(REPEATED, value, number, first[stamp], line)
        first.setdefault(stamp, number)


def _lines(content: mmap.mmap, places: list[int]) -> Iterator[int]:
    """The line of each place, from 1."""
    line = 1
    for before, place in pairwise([0, *places]):
        line += content[before:place].count(b"\n")
        yield line


def _pattern(form: Element, field_name: str) -> re.Pattern[bytes] | None:
    """Finds the text of that zone of the header, however its namespace is written."""
    for element in elements(form):
        name = re.escape(element.name.encode())
        for text in element.texts:
            if _is_zone(text, field_name):
                return re.compile(rb"<(?:[\w.-]+:)?" + name + rb"(?:\s[^>]*)?>\s*([^<]*?)\s*<")
        for attribute in element.attributes:
            for text in attribute.texts:
                if isinstance(text, ZoneText) and text.field_name == field_name:
                    label = re.escape(attribute.name.encode())
                    return re.compile(rb"\s(?:[\w.-]+:)?" + label + rb"\s*=\s*[\"']([^\"']*)[\"']")
    return None
