"""Which forms of a message certainly break no rule? Looked at by whole columns, block by block.

For messages with a form a line, as ours are. It only ever clears: every other form is for the
rules themselves, and a message of another make is given up altogether (`NotByLines`). What is
cleared holds only if the XSD finds the whole message valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.models.column_values import Blocks, InnerBlocks
from fla_batch.rules import RuleContext, clear
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    import polars as pl
    from lxml.etree import _Element

BLOCK_BYTES = 16_000_000
_LONGEST_FORM_BYTES = 64_000_000
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")


class NotByLines(Exception):
    """The message is not a form a line; raised here and caught by `validation`."""


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form that was not cleared. `number` counts forms and `line` lines, both from 1."""

    number: int
    line: int
    element: _Element


class Clearing:
    """Goes through a message once. `forms` is how many there were, so far."""

    def __init__(self, profile: Profile, shape: MessageShape, context: RuleContext) -> None:
        """Raises NotByLines for a shape whose trainings do not stand in one element each."""
        from fla_batch.message.column_reader import ColumnReader

        self._shape = shape
        self._identification = profile.identifications.get(FormKind.TRAININGS)
        try:
            self._reader = ColumnReader(self._shape, "trainings")
        except ValueError as error:
            raise NotByLines from error
        self._context = context
        self.forms = 0

    def left_over(self, path: Path) -> Iterator[FormLine]:
        """The forms of the message at `path` that the rules have to look at, in their order.

        Raises NotByLines, at any moment; UnusableXml; OSError.
        """
        with path.open("rb") as file:
            head, rest = _head(file, self._shape)
            lines_before = head.count(b"\n")
            for lines in _lines(file, rest, self._shape):
                for index in self._not_cleared(lines):
                    number = self.forms + index + 1
                    element = self._element(head, lines[index])
                    yield FormLine(number, lines_before + number, element)
                self.forms += len(lines)

    def _not_cleared(self, lines: list[bytes]) -> Sequence[int]:
        """The indexes of the forms that leave a question."""
        import polars as pl

        from fla_batch.message.column_reader import FORM

        rows = self._reader.rows(lines)
        every = pl.int_range(len(lines), eager=True)
        if rows.is_empty():
            return range(len(lines))
        rows = rows.filter(pl.col("identification") == self._identification)
        whole = clear(FormKind.TRAININGS, _as_blocks(rows), self._context).whole()
        fine = rows[FORM].unique(maintain_order=True).filter(whole)
        return every.filter(~every.is_in(fine.implode())).to_list()

    def _element(self, head: bytes, line: bytes) -> _Element:
        """The form of one line, in a message of its own."""
        root = xmlsafe.parse(head + line + _foot(self._shape))
        forms = root.findall("/".join(f"{{*}}{step}" for step in self._shape.form.split("/")))
        if len(forms) != 1:
            raise NotByLines
        return forms[0]


def _start(shape: MessageShape) -> bytes:
    """How the line of a form begins."""
    return (shape.form_start + (" " if shape.tree.form.attributes else ">")).encode()


def _foot(shape: MessageShape) -> bytes:
    """What follows the last form, without line ends."""
    return shape.foot.replace("\n", "").encode()


def _as_blocks(rows: pl.DataFrame) -> Blocks:
    """The declarations of a frame with a row for each training, which has one period."""
    import polars as pl

    from fla_batch.message.column_reader import FORM

    owners = rows[FORM].rle_id()
    periods = InnerBlocks(pl.int_range(len(rows), eager=True), Blocks(rows))
    trainings = InnerBlocks(owners, Blocks(rows, {"details_per_period": periods}))
    return Blocks(rows.filter(owners.is_first_distinct()), {"trainings": trainings})


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
