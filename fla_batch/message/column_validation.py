"""Which forms of a message certainly break no rule? Looked at by whole columns, block by block.

For messages with a form a line, as ours are. It only ever clears: every other form is for the
rules themselves, and a message of another make is given up altogether (`NotByLines`). What is
cleared holds only if the XSD finds the whole message valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fla_batch.message.form_table import NotForATable, form_table
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.models import DECLARATIONS
from fla_batch.rules import RuleContext, clear
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from lxml.etree import _Element

BLOCK_BYTES = 16_000_000
_LONGEST_FORM_BYTES = 64_000_000
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")


class NotByLines(Exception):
    """The message is not a form a line; raised here and caught by `validation`."""


@dataclass(frozen=True, slots=True)
class LeftOverForm:
    """A form that was not cleared of all rules, and those of which it was.

    `number` counts forms and `line` lines, both from 1.
    """

    number: int
    line: int
    element: _Element
    cleared: frozenset[str]


class Clearing:
    """Goes through a message once. `forms` is how many there were, so far."""

    def __init__(self, profile: Profile, shape: MessageShape, context: RuleContext) -> None:
        """Raises NotByLines for a shape that is more than a table can tell."""
        from fla_batch.message.column_reader import ColumnReader

        self._shape = shape
        try:
            self._reader = ColumnReader(shape, _declared(profile))
        except NotForATable as error:
            raise NotByLines from error
        self._context = context
        self.forms = 0

    def left_over(self, path: Path) -> Iterator[LeftOverForm]:
        """The forms of the message at `path` that the rules have to look at, in their order.

        Raises NotByLines, at any moment; UnusableXml; OSError.
        """
        with path.open("rb") as file:
            head, rest = _head(file, self._shape)
            lines_before = head.count(b"\n")
            for lines in _lines(file, rest, self._shape):
                for index, cleared in self._not_cleared(lines):
                    number = self.forms + index + 1
                    element = self._element(head, lines[index])
                    yield LeftOverForm(number, lines_before + number, element, cleared)
                self.forms += len(lines)

    def _not_cleared(self, lines: list[bytes]) -> Iterator[tuple[int, frozenset[str]]]:
        """The indexes of the forms that leave a question, and the rules that they are clear of."""
        clear_of: list[frozenset[str] | None] = [frozenset()] * len(lines)
        for kind, forms, blocks in self._reader.read(form_table(lines, self._reader.tags)):
            clearance = clear(kind, blocks, self._context)
            questions = clearance.cleared()
            for index, form in enumerate(forms):
                clear_of[form] = questions.get(index)
        for form, cleared in enumerate(clear_of):
            if cleared is not None:
                yield form, cleared

    def _element(self, head: bytes, line: bytes) -> _Element:
        """The form of one line, in a message of its own."""
        root = xmlsafe.parse(head + line + _foot(self._shape))
        forms = root.findall("/".join(f"{{*}}{step}" for step in self._shape.form.split("/")))
        if len(forms) != 1:
            raise NotByLines
        return forms[0]


def _declared(profile: Profile) -> dict[FormKind, str]:
    """How forms of declarations are named; questions break no rule."""
    return {
        kind: profile.identifications[kind]
        for kind in DECLARATIONS
        if kind in profile.identifications
    }


def _start(shape: MessageShape) -> bytes:
    """How the line of a form begins."""
    return (shape.form_start + (" " if shape.tree.form.attributes else ">")).encode()


def _foot(shape: MessageShape) -> bytes:
    """What follows the last form, without line ends."""
    return shape.foot.replace("\n", "").encode()


def _head(file: BinaryIO, shape: MessageShape) -> tuple[bytes, bytes]:
    """All before the first form, in lines of its own, and what was read behind it."""
    block = file.read(BLOCK_BYTES)
    start = block.find(b"\n" + _start(shape), 0, xmlsafe.PROLOG_BYTES) + 1
    encoding = _ENCODING.search(block, 0, start)
    if not start or (encoding and encoding[1].upper() != b"UTF-8"):
        raise NotByLines
    return block[:start], block[start:]


def _lines(file: BinaryIO, rest: bytes, shape: MessageShape) -> Iterator[list[bytes]]:
    """The lines of forms, block by block; only the end of the message may follow them."""
    start, foot = _start(shape), _foot(shape)
    behind: list[bytes] = []
    block, rest = rest, b""
    while block:
        *lines, rest = (rest + block).split(b"\n")
        forms = list(takewhile(lambda line: line.startswith(start), lines))
        if (forms and behind) or len(rest) > _LONGEST_FORM_BYTES:
            raise NotByLines
        behind += lines[len(forms) :]
        yield forms
        block = file.read(BLOCK_BYTES)
    if b"".join([*behind, rest]).strip() != foot:
        raise NotByLines
