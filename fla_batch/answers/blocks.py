"""What acknowledgements and notifications share: the form header and references.

The header's five zones stand at the top of every form of the portal, and again, as
HandledOriginalForm, where a notification says which of our forms it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.system.xmlsafe import UnusableXml, local_name, plain_text
from fla_batch.vocabulary.belgian_time import belgian

if TYPE_CHECKING:
    from lxml.etree import _Element

_INTEGER = re.compile(r"\+?0*([0-9]+)")


class NoForm(UnusableXml):
    """The answer is whole, but holds no form: there is nothing that it could be about."""


class PortalHeader(NamedTuple):
    """Identification and creation of a form; what is missing or unreadable is None.

    Date and hour are Belgian local time. `type_form` decides nothing.
    """

    identification: str | None = None
    form_creation_date: date | None = None
    form_creation_hour: time | None = None
    attestation_status: str | None = None
    type_form: str | None = None

    @classmethod
    def at(cls, moment: datetime, identification: str, type_form: str) -> PortalHeader:
        """The header of a form made at `moment` (aware), in milliseconds of Belgian time.

        >>> from datetime import UTC
        >>> header = PortalHeader.at(datetime(2025, 3, 1, 9, 15, 0, 123456, UTC), "ACRF001", "FA")
        >>> header.form_creation_date.isoformat(), header.form_creation_hour.isoformat()
        ('2025-03-01', '10:15:00.123000')
        """
        local = belgian(moment)
        hour = local.time().replace(microsecond=local.microsecond // 1000 * 1000)
        return cls(identification, local.date(), hour, "0", type_form)


class FileReference(NamedTuple):
    """The file that an answer is about; `reference_nbr` is the portal's ticket of it."""

    file_name: str | None = None
    reference_origin: str | None = None
    reference_nbr: str | None = None


class PortalReference(NamedTuple):
    """A reference of a form. Origin 1 = given by the sender, 2 = given by the portal."""

    reference_type: str | None = None
    reference_origin: str | None = None
    reference_nbr: str | None = None

    @property
    def is_ours(self) -> bool:
        """True when the sender gave it."""
        return self.reference_origin == "1"


class Zones:
    """The zones and blocks directly below `elements`, by label, whatever their namespace."""

    __slots__ = ("_found",)

    def __init__(self, *elements: _Element) -> None:
        self._found: dict[str, list[_Element]] = {}
        found = self._found
        for element in elements:
            for child in element:
                name = local_name(child.tag)
                if name in found:
                    found[name].append(child)
                else:
                    found[name] = [child]

    def all(self, name: str) -> list[_Element]:
        """Every block `name`, in the order of the message."""
        return self._found.get(name, [])

    def block(self, name: str) -> Zones:
        """What is in the block `name`; in all of them, should there be more than one."""
        return Zones(*self.all(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """The text of every zone `name` that has one."""
        found = self._found.get(name)
        return tuple(filter(None, map(text_of, found))) if found else ()

    def text(self, name: str) -> str | None:
        """The text of the first zone `name`; None when it is missing or empty."""
        for element in self._found.get(name, ()):
            text = text_of(element)
            if text:
                return text
        return None

    def integer(self, name: str) -> str | None:
        """As `text`, an integer without sign and leading zeros; other texts as they are."""
        text = self.text(name)
        return None if text is None else plain_integer(text)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Label and text of every zone, in the order of their first appearance."""
        for name in self._found:
            for text in self.texts(name):
                yield name, text


def first_text(blocks: Iterable[_Element], name: str) -> str | None:
    """The text of the first zone `name` in `blocks` that has one; None when there is none."""
    for block in blocks:
        for zone in block:
            if local_name(zone.tag) == name and (text := text_of(zone)):
                return text
    return None


def first_texts(*blocks: _Element) -> dict[str, str]:
    """The text of the first zone of each label in `blocks` that has one."""
    texts: dict[str, str] = {}
    for block in blocks:
        for zone in block:
            if text := text_of(zone):
                texts.setdefault(local_name(zone.tag), text)
    return texts


def text_of(element: _Element) -> str:
    """All text in `element`, stripped, on one line, without control characters."""
    text = "".join(map(str, element.itertext())) if len(element) else element.text
    if not text:
        return ""
    text = text.strip()
    return text if text.isprintable() else plain_text(text)


@lru_cache(maxsize=1000)
def plain_integer(text: str) -> str:
    """An XML integer as short as it can be; what is none stays as it is.

    >>> plain_integer("+01"), plain_integer("000"), plain_integer("-1"), plain_integer("one")
    ('1', '0', '-1', 'one')
    """
    found = _INTEGER.fullmatch(text)
    return found[1] if found else text


def result_code(zones: Zones) -> str:
    """The verdict's ResultCode, empty when it is missing.

    Two codes that contradict each other are shown side by side, which is no code that accepts.
    """
    texts = zones.texts("ResultCode")
    if len(texts) == 1:
        return plain_integer(texts[0])
    return "/".join(dict.fromkeys(map(plain_integer, texts)))


def read_header(zones: Zones) -> PortalHeader:
    """The header among the zones of a form or of HandledOriginalForm."""
    return PortalHeader(
        zones.text("Identification"),
        _day(zones.text("FormCreationDate")),
        _hour(zones.text("FormCreationHour")),
        zones.integer("AttestationStatus"),
        zones.text("TypeForm"),
    )


def read_file_reference(zones: Zones) -> FileReference | None:
    """The FileReference among the zones of a form; None when there is none."""
    if not zones.all("FileReference"):
        return None
    texts = first_texts(*zones.all("FileReference"))
    return FileReference(
        texts.get("FileName"), _integer(texts, "ReferenceOrigin"), texts.get("ReferenceNbr")
    )


def read_reference(element: _Element) -> PortalReference:
    """A Reference or HandledReference."""
    texts = first_texts(element)
    return PortalReference(
        _integer(texts, "ReferenceType"),
        _integer(texts, "ReferenceOrigin"),
        texts.get("ReferenceNbr"),
    )


def _integer(texts: dict[str, str], name: str) -> str | None:
    return plain_integer(texts[name]) if name in texts else None


def _day(text: str | None) -> date | None:
    # A date of XML may carry a time zone behind its ten characters; Belgian local is meant.
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _hour(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text or "").replace(tzinfo=None)
    except ValueError:
        return None
