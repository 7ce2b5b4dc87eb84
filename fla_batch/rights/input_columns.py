"""Columns of text to columns of values, and the checks on them, for whole chunks at once.

`Check` pairs a rule of `texts.toml` with the rows that break it; every check is applied to every
row. Rows with a blocking finding are left out of the values, so that all findings of all files
can be listed together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import polars as pl

from fla_batch.models.zone import Zone, ZoneType
from fla_batch.rights.contract_type import contract_type
from fla_batch.rights.hours_columns import WRITTEN
from fla_batch.rights.input_headings import InputColumns
from fla_batch.rights.input_tables import Chunk, InputTable, changed_texts, told
from fla_batch.rights.quarters import parse_quarter
from fla_batch.rights.right_findings import finding, rule_blocks
from fla_batch.tables.column_reading import read_column
from fla_batch.tables.date_notations import any_date, in_full, with_short_year
from fla_batch.tables.numbers import whole_number
from fla_batch.tables.table import ROW
from fla_batch.tables.values import Mistake, identifier
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_noss,
    has_inss_check_digits,
    inss_column,
    is_valid_company_id,
    is_valid_inss,
    mask_inss,
)
from fla_batch.vocabulary.input_origin import InputSheet

_KNOWN_COMPANIES = 50_000
_EPOCH_ORDINAL = 719_163  # 1 January 1970
_ISO_DATE = r"^(19|20)\d\d-\d\d-\d\d$"
_INSS = Zone("INSS", ZoneType.INSS)


@dataclass(frozen=True, slots=True)
class Check:
    """Rows where `breaks` is true break `rule`, at column `column`."""

    rule: str
    column: str
    breaks: pl.Expr
    parts: Mapping[str, object] = field(default_factory=dict)


def value_chunks(
    table: InputTable, ours: InputColumns, values: Callable[[pl.DataFrame], Chunk]
) -> Iterator[Chunk]:
    """The chunks of a table as `values` makes them of its text, with all rows that were refused."""
    for read in table.chunks():
        chunk = values(_completed(read.values, ours))
        refused = _all_refused([read.refused, chunk.refused], ours)
        yield Chunk(chunk.values, read.anomalies + chunk.anomalies, refused)


def _completed(frame: pl.DataFrame, ours: InputColumns) -> pl.DataFrame:
    """The frame with all of our columns, those that the file does not have null."""
    absent = [name for name in ours.names if name not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def as_number(frame: pl.DataFrame, column: str) -> pl.Series:
    """Whole numbers, null where there is none."""
    return read_column(frame[column], whole_number, pl.Int64).values


def as_contract(frame: pl.DataFrame, column: str) -> pl.Series:
    """0 for full time and 1 for part time, from code or words; null where there is neither."""
    return read_column(frame[column], contract_type, pl.Int64).values


def as_day(frame: pl.DataFrame, column: str) -> pl.Series:
    """Dates as ordinals, null where there is none."""
    cells = frame[column]
    # Most files write one form throughout; whatever is written otherwise goes through the reader.
    days = cells.str.to_date("%Y-%m-%d", strict=False)
    plain = cells.str.contains(_ISO_DATE) & days.is_not_null()
    if not (plain | cells.is_null()).all():
        days = read_column(cells, any_date, pl.Date).values
    return days.cast(pl.Int32) + _EPOCH_ORDINAL


def as_quarter(frame: pl.DataFrame, column: str) -> pl.Series:
    """`2024Q1` or `20241` as quarter numbers, null where there is none."""
    return read_column(frame[column], _quarter, pl.Int32).values


def _quarter(text: str) -> int | Mistake:
    try:
        return parse_quarter(text)
    except ValueError:
        return Mistake("not-a-quarter", text)


def with_identifiers(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `inss`, `company`, `noss` in their compact forms, and `inss_ok`, `company_ok`.

    The check digits of an INSS are tried for the whole column; what does not pass is asked of
    `identifiers`, which has the last word. A company number or NSSO number of 0 is none.
    """
    company = changed_texts(frame, "CompanyID", compact_company_id)
    noss = changed_texts(frame, "NOSSRegistrationNbr", compact_noss)
    frame = frame.with_columns(
        inss_column(frame["INSS"]).alias("inss"),
        pl.when(company.str.contains(r"^0*$")).then(None).otherwise(company).alias("company"),
        pl.when(noss != "").then(noss).alias("noss"),
    ).with_columns(has_inss_check_digits("inss").fill_null(value=False).alias("inss_ok"))
    doubtful = frame.filter(~pl.col("inss_ok"))["inss"].unique().drop_nulls()
    sound = [inss for inss in doubtful if is_valid_inss(inss)]
    companies = frame["company"].unique().drop_nulls()
    right = [each for each in companies if _is_company(each)]
    return frame.with_columns(
        pl.col("inss_ok") | pl.col("inss").is_in(sound),
        pl.col("company").is_in(right).alias("company_ok"),
    )


