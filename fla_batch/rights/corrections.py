"""Which of several lines of one occupation counts: each once, and the latest.

A line is known by employer, employer class, worker, quarter, worker code, start of the occupation
and joint committee; in XML also by its place among equals of its form, in a table by OccupationNbr
where that column is given. The same line again is a duplicate. One with other values is a
correction: the later one counts, by the order of the files and their rows, in XML by the creation
of the form; an update comes after every original and takes back what it replaces. Students and
flexi-jobs without a start add up within one file or form (decision 1601).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.right_findings import finding
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputSheet

RECORD = ("declarer", "employer_class", "inss", "quarter", "worker_code")
IDENTITY = (*RECORD, "begins", "joint_committee", "occupation", "undated", "nth")
_FORM = ("file", "form")
_SAYS = ("end", "mean", "ref", "regime_centi", "hours_centi")
_AGE = ("is_update", "slot", "created", "file", "form", "line")


def settle(lines: pl.DataFrame, files: Sequence[InputSheet]) -> tuple[pl.DataFrame, list[Anomaly]]:
    """The lines that count, each occupation once, and a finding for each one that does not.

    `lines` have `declarer`, `file` and `slot` beside `dmfa.VALUES`.
    `files` are the names that `file` counts; XML files that follow each other share a `slot`, so
    that among them the creation of a form decides.
    """
    numbered = _numbered(lines)
    removes = numbered.select((pl.col("kind") == int(Kind.REMOVAL)).any()).item()
    if not removes and not _has_any_twice(numbered):
        return lines, []
    aged = _aged(_added_up(numbered))
    kept, taken_back = _after_removals(aged, files)
    once, replaced = _newest(kept, files)
    return once.select(lines.columns), [*taken_back, *replaced]


def _counts() -> pl.Expr:
    """Excluded lines count nowhere, so they may stand twice."""
    return pl.col("kind") <= int(Kind.STUDENT)


def _has_any_twice(lines: pl.DataFrame) -> bool:
    """True when a line that counts may stand twice. Equal hashes are looked at in full."""
    identity = pl.struct(IDENTITY)
    if lines.select(identity.hash().n_unique()).item() == lines.height:
        return False
    return bool(lines.select((_counts() & identity.is_duplicated()).any()).item())


def _numbered(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds `nth`: the place among equal lines of one form, 0 in tables and for the first."""
    several = lines["form"].max()
    place = pl.lit(0, pl.Int64)
    if isinstance(several, int) and several > 0:
        equal = [name for name in IDENTITY if name != "nth"]
        count = pl.int_range(pl.len()).over(*equal, *_FORM)
        place = pl.when((pl.col("form") > 0) & ~pl.col("undated")).then(count).otherwise(0)
    return lines.with_columns(place.alias("nth"))


def _added_up(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines without a start: their hours together, one line for each file or form."""
    undated = lines.filter("undated")
    if not undated.height:
        return lines
    by = [*IDENTITY, *_FORM]
    others = [name for name in lines.columns if name not in (*by, "hours_centi")]
    together = undated.group_by(by, maintain_order=True).agg(
        pl.col("hours_centi").sum(), *(pl.col(name).first() for name in others)
    )
    return pl.concat([lines.filter(~pl.col("undated")), together.select(lines.columns)])


def _aged(lines: pl.DataFrame) -> pl.DataFrame:
    """From the oldest to the newest, with `age`: equal for all lines of one form of an XML."""
    in_table = pl.col("form") == 0
    ordered = lines.with_columns(
        pl.when(in_table).then(ROW).otherwise(0).alias("line"),
    ).sort([*_AGE, ROW])
    newer = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in _AGE)
    return ordered.with_columns(newer.fill_null(value=True).cum_sum().alias("age"))


def _after_removals(
    lines: pl.DataFrame, files: Sequence[InputSheet]
) -> tuple[pl.DataFrame, list[Anomaly]]:
    """Without removals, and without the lines of their records in forms before theirs."""
    removal = pl.col("kind") == int(Kind.REMOVAL)
    last = lines.filter(removal).group_by(RECORD).agg(pl.all().exclude(RECORD).last())
    if not last.height:
        return lines, []
    known = lines.filter(~removal).join(
        last.select(
            *RECORD,
            pl.col("age").alias("removed"),
            pl.col("file").alias("by_file"),
            pl.col(ROW).alias("by_row"),
        ),
        on=list(RECORD),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    gone = (pl.col("age") < pl.col("removed")).fill_null(value=False)
    anomalies = [
        _line_finding("taken-back", old, _place(old["by_file"], old["by_row"], files), files)
        for old in known.filter(gone).iter_rows(named=True)
    ]
    return known.filter(~gone).drop("removed", "by_file", "by_row"), anomalies


def _newest(lines: pl.DataFrame, files: Sequence[InputSheet]) -> tuple[pl.DataFrame, list[Anomaly]]:
    """The newest line of each identity; where nothing changed, the one that stood first."""
    counted = lines.with_row_index("at")
    same = counted.filter(_counts() & pl.struct(IDENTITY).is_duplicated())
    again = same.sort([*IDENTITY, "age", ROW])
    dropped: list[int] = []
    anomalies: list[Anomaly] = []
    for _, group in groupby(
        again.iter_rows(named=True), key=lambda row: [row[name] for name in IDENTITY]
    ):
        for row, found in _compared(list(group), files):
            dropped.append(row["at"])
            if found is not None:
                anomalies.append(found)
    return counted.filter(~pl.col("at").is_in(dropped)), anomalies


def _compared(
    rows: list[dict[str, Any]], files: Sequence[InputSheet]
) -> Iterator[tuple[dict[str, Any], Anomaly | None]]:
    """Each line of one occupation that does not count, with what is to be said of it."""
    counts = rows[0]
    for row in rows[1:]:
        if all(row[name] == counts[name] for name in _SAYS):
            other = _place(counts["file"], counts[ROW], files)
            yield row, _line_finding("duplicate-line", row, other, files)
        else:
            other = _place(row["file"], row[ROW], files)
            yield counts, _line_finding("corrected-line", counts, other, files, now=_said(row))
            counts = row


def _line_finding(
    rule: str, row: dict[str, Any], other: str, files: Sequence[InputSheet], **parts: object
) -> Anomaly:
    return finding(
        rule,
        "MeanWorkingHours",
        value=_said(row),
        source=files[row["file"]].at(row[ROW]),
        inss=row["inss"],
        company_id=row["declarer"],
        parts={"other": other, "quarter": quarter_text(row["quarter"]), **parts},
        path=quarter_text(row["quarter"]),
    )


def _place(file: int, row: int, files: Sequence[InputSheet]) -> str:
    return f"{files[file].name}:{row}"


def _said(row: dict[str, Any]) -> str:
    """What a line says, in hours: `30.40/38.00`, or the hours worked.

    >>> _said({"kind": 0, "mean": 3040, "ref": 3800}), _said({"kind": 2, "hours_centi": 5000})
    ('30.40/38.00', '50.00 h')
    """
    if row["kind"] == int(Kind.ORDINARY):
        return f"{row['mean'] / 100:.2f}/{row['ref'] / 100:.2f}"
    return f"{row['hours_centi'] / 100:.2f} h"
