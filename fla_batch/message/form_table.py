"""Forms as one table: a row for each element that holds text, whatever the arrangement of tags.

Forms that stand on a line each are cut where text begins and ends, so that a row is the tags
between two texts, and the text behind them. There are few different runs of tags, however varied
the forms: what a run closes and opens is found out once, along the tree of places, and everything
else is looking up numbers. What is not plain is told as `odd` and is for a real XML parser:
comments, CDATA, processing instructions, carriage returns, tags that are not known as they are
written, elements without anything in them, texts beside elements, and what is not well-formed.
Decision 1010.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import takewhile
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.message.form_tree import Element, FixedText

if TYPE_CHECKING:
    import polars as pl

_TOUCH = "\2\2"
"""Stands for `><` while the table is made: as long, and nothing that XML knows."""
_NOT_PLAIN = (b"\r", b"\0", b"\2")
_TAGS_AND_TEXTS = re.compile(rb"<[^<>]+>(?:[^<>]*<[^<>]+>)*")


@dataclass(slots=True, eq=False)
class FormPlace:
    """Where an element may stand, by the start tags from the form to it; 0 is around the forms.

    Several elements of a binding may stand at one place.
    """

    number: int
    around: FormPlace | None
    end: str
    elements: list[Element] = field(default_factory=list)
    inner: dict[str, FormPlace] = field(default_factory=dict)


class Step(NamedTuple):
    """What a run of tags does behind the text at `source`: the places that it leaves and enters."""

    source: int
    place: int
    left: tuple[int, ...]
    entered: tuple[int, ...]


class Places:
    """The places of a form, numbered, and every run of tags that was met between two texts."""

    def __init__(self, form: Element) -> None:
        self.outside = FormPlace(0, None, "")
        self.all = [self.outside]
        self.form = self._add(form, self.outside)
        self._ends: dict[str, list[FormPlace]] = {}
        for place in self.all[1:]:
            self._ends.setdefault(place.end, []).append(place)
        self._runs: dict[str, list[int]] = {}
        self._learning = Lock()
        self.steps: list[Step] = []

    def _add(self, element: Element, around: FormPlace) -> FormPlace:
        start = written(element)
        place = around.inner.get(start)
        if place is None:
            place = FormPlace(len(self.all), around, element.end[1:-1])
            around.inner[start] = place
            self.all.append(place)
        place.elements.append(element)
        for child in element.children:
            self._add(child, place)
        return place

    @property
    def runs(self) -> pl.Enum:
        """Every run of tags that is known."""
        import polars as pl

        return pl.Enum(list(self._runs))

    def steps_of(self, tags: pl.Series, distinct: Iterable[str | None]) -> pl.Series:
        """The number of the step that each run of tags is, row by row; null where it is none.

        `distinct` has each of them once.
        """
        with self._learning:
            for run in filter(None, distinct):
                met = [] if run in self._runs else list(self._met(run))
                if met:
                    self._runs[run] = list(range(len(self.steps), len(self.steps) + len(met)))
                    self.steps += met
            codes = tags.cast(self.runs, strict=False).to_physical()
            runs = list(self._runs.values())
        steps = _series([found[0] if len(found) == 1 else None for found in runs])[codes]
        if any(len(found) > 1 for found in runs):
            steps = self._by_source(steps, codes, runs)
        return steps

    def _met(self, run: str) -> Iterator[Step]:
        """Every step that those tags can be: behind the text of one place or of another."""
        tags = run.split(_TOUCH)
        ends = list(takewhile(lambda tag: tag.startswith("/"), tags))
        for source in self._ends.get(ends[0], []) if ends else [self.outside]:
            left: list[int] = []
            here: FormPlace | None = source
            for end in ends:
                if here is None or here.end != end:
                    break
                left.append(here.number)
                here = here.around
            starts = tags[len(ends) :]
            if len(left) < len(ends) or (bool(ends) and here is self.outside) is bool(starts):
                continue  # what is left does not fit, or a form does not end where its line does
            entered: list[int] = []
            for start in starts:
                here = here.inner.get(start) if here else None
                entered.append(here.number if here else 0)
            if here:
                yield Step(source.number, here.number, tuple(left), tuple(entered))

    def _by_source(self, steps: pl.Series, codes: pl.Series, runs: list[list[int]]) -> pl.Series:
        """Also those runs that mean different steps behind different texts."""
        import polars as pl

        count = len(self.all)
        which: list[int | None] = [None] * (len(runs) * count)
        for code, found in enumerate(runs):
            for step in found:
                which[code * count + self.steps[step].source] = step
        after, left = _series(which), steps.is_null().arg_true()
        place_of = _series([step.place for step in self.steps])
        while len(left):
            before = place_of[steps[left.cast(pl.Int64) - 1]]
            found_now = after[codes[left].cast(pl.UInt32) * count + before]
            there = found_now.is_not_null()
            if not there.any():
                break
            steps = steps.scatter(left.filter(there), found_now.filter(there))
            left = left.filter(~there)
        return steps


def _series(numbers: Sequence[int | None]) -> pl.Series:
    import polars as pl

    return pl.Series(numbers, dtype=pl.UInt32)


@dataclass(frozen=True)
class FormTable:
    """What the forms of some lines hold; `odd` are the lines, from 0, of which nothing is here.

    A row for each text: `steps` has the number of the step to it, `texts` the text with its
    references as they were written. The end of a line is a row too, with place 0.
    """

    places: Places
    steps: pl.Series
    texts: pl.Series
    lines: pl.Series
    odd: pl.Series

    def per_row(self, of: Callable[[Step], int]) -> pl.Series:
        """A number for each row, by its step."""
        return _series(list(map(of, self.places.steps)))[self.steps]

    @cached_property
    def forms(self) -> pl.Series:
        """The line of each row, from 0."""
        return self.lines[_before(self.per_row(lambda step: not step.place))]

    @cached_property
    def by_place(self) -> dict[int, pl.DataFrame]:
        """Place -> frame with `row` and `text` of each text at it; none is empty."""
        import polars as pl

        rows = pl.int_range(len(self.texts), dtype=pl.UInt32, eager=True)
        place = self.per_row(lambda step: step.place)
        frame = pl.DataFrame({"place": place, "row": rows, "text": self.texts})
        # Twice as quick as partition_by.
        frame = frame.sort("place", maintain_order=True)
        runs, rows_of = frame["place"].rle().struct.unnest(), frame.drop("place")
        ends = runs["len"].cum_sum()
        return {
            place: rows_of.slice(end - length, length)
            for length, place, end in zip(runs["len"], runs["value"], ends, strict=True)
            if place
        }

    @cached_property
    def distinct(self) -> dict[int, pl.Series]:
        """Place -> its texts, each once."""
        import polars as pl

        every = [
            pl.lit(part["text"]).unique().implode().alias(str(place))
            for place, part in self.by_place.items()
        ]
        return {int(each.name): each[0] for each in pl.select(every)}

    def entered(self, place: int) -> pl.Series:
        """True for each row before whose text an element at `place` is entered."""
        return self.per_row(lambda step: place in step.entered) == 1

    def instances(self, place: int) -> pl.Series:
        """For each row, the number of the element at `place` that was entered last, from 0."""
        import polars as pl

        return self.per_row(lambda step: place in step.entered).cast(pl.Int32).cum_sum() - 1


def _before(ends: pl.Series) -> pl.Series:
    """How many forms have ended before each row; `ends` is 1 for their last rows."""
    return ends.cum_sum() - ends


def written(element: Element) -> str:
    """The start tag between its brackets; one with a zone in it is never found as written."""
    fixed = (
        f' {attribute.written}="{text.text if isinstance(text, FixedText) else "<"}"'
        for attribute in element.attributes
        for text in attribute.texts
    )
    return element.start[1:] + "".join(fixed)


def form_table(content: bytes, places: Places) -> FormTable:
    """The table of lines, each with a line feed at its end."""
    import polars as pl

    found = _table(content, places)
    lines = _lines(content) if isinstance(found, set) else []
    left, odd = list(range(len(lines))), []
    while isinstance(found, set):
        found = found or set(range(len(left)))
        odd += [left[place] for place in found]
        left = [number for place, number in enumerate(left) if place not in found]
        found = _table(b"".join(lines[number] + b"\n" for number in left), places)
    count = len(left) or int((found[1] == "\n").sum())
    numbers = pl.Series(left or range(count), dtype=pl.Int64)
    return FormTable(places, *found, numbers, pl.Series(sorted(odd), dtype=pl.Int64))


def _table(content: bytes, places: Places) -> tuple[pl.Series, pl.Series] | set[int]:
    """Steps and texts; or some of the lines, never none, that have to be left out first."""
    import polars as pl

    if not content:
        return _series([]), pl.Series([], dtype=pl.String)
    if any(mark in content for mark in _NOT_PLAIN) or not content.startswith(b"<"):
        return _not_plain(content)
    try:
        rows = _rows(content, places)
    except pl.exceptions.SchemaError:  # the first text never begins
        return _not_plain(content)
    except pl.exceptions.ComputeError:  # bytes that are no UTF-8; polars does not say where
        return {place for place, line in enumerate(_lines(content)) if not _is_utf8(line)}
    tags, texts = rows
    runs = tags.value_counts().rows()
    # A bracket more or less, or a line that does not begin or end with one.
    length = sum((len((run or "").encode()) + 2) * count for run, count in runs)
    ends = texts == "\n"
    whole = length + texts.str.len_bytes().sum() == len(content)
    if not whole or texts.null_count() or texts[-1] != "\n" or ends.sum() != _count(content):
        return _not_plain(content)
    steps = places.steps_of(tags, (run for run, _ in runs))
    place = _series([step.place for step in places.steps])[steps]
    source = _series([step.source for step in places.steps])[steps]
    before = place.set(ends, 0).shift(1, fill_value=0)
    fits = (source == before) & ((place == 0) == ends)
    if fits.all(ignore_nulls=False):
        return steps, texts
    return set(_before(ends.cast(pl.UInt32)).filter(~fits.fill_null(value=False)))


def _count(content: bytes) -> int:
    """How many line feeds; lines are long, so that looking for each is quicker than counting."""
    count, place = 0, content.find(b"\n")
    while place >= 0:
        count, place = count + 1, content.find(b"\n", place + 1)
    return count


def _rows(content: bytes, places: Places) -> pl.DataFrame:
    """Cut where texts begin and end: the run of tags before each text, and the text.

    Raises SchemaError and ComputeError of polars.
    """
    import polars as pl

    cut = content.replace(b"><", _TOUCH.encode())
    read = partial(
        pl.read_csv,
        cut,
        has_header=False,
        skip_rows=1,
        separator=">",
        eol_char="<",
        quote_char=None,
        truncate_ragged_lines=True,
    )
    try:
        return read(schema={"tags": places.runs, "text": pl.String})
    except pl.exceptions.ComputeError:  # a run that is not known yet
        return read(schema={"tags": pl.String, "text": pl.String})


def _lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")[:-1]


def _not_plain(content: bytes) -> set[int]:
    return {
        place
        for place, line in enumerate(_lines(content))
        if any(mark in line for mark in _NOT_PLAIN) or not _TAGS_AND_TEXTS.fullmatch(line)
    }


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
