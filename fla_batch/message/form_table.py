"""Forms as one table: a row for each element that holds text, whatever the arrangement of tags.

Lines with a form each are cut at every `>`, so that a piece is some text and the tag behind it,
and polars reads the pieces of all lines at once. Where an element stands follows from counting
tags; nothing is looked at form by form, so that variety costs nothing. What is not plain is told
as `odd` and is for a real XML parser: comments, CDATA, processing instructions, carriage returns,
tags that are not known as they are written, texts beside elements, and what is not well-formed.
Decision 1010.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from fla_batch.message.form_tree import Element, FixedText, elements

if TYPE_CHECKING:
    import polars as pl

MOST_TAGS = 126
"""The start and the end of a tag are told by a byte."""
MOST_LEVELS = 8
"""A place is told by a byte for each level: the form is the first one."""
_NOT_PLAIN = (b"\r", b"\0")
_TAGS_AND_TEXTS = re.compile(rb"<[^<>]+>(?:[^<>]*<[^<>]+>)*")


class NotForATable(Exception):
    """More tags or levels than a table can tell apart; caught by whoever has another way."""


@dataclass(frozen=True)
class Tags:
    """The tags of a shape: start tag -> end tag, each as it is written between its brackets."""

    ends: Mapping[str, str]

    @classmethod
    def of(cls, form: Element) -> Self:
        """Those of a form and of everything in it."""
        return cls({written(element): element.end[2:-1] for element in elements(form)})

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Start tag -> its number, from 1. Raises NotForATable."""
        if len(self.ends) > MOST_TAGS:
            raise NotForATable
        return {start: number for number, start in enumerate(self.ends, start=1)}

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """Tag -> code: 2 n of the start tag with number n, and 2 n + 1 of its end tag."""
        found: dict[str, int] = {}
        for start, number in self.numbers.items():
            found[start] = 2 * number
            found[f"/{self.ends[start]}"] = 2 * number + 1
        return found

    def place(self, path: Sequence[str]) -> int:
        """The number of a place: the start tags from the form to it. Raises NotForATable."""
        if len(path) > MOST_LEVELS:
            raise NotForATable
        return sum(self.numbers[tag] << (8 * level) for level, tag in enumerate(path))


@dataclass(frozen=True)
class FormTable:
    """What the forms of some lines hold; `form` counts lines, from 0.

    `leaves`: a row for each element without elements in it, with `place` (see `Tags.place`),
    `text` (null for none; references are as they were written) and `event`, the row of `events`
    that it stands behind. `events`: a row for each start and end tag of other elements, with
    `form`, `place` of the innermost element that is open behind it, and `opens`. `odd`: the lines
    of which nothing is in either.
    """

    leaves: pl.DataFrame
    events: pl.DataFrame
    odd: pl.Series

    def instances(self, place: int) -> pl.Series:
        """For each event, the number of the element at `place` that was opened last, from 0."""
        import polars as pl

        opened = (pl.col("place") == place) & pl.col("opens")
        return self.events.select(opened.cast(pl.Int64).cum_sum() - 1).to_series()


def written(element: Element) -> str:
    """The start tag between its brackets; one with a zone in it is never found as written."""
    fixed = (
        f' {attribute.written}="{text.text if isinstance(text, FixedText) else "<"}"'
        for attribute in element.attributes
        for text in attribute.texts
    )
    return element.start[1:] + "".join(fixed)


def form_table(lines: Sequence[bytes], tags: Tags) -> FormTable:
    """The table of `lines`, which hold no line feed."""
    import polars as pl

    left = list(range(len(lines)))
    odd: list[int] = []
    while True:
        found = _table([lines[number] for number in left], tags)
        if not isinstance(found, set):
            break
        found = found or set(range(len(left)))
        odd += [left[place] for place in found]
        left = [number for place, number in enumerate(left) if place not in found]
    leaves, events = found
    numbers = pl.Series(left, dtype=pl.Int64)
    events = events.with_columns(numbers.gather(events["form"]).alias("form"))
    return FormTable(leaves, events, pl.Series(sorted(odd), dtype=pl.Int64))


def _table(lines: list[bytes], tags: Tags) -> tuple[pl.DataFrame, pl.DataFrame] | set[int]:
    """Leaves and events; or some of the lines, never none, that have to be left out first."""
    import polars as pl

    if not lines:
        return _nothing()
    text = b"\n".join(lines)
    if any(mark in text for mark in _NOT_PLAIN):
        return _not_plain(lines)
    try:
        pieces = _pieces(text)
    except pl.exceptions.ComputeError:  # bytes that are no UTF-8; polars does not say where
        return {place for place, line in enumerate(lines) if not _is_utf8(line)}
    frame = _coded(pieces, tags)
    # A bracket more or less, or a line that does not end in one.
    lengths = pieces.select(pl.col("text", "tag").str.len_bytes().sum()).row(0)
    whole = pieces["tag"].null_count() == 0 and sum(lengths) + 2 * len(pieces) == len(text)
    if not whole or pieces.is_empty() or frame["form"][-1] != len(lines) - 1:
        return _not_plain(lines)
    return _arranged(frame)


