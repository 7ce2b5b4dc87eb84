"""A message with a form a line, as ours are, block by block: what tables are made of.

A message of another make is given up altogether (`NotByLines`); who reads form by form takes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import SEEK_CUR
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fla_batch.message.form_table import FormTable, Places, form_table
from fla_batch.message.message_shape import MessageShape
from fla_batch.system import xmlsafe

if TYPE_CHECKING:
    from lxml.etree import _Element

BLOCK_BYTES = 8_000_000
_LONGEST_FORM_BYTES = 64_000_000
_PARSED_TOGETHER = 100
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")


class NotByLines(Exception):
    """The message is not a form a line; raised here and caught by whoever has another way."""


@dataclass(frozen=True)
class FormBlock:
    """Some forms of a message, one a line. `head` is all before the first, in lines of its own."""

    head: bytes
    content: bytes
    places: Places

    @cached_property
    def table(self) -> FormTable:
        """What they hold."""
        return form_table(self.content, self.places)

    @cached_property
    def lines(self) -> list[bytes]:
        """The line of each form."""
        return self.content.split(b"\n")[:-1]

    def __len__(self) -> int:
        return len(self.table.lines) + len(self.table.odd)


@dataclass(frozen=True)
class FormLines:
    """How forms of a shape stand on lines, and in a table."""

    shape: MessageShape

    @cached_property
    def places(self) -> Places:
        """Where elements stand in a form."""
        return Places(self.shape.tree.form)

    def blocks(self, path: Path) -> Iterator[FormBlock]:
        """All forms of the message at `path`. Raises NotByLines, at any moment, and OSError."""
        with path.open("rb") as file:
            head = self._head(file)
            if self._is_begun(head):
                raise NotByLines
            for content in self._contents(file):
                yield FormBlock(head, content, self.places)

    def _is_begun(self, head: bytes) -> bool:
        """True when a form stands before the lines of forms, or nothing can be read there."""
        try:
            return bool(self._found(xmlsafe.parse(self.message(head, []))))
        except xmlsafe.UnusableXml:
            return True

    def _found(self, root: _Element) -> list[_Element]:
        steps = self.shape.form.split("/")
        return root.findall("/".join(f"{{*}}{step}" for step in steps))

    def alone(self, head: bytes, line: bytes) -> _Element:
        """The form of one line, in a message of its own. Raises NotByLines, UnusableXml."""
        return next(self.forms(head, [line]))

    def forms(self, head: bytes, lines: Sequence[bytes]) -> Iterator[_Element]:
        """The form of each line, some of them in one message. Raises NotByLines, UnusableXml."""
        first = head.count(b"\n") + 1
        for start in range(0, len(lines), _PARSED_TOGETHER):
            some = lines[start : start + _PARSED_TOGETHER]
            forms = self._found(xmlsafe.parse(self.message(head, some)))
            # A line may hold two forms, or the end of what the one before it began.
            stand_on: list[object] = [form.sourceline for form in forms]
            if stand_on != list(range(first, first + len(some))):
                raise NotByLines
            yield from forms

    def message(self, head: bytes, lines: Sequence[bytes]) -> bytes:
        """A message of some of its forms."""
        return b"%b%b\n%b" % (head, b"\n".join(lines), self._foot)

    @property
    def _start(self) -> bytes:
        """How the line of a form begins."""
        form = self.shape.tree.form
        return (form.start + (" " if form.attributes else ">")).encode()

    @property
    def _foot(self) -> bytes:
        """What follows the last form, without line ends."""
        return self.shape.around_of()[1].replace("\n", "").encode()

    def _head(self, file: BinaryIO) -> bytes:
        """All before the first form, which is what follows in the file."""
        block = file.read(xmlsafe.PROLOG_BYTES)
        start = block.find(b"\n" + self._start) + 1
        encoding = _ENCODING.search(block, 0, start)
        if not start or (encoding and encoding[1].upper() != b"UTF-8"):
            raise NotByLines
        file.seek(start)
        return block[:start]

    def _contents(self, file: BinaryIO) -> Iterator[bytes]:
        """Whole lines of forms; only the end of the message may follow them."""
        behind = b""
        while content := _whole_lines(file):
            end = self._end_of_forms(content, content.rfind(b"\n") + 1)
            if end and behind:
                raise NotByLines
            behind += content[end:]
            yield content[:end]
        if behind.replace(b"\n", b"").strip() != self._foot:
            raise NotByLines

    def _end_of_forms(self, content: bytes, end: int) -> int:
        """The end of the last line that is a form's; `end` is that of all lines."""
        while end:
            begin = content.rfind(b"\n", 0, end - 1) + 1
            if content.startswith(self._start, begin):
                break
            end = begin
        return end


def _whole_lines(file: BinaryIO) -> bytes:
    """Some lines, read where they will stay: a block is too large to be copied for nothing."""
    begin = file.tell()
    file.seek(BLOCK_BYTES, SEEK_CUR)
    rest = file.readline(_LONGEST_FORM_BYTES)
    if len(rest) == _LONGEST_FORM_BYTES:
        raise NotByLines
    end = file.tell()
    file.seek(begin)
    return file.read(end - begin)
