"""The first look at everything: each occupation and period once, and what was declared when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from fla_batch.rights.corrections import settle
from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import OPEN
from fla_batch.rights.right_findings import day_text, finding
from fla_batch.rights.spill import Part, Spill
from fla_batch.rights.workers import Employers, with_who
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputSheet

_PERIOD = ["inss", "declarer", "start", "worker_type"]


class DeclaredQuarter(NamedTuple):
    """What an employer declared in a quarter: lines and workers that count, lines that do not."""

    lines: int = 0
    workers: int = 0
    excluded: int = 0


@dataclass(slots=True)
class Settlement:
    """`declared` by employer and quarter. Quarters of excluded lines only are in it too."""

    declared: dict[tuple[str, int], DeclaredQuarter] = field(default_factory=dict)
    anomalies: list[Anomaly] = field(default_factory=list)

    def newest(self, last_quarter: int) -> dict[str, int]:
        """The last quarter that each employer declared, `last_quarter` at most."""
        found: dict[str, int] = {}
        for employer, quarter in self.declared:
            if quarter <= last_quarter:
                found[employer] = max(quarter, found.get(employer, quarter))
        return found

    def add(self, lines: pl.DataFrame) -> None:
        """Count the lines of one part."""
        counts = pl.col("kind") <= int(Kind.STUDENT)
        rows = lines.group_by("employer", "quarter").agg(
            counts.sum(), pl.col("inss").filter(counts).n_unique(), (~counts).sum().alias("beside")
        )
        for employer, quarter, *more in rows.iter_rows():
            known = self.declared.get((employer, quarter), DeclaredQuarter())
            pairs = zip(known, more, strict=True)
            self.declared[employer, quarter] = DeclaredQuarter(*(a + b for a, b in pairs))


def settle_all(spill: Spill, employers: Employers, files: Sequence[InputSheet]) -> Settlement:
    """Settle every part and set it aside again, its rows with `declarer`, `employer` and `WHO`."""
    found = Settlement()
    for number in spill.numbers():
        part = spill.part(number)
        lines, anomalies = settle(employers.named(part.lines), files)
        periods, more = settle_periods(employers.named(part.periods), files)
        found.anomalies += [*anomalies, *more]
        found.add(lines)
        spill.replace(Part(number, *with_who(lines, periods)))
    return found


def settle_periods(
    periods: pl.DataFrame, files: Sequence[InputSheet]
) -> tuple[pl.DataFrame, list[Anomaly]]:
    """Periods that begin on one day: of a later file, the later one counts.

    Two rows of one file may be two contracts. Both stay, and different ends are said.
    """
    same = periods.filter(pl.struct(_PERIOD).is_duplicated())
    if not same.height:
        return periods, []
    counted = periods.with_row_index("at")
    dropped: list[int] = []
    anomalies: list[Anomaly] = []
    again = counted.filter(pl.struct(_PERIOD).is_duplicated()).sort([*_PERIOD, "file", ROW])
    for _, group in again.group_by(_PERIOD, maintain_order=True):
        rows = list(group.iter_rows(named=True))
        newest = rows[-1]["file"]
        for row in rows:
            if row["file"] != newest:
                dropped.append(row["at"])
                same_end = any(each["end"] == row["end"] for each in rows if each["file"] == newest)
                rule = "duplicate-period" if same_end else "corrected-period"
                anomalies.append(_period_finding(rule, row, rows[-1], files))
        last = [row for row in rows if row["file"] == newest]
        if len({row["end"] for row in last}) > 1:
            anomalies.append(_period_finding("period-two-ends", last[-1], last[0], files))
    return counted.filter(~pl.col("at").is_in(dropped)).drop("at"), anomalies


def _period_finding(
    rule: str, row: dict[str, Any], other: dict[str, Any], files: Sequence[InputSheet]
) -> Anomaly:
    return finding(
        rule,
        "EndingDate",
        value=_end_text(row["end"]),
        source=files[row["file"]].at(row[ROW], "EndingDate"),
        inss=row["inss"],
        company_id=row["declarer"],
        parts={
            "other": f"{files[other['file']].name}:{other[ROW]}",
            "now": _end_text(other["end"]),
            "start": day_text(row["start"]),
        },
    )


def _end_text(day: int) -> str:
    return "-" if day == OPEN else day_text(day)
