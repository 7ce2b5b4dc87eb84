"""Forms of a notification that are written as one before them, recognised by their bytes.

Nearly all verdicts of a file are alike but for numbers and hours. A form that the parser has read
is a stencil: where the bytes that follow are the same except in such places, they are such a form,
and the parser does not have to see them. Whatever is not alike goes to the parser, and so does
every form after 500; what the message is, is only ever learned from it. Decision 1702.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from fla_batch.system.xmlsafe import CHUNK_BYTES

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fla_batch.answers.notification import NotificationForm

_END = b"</Form>"
_AT_ONCE = 500
"""Forms that are recognised before the next one is parsed; it bounds the memory as well."""
_STENCILS = 8
_LONGEST = 1_000_000
"""Bytes without the end of a form; from there on the parser is given all, as it comes."""

# A declaration of another encoding than the one whose ASCII is plain is not followed here.
_DECLARATION = re.compile(
    rb"""<\?xml\s+version=["']1\.0["'](\s+encoding=["'](?i:utf-8|us-ascii)["'])?\s*\?>"""
)
# Within comments, CDATA and instructions an end tag is none.
_NOT_PLAIN = re.compile(rb"<[!?]")
_REFERENCE = re.compile(
    rb"<(Handled)?Reference>\s*(?:<\w+>[^<]*</\w+>\s*)*</(?:Handled)?Reference>"
)
_NUMBER = re.compile(rb"<ReferenceNbr>([0-9A-Za-z]+)</ReferenceNbr>")
_VALUE = b"[0-9A-Za-z.:-]+"
_VARIES = re.compile(
    b"<(FormCreationDate|FormCreationHour|NOSSRegistrationNbr|CompanyID|INSS)>(%s)</" % _VALUE
)
_EXAMPLES = (b"example1", b"example2")
_OTHER = b"example"


class Alike(NamedTuple):
    """Forms that are `like` one, the same object for all of a kind, but for their numbers.

    By columns, in the order of the message; `written` is their XML.
    """

    like: NotificationForm
    reference_nbrs: list[str]
    tickets: list[str]
    written: list[bytes]


class AlikeForms:
    """The bytes of a notification for its parser, without the forms that are recognised.

    Read it a form at a time: tell each element that the parser found to `parsed`, after
    what was `taken` before it. UTF-8 only; anything else is handed on as it is.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._found: list[Alike] = []
        self._may_find = _AT_ONCE
        self._file = file
        self._text = b""
        self._at = 0
        self._stencils: list[Stencil] = []
        self._cut = self._begins_plainly()
        self._given = b""
        self._awaited = 0

    def _begins_plainly(self) -> bool:
        self._text = self._file.read(CHUNK_BYTES)
        declared = _DECLARATION.match(self._text)
        end = self._text.find(_END)
        start = declared.end() if declared else 0
        plain = self._text[start : start + 1].isspace() or self._text[start : start + 1] == b"<"
        return plain and end >= 0 and not _NOT_PLAIN.search(self._text, start, end)

    def read(self, size: int) -> bytes:
        """What the parser is to see next: up to the end of a form, or all that is left."""
        if self._cut:
            given = self._next_form()
            if given:
                return given
        rest, self._text, self._at = self._text[self._at :], b"", 0
        return rest or self._file.read(size)

    def _next_form(self) -> bytes:
        end = -1
        while end < 0:
            # Only where the parser stands between two forms is what follows a form.
            if not self._awaited:
                self._recognise()
            end = self._text.find(_END, self._at)
            if end < 0 and not self._more():
                return b""
        end += len(_END)
        given, begun = self._text[self._at : end], bool(self._given)
        if begun and _NOT_PLAIN.search(given):
            self._cut = False
            return b""
        self._given, self._at = given, end
        self._awaited += 1
        return given

    def _more(self) -> bool:
        chunk = self._file.read(CHUNK_BYTES)
        self._text, self._at = self._text[self._at :] + chunk, 0
        self._cut = bool(chunk) and len(self._text) < _LONGEST
        return self._cut

    def _recognise(self) -> None:
        while any(self._recognise_by(stencil) for stencil in self._stencils):
            pass

    def _recognise_by(self, stencil: Stencil) -> bool:
        """Take the forms that follow and are like one; False when there is none."""
        text, at, match = self._text, self._at, stencil.pattern.match
        found: list[tuple[bytes, ...]] = []
        while len(found) < self._may_find and (form := match(text, at)):
            at = form.end()
            found.append(form.group(0, stencil.reference, stencil.ticket))
        if not found:
            return False
        self._at = at
        self._may_find -= len(found)
        written, ours, tickets = (list(column) for column in zip(*found, strict=True))
        numbers = [number.decode() for number in ours], [number.decode() for number in tickets]
        self._found.append(Alike(stencil.like, *numbers, written))
        return True

    def taken(self) -> list[Alike]:
        """The forms that were recognised since the last time; they stand before what is parsed."""
        taken, self._found, self._may_find = self._found, [], _AT_ONCE
        return taken

    def parsed(self, element: _Element, form: NotificationForm) -> Stencil | None:
        """Told what the parser found: the form and what was read of it.

        A stencil when it may be one, which is to be proven before it is to be known.
        """
        self._awaited -= 1
        if self._awaited or element.getnext() is not None:
            # It was not the form that ends where the bytes do.
            self._cut = False
        if not self._cut or len(self._stencils) >= _STENCILS or not _is_plain(form):
            return None
        return _stencil(self._given, form)

    def know(self, stencil: Stencil) -> None:
        """From here on, recognise forms by it."""
        self._stencils.append(stencil)


class Stencil(NamedTuple):
    """How forms are written that are `like` one: as `written`, with other numbers.

    `reference` and `ticket` are the groups of `pattern` that are read at once. `example` is such
    a form with numbers that no form has: where it reads so, they are where they are looked for,
    and nothing else that is read at once depends on what varies.
    """

    like: NotificationForm
    written: bytes
    pattern: re.Pattern[bytes]
    reference: int
    ticket: int
    example: Alike


def _is_plain(form: NotificationForm) -> bool:
    """True for a verdict without anomalies and other data, on one form by our one number."""
    if form.anomaly_reports or form.application_data or len(form.references) != 1:
        return False
    return form.references[0].is_ours


def _stencil(written: bytes, form: NotificationForm) -> Stencil | None:
    """None for a form whose numbers do not stand where they are looked for."""
    blocks = {block[1] is None: block.span() for block in _REFERENCE.finditer(written)}
    if len(blocks) < 2:
        return None
    ours, ticket = (_NUMBER.search(written, *blocks[is_ours]) for is_ours in (True, False))
    if ours is None or ticket is None:
        return None
    numbers = sorted([ours.span(1), ticket.span(1)])
    varying = {found.span(2) for found in _VARIES.finditer(written)}
    pattern, example, at = b"", b"", 0
    for span in sorted({*numbers, *varying}):
        between, at = written[at : span[0]], span[1]
        pattern += re.escape(between) + (b"([0-9A-Za-z]+)" if span in numbers else _VALUE)
        example += between + (_EXAMPLES[numbers.index(span)] if span in numbers else _OTHER)
    first, second = (1, 2) if ours.start() < ticket.start() else (2, 1)
    return Stencil(
        form,
        written,
        re.compile(pattern + re.escape(written[at:])),
        first,
        second,
        Alike(
            form,
            [_EXAMPLES[first - 1].decode()],
            [_EXAMPLES[second - 1].decode()],
            [example + written[at:]],
        ),
    )