def _pieces(text: bytes) -> pl.DataFrame:
    """Cut at each `>`: the text before a tag, and the tag, both without their brackets."""
    import polars as pl

    return pl.read_csv(
        b"text<tag>" + text,
        separator="<",
        eol_char=">",
        quote_char=None,
        schema={"text": pl.String, "tag": pl.String},
        truncate_ragged_lines=True,
    )


def _coded(pieces: pl.DataFrame, tags: Tags) -> pl.DataFrame:
    """`code` of each tag (null: unknown); `leaf` where it ends one; `form` counts ends of lines."""
    import polars as pl

    written = pl.Enum(list(tags.codes))
    numbers = pl.Series(list(tags.codes.values()), dtype=pl.UInt8)
    known = pieces["tag"].cast(written, strict=False).to_physical()
    frame = pl.DataFrame([numbers.gather(known).alias("code"), pieces["text"]])
    closes = pl.col("code") % 2 == 1
    leaf = closes & (pl.col("code") == pl.col("code").shift(1) + 1)
    first = (pl.col("text") == "\n").fill_null(value=False)
    return frame.with_columns(
        opens=~closes,
        leaf=leaf.fill_null(value=False),
        first=first,
        form=first.cast(pl.Int64).cum_sum(),
    )


def _arranged(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame] | set[int]:
    """Leaves and events with their places; or the lines in which something is out of place."""
    import polars as pl

    beside = pl.col("text").is_not_null() & ~pl.col("leaf") & ~(pl.col("first") & pl.col("opens"))
    wrong = frame.filter(pl.col("code").is_null() | beside)["form"]
    if len(wrong):
        return set(wrong)
    is_event = ~(frame["leaf"] | frame["leaf"].shift(-1, fill_value=False))
    events = _placed(frame.filter(is_event).select("code", "form", "opens"))
    if isinstance(events, set):
        return events
    behind = (is_event.cast(pl.Int64).cum_sum() - 1).filter(frame["leaf"])
    leaves = frame.filter("leaf").select("code", "text", "form").with_columns(event=behind)
    depth, form = events["depth"].gather(behind.clip(0)), events["form"].gather(behind.clip(0))
    stray = leaves.filter(
        (behind < 0) | (depth == 0) | (depth >= MOST_LEVELS) | (form != leaves["form"])
    )
    if len(stray):
        return set(stray["form"])
    place = events["place"].gather(behind) + _at_level(leaves["code"], depth)
    return leaves.select(place.alias("place"), "text", "event"), events.drop("depth")


def _placed(events: pl.DataFrame) -> pl.DataFrame | set[int]:
    """The events with `depth` and `place` behind each; or the lines that do not add up."""
    import polars as pl

    step = pl.when("opens").then(1).otherwise(-1)
    total = events.group_by("form").agg(step.sum().alias("left"))
    open_ended = total.filter(pl.col("left") != 0)["form"]
    if len(open_ended):
        return set(open_ended)
    events = events.with_columns(depth=step.cum_sum())
    highest = events["depth"].max()
    deepest = min(highest, MOST_LEVELS) if isinstance(highest, int) else 0
    number = pl.col("code") // 2
    levels = range(1, deepest + 1)
    events = events.with_columns(
        pl.when(pl.col("opens") & (pl.col("depth") == level))
        .then(number)
        .forward_fill()
        .alias(f"#{level}")
        for level in levels
    )
    first = pl.col("form") != pl.col("form").shift(1)
    wrong = (
        (pl.col("depth") < 0)
        | (pl.col("depth") > MOST_LEVELS)
        | (pl.col("opens") & (pl.col("depth") == 1) & ~first.fill_null(value=True))
    )
    for level in levels:
        closed = ~pl.col("opens") & (pl.col("depth") == level - 1)
        wrong |= closed & (pl.col(f"#{level}") != number)
    found = events.filter(wrong)["form"]
    if len(found):
        return set(found)
    place = pl.sum_horizontal(
        pl.when(pl.col("depth") >= level)
        .then(pl.col(f"#{level}").cast(pl.UInt64) * 256 ** (level - 1))
        .otherwise(0)
        for level in levels
    )
    return events.select("form", "opens", "depth", place.alias("place"))


def _at_level(codes: pl.Series, levels: pl.Series) -> pl.Series:
    """What a tag at those levels, from 0, adds to a place."""
    import polars as pl

    weights = pl.Series([256**level for level in range(MOST_LEVELS)], dtype=pl.UInt64)
    return (codes // 2).cast(pl.UInt64) * weights.gather(levels)


def _nothing() -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    leaves = {"place": pl.UInt64, "text": pl.String, "event": pl.Int64}
    events = {"form": pl.Int64, "opens": pl.Boolean, "place": pl.UInt64}
    return pl.DataFrame(schema=leaves), pl.DataFrame(schema=events)


def _not_plain(lines: list[bytes]) -> set[int]:
    return {
        place
        for place, line in enumerate(lines)
        if any(mark in line for mark in _NOT_PLAIN) or not _TAGS_AND_TEXTS.fullmatch(line)
    }


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
