"""Where DmfA and Dimona say different things of one worker (rights document 2.1).

The worker code says student or flexi-job, the Dimona type another thing, or the reverse; a line
begins after the Dimona OUT. Nothing is dropped without a word, and none of it becomes a full
right: what cannot be settled holds the worker back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.right_findings import day_text, finding
from fla_batch.rights.workers import KEY
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputSheet
from fla_batch.vocabulary.terms import AnomalyClass

Row = dict[str, Any]


def contradictions(
    lines: pl.DataFrame, periods: pl.DataFrame, files: Sequence[InputSheet], year: int
) -> Iterator[Anomaly]:
    """A finding for each line that its worker's periods contradict.

    It blocks when the line counts for the right of `year`.
    """
    doubtful = _doubtful(lines, periods)
    if not doubtful.height:
        return
    known: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in periods.join(doubtful, on=KEY, how="semi").iter_rows(named=True):
        known[row["inss"], row["employer"]].append(row)
    own = lines.join(doubtful, on=KEY, how="semi").sort("inss", "employer", "file", ROW)
    for row in own.iter_rows(named=True):
        yield from _of_line(row, known[row["inss"], row["employer"]], files, year)


def _doubtful(lines: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Workers with Dimona of whom anything is not ordinary, or lies after a period."""
    ends = periods.group_by(KEY).agg(
        pl.col("start").min().alias("first"),
        pl.col("end").max().alias("last"),
        pl.len().alias("periods"),
        (pl.col("kind") != int(Kind.ORDINARY)).any().alias("special"),
    )
    days = lines.group_by(KEY).agg(
        pl.col("start").max().alias("start"),
        (pl.col("kind") != int(Kind.ORDINARY)).any().alias("by_hours"),
    )
    wrong = pl.col("special") | pl.col("by_hours") | (pl.col("start") > pl.col("last"))
    return days.join(ends, on=KEY).filter(wrong | (pl.col("periods") > 1)).select(KEY)


def _of_line(
    row: Row, periods: list[Row], files: Sequence[InputSheet], year: int
) -> Iterator[Anomaly]:
    cover = [each for each in periods if _overlap(each, row)]
    if not cover:
        ended = [each["end"] for each in periods if each["end"] < row["start"]]
        if ended:
            yield _finding("after-out", row, files, date=day_text(max(ended)))
        return
    if any(each["kind"] == row["kind"] for each in cover):
        return
    rule = "code-against-dimona" if row["kind"] != Kind.ORDINARY else "dimona-against-code"
    types = ", ".join(sorted({each["worker_type"] for each in cover}))
    found = _finding(rule, row, files, type=types)
    settled = row["kind"] == Kind.ORDINARY and row["hours_centi"] > 0
    earlier = row["quarter"] // 4 != year
    yield replace(found, anomaly_class=AnomalyClass.WARNING) if settled or earlier else found


def _overlap(period: Row, line: Row) -> bool:
    return bool(period["start"] <= line["end"] and line["start"] <= period["end"])


def _finding(rule: str, row: Row, files: Sequence[InputSheet], **parts: object) -> Anomaly:
    return finding(
        rule,
        "WorkerCode",
        value=row["worker_code"],
        source=files[row["file"]].at(row[ROW], "WorkerCode"),
        inss=row["inss"],
        company_id=row["employer"],
        parts={"quarter": quarter_text(row["quarter"]), **parts},
        path=quarter_text(row["quarter"]),
    )
