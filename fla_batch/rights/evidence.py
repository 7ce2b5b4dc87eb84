"""What a worker's right rests on: the rows that count, with their places, and its relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from fla_batch.rights.occupation import History, Line
from fla_batch.rights.quarters import month_bounds, quarter_of
from fla_batch.rights.relation import Relation, relations
from fla_batch.rights.segments import Strand, rates_of, segments_of, strand_of, whole_rate
from fla_batch.rights.share import lines_around, nearest_quarters, recent
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.input_origin import InputSheet

Row = Mapping[str, Any]


class MonthPart(NamedTuple):
    """Days of a month on which the same lines ran: so many `days` of `of` worked, and the rate.

    `whole` is what all lines came to together; above 1 each was reduced.
    """

    days: int
    of: int
    rate: Fraction
    lines: tuple[Line, ...]
    whole: Fraction


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rows of a worker with an employer, settled, and the places of the files.

    `day` is the day on which the right is looked at.
    """

    history: History
    lines: Sequence[Row]
    periods: Sequence[Row]
    files: Sequence[InputSheet]
    day: int
    year: int

    def relations(self) -> list[Relation]:
        """The relations that run on the day, with the lines that matter for the year."""
        running = relations(self.history.lines, self.history.periods, self.day)
        return [recent(relation, self.year) for relation in running]

    def place(self, row: Row) -> str:
        """File, sheet and row: `dmfa.csv, 7`."""
        return f"{self.files[row['file']].name}, {row[ROW]}"

    def place_of(self, lines: Sequence[Line]) -> str:
        """The places of lines of the history."""
        rows = [row for row in self.lines if any(_is_row_of(row, line) for line in lines)]
        return "; ".join(self.place(row) for row in rows)


def _is_row_of(row: Row, line: Line) -> bool:
    """Lines of the history may have been cut to the employment, so their end is not compared."""
    same = ("quarter", "joint_committee", "mean", "ref", "hours_centi")
    return all(row[name] == getattr(line, name) for name in same) and bool(
        row["start"] <= line.start and line.end <= row["end"]
    )


def declared_parts(relation: Relation, year: int, month: int, strand: Strand) -> list[MonthPart]:
    """The parts of a declared month, for one strand, in order of day."""
    quarter = quarter_of(year, month)
    lines = tuple(found for found in relation.lines if found.quarter == quarter)
    first, last = month_bounds(year, month)
    own = [each for each in segments_of(lines) if each.start <= last and each.stop > first]
    days = [min(each.stop, last + 1) - max(each.start, first) for each in own]
    return [
        MonthPart(
            count,
            sum(days),
            each.rates[strand],
            tuple(line for line in each.lines if strand_of(line) == strand),
            whole_rate(each.lines),
        )
        for each, count in zip(own, days, strict=True)
        if strand in each.rates
    ]


def parts_around(relation: Relation, year: int, month: int, strand: Strand) -> list[MonthPart]:
    """The one part of a projected month: the last day declared before it, or the first after."""
    before, after = nearest_quarters(relation, quarter_of(year, month))
    first, _ = month_bounds(year, month)
    on = lines_around(relation, before, after, first)
    own = tuple(line for line in on if strand_of(line) == strand)
    return [MonthPart(1, 1, rates_of(on)[strand], own, whole_rate(on))]