@lru_cache(maxsize=_KNOWN_COMPANIES)
def _is_company(text: str) -> bool:
    """The same numbers come chunk after chunk."""
    return is_valid_company_id(text)


def identifier_remarks(frame: pl.DataFrame, place: InputSheet) -> list[Anomaly]:
    """Numbers that a program rounded or wrote as decimals, as the reader of tables says it."""
    odd = frame.filter(pl.col("INSS").str.contains(r"[eE]|[.,]0+$"))
    anomalies = []
    for row, text in odd.select(ROW, "INSS").iter_rows():
        found = identifier(_INSS, text)
        if not isinstance(found, str):
            masked = replace(found, shown=mask_inss(text))
            anomalies.append(told(masked, "INSS", place.at(row, "INSS")))
    return anomalies


def employer_checks() -> list[Check]:
    """The checks on employer and worker that DmfA and Dimona share."""
    nobody = pl.col("company").is_null() & pl.col("noss").is_null()
    return [
        Check("missing-employer", "CompanyID", nobody),
        Check("check-digits", "CompanyID", pl.col("company").is_not_null() & ~pl.col("company_ok")),
        Check("not-numeric", "NOSSRegistrationNbr", ~pl.col("noss").str.contains(r"^\d{1,9}$")),
        missing("INSS"),
        Check("check-digits", "INSS", pl.col("INSS").is_not_null() & ~pl.col("inss_ok")),
    ]


def missing(column: str, rule: str = "missing") -> Check:
    """Every row must have something in the column."""
    return Check(rule, column, pl.col(column).is_null())


def unread(rule: str, column: str, value: str) -> Check:
    """A cell that is filled in must have the value that stands in the column `value`."""
    return Check(rule, column, pl.col(column).is_not_null() & pl.col(value).is_null())


def apply_checks(frame: pl.DataFrame, checks: Iterable[Check], place: InputSheet) -> Chunk:
    """All findings in order of row, and the rows without a blocking one."""
    checks = list(checks)
    flags = [check.breaks.fill_null(value=False).alias(f"!{n}") for n, check in enumerate(checks)]
    flagged = frame.with_columns(flags)
    wrong = flagged.filter(pl.any_horizontal(f"!{n}" for n in range(len(checks))))
    if not wrong.height:
        return Chunk(frame, [])
    anomalies = [
        _finding(check, row, place)
        for row in wrong.iter_rows(named=True)
        for n, check in enumerate(checks)
        if row[f"!{n}"]
    ]
    # By their flags and not by their rows: a whole XML file may be one row.
    blocks = [f"!{n}" for n, check in enumerate(checks) if rule_blocks(check.rule)]
    refused = pl.any_horizontal(blocks)
    return Chunk(flagged.filter(~refused), anomalies, flagged.filter(refused))


def _all_refused(frames: Sequence[pl.DataFrame | None], ours: InputColumns) -> pl.DataFrame | None:
    """Rows that were refused as they were read, and by a check: whose they are, and where."""
    found = []
    for frame in frames:
        if frame is None or not frame.height:
            continue
        known = frame if "inss_ok" in frame.columns else _identified(frame, ours)
        quarter = pl.col("quarter") if "quarter" in known.columns else pl.lit(None, pl.Int32)
        named = ("inss", "inss_ok", "company", "company_ok", "noss")
        found.append(known.select(*named, quarter.alias("quarter"), ROW))
    return pl.concat(found) if found else None


def _identified(frame: pl.DataFrame, ours: InputColumns) -> pl.DataFrame:
    named = with_identifiers(_completed(frame, ours))
    if "Quarter" not in named.columns:
        return named
    return named.with_columns(as_quarter(named, "Quarter").alias("quarter"))


def _finding(check: Check, row: Mapping[str, Any], place: InputSheet) -> Anomaly:
    value = row.get(check.column + WRITTEN, row.get(check.column))
    is_date = check.rule == "not-a-date"
    meant = in_full(with_short_year(str(value))) if is_date else ""
    return finding(
        "short-year" if meant else check.rule,
        check.column,
        value=value,
        source=place.at(row[ROW], check.column),
        inss=row["inss"],
        company_id=row["company"],
        parts={"column": place.written(check.column), "meant": meant, **check.parts},
    )
