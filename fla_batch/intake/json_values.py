"""The JSON values of a file one after the other, each with the line on which it begins.

A file holds one value, a list of values, or values after one another (JSON Lines). What is
broken becomes an anomaly with line and column, and reading goes on where the next value
clearly begins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.identifiers import mask_text

_BLANK = re.compile(r"[ \t\r\n]*")
_LONGEST_INTEGER = 30


class RepeatedNames(dict[str, Any]):
    """A JSON object in which at least one name stands twice; `repeated` are those names."""

    repeated: tuple[str, ...] = ()


class Found(NamedTuple):
    """One value, and the line (from 1) on which it begins."""

    value: object
    row: int


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    names = [name for name, _ in pairs]
    marked = RepeatedNames(values)
    marked.repeated = tuple(name for name in values if names.count(name) > 1)
    return marked


def _integer(digits: str) -> int | float:
    # Python refuses integers of thousands of digits; as a float they are merely too large.
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)


class _JsonPosition:
    """A place in the text, which only moves forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._counted = 0
        self._row = 1

    def skip_blanks(self) -> str:
        """Go to the next character that is not blank, and give it; empty at the end."""
        found = _BLANK.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        return self.text[self.position : self.position + 1]

    def row(self) -> int:
        self._row += self.text.count("\n", self._counted, self.position)
        self._counted = self.position
        return self._row

    def value(self) -> Found:
        """The value that begins here. Raises ValueError or RecursionError."""
        row = self.row()
        value, self.position = _DECODER.raw_decode(self.text, self.position)
        return Found(value, row)

    def go_to_next_line_value(self) -> bool:
        """Go to the next line that begins with an object; False when there is none."""
        found = self.text.find("\n{", self.position)
        self.position = found + 1 if found >= 0 else len(self.text)
        return found >= 0


def values_in(text: str, file: str) -> Iterator[Found | Anomaly]:
    """Every value of the file; the members of a list at the top one by one."""
    reading = _JsonPosition(text)
    while first := reading.skip_blanks():
        try:
            if first == "[":
                yield from _members(reading)
            else:
                yield reading.value()
        except (ValueError, RecursionError) as trouble:
            yield _malformed(trouble, reading, file)
            if not reading.go_to_next_line_value():
                return


def _members(reading: _JsonPosition) -> Iterator[Found]:
    reading.position += 1
    if reading.skip_blanks() == "]":
        reading.position += 1
        return
    while True:
        reading.skip_blanks()
        yield reading.value()
        mark = reading.skip_blanks()
        if mark not in (",", "]"):
            raise json.JSONDecodeError("Expecting ',' delimiter", reading.text, reading.position)
        reading.position += 1
        if mark == "]":
            return


def _malformed(trouble: ValueError | RecursionError, reading: _JsonPosition, file: str) -> Anomaly:
    if isinstance(trouble, json.JSONDecodeError):
        source = Source(file, trouble.lineno)
        reason = _reason(trouble, reading.text)
        return remark(
            "malformed-json",
            FILE,
            source,
            value=reason,
            parameters={"row": trouble.lineno, "column": trouble.colno},
        )
    return remark("malformed-json", FILE, Source(file, reading.row()), text="too-deep")


def _reason(trouble: json.JSONDecodeError, text: str) -> str:
    rest = text[trouble.pos : trouble.pos + 20].split("\n")[0]
    rest = mask_text(rest)
    return f"{trouble.msg}: {rest}" if rest.strip() else f"{trouble.msg}, but the file ends"
