"""FTE of plain workers in the reference quarters, a column at a time; exact, as `fte` gives it.

Plain is who has ordinary lines of one full-time week and a rate above 0, none of an agency, all
within the one Dimona period if there is any. FTE is then days x Q / (days of the quarter x S), at
most 1: whole numbers over one denominator for each quarter and S.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import quarter_days
from fla_batch.rights.workers import WHO


class QuarterSum(NamedTuple):
    """The FTE of so many workers of an employer in a quarter, together."""

    employer: str
    quarter: int
    fte: Fraction
    workers: int


def plain_and_others(
    lines: pl.DataFrame, periods: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of plain workers, and those of all others."""
    ordinary = (pl.col("kind") == int(Kind.ORDINARY)) & ~pl.col("agency") & (pl.col("mean") > 0)
    one_week = pl.col("ref").min() == pl.col("ref").max()
    facts = (
        lines.with_columns(ordinary.alias("ordinary"))
        .group_by(WHO)
        .agg(
            (pl.col("ordinary").all() & one_week).alias("plain"),
            pl.col("start").min().alias("first_day"),
            pl.col("end").max().alias("last_day"),
        )
    )
    spans = periods.group_by(WHO).agg(
        pl.len().alias("periods"),
        pl.col("start").min().alias("begins"),
        pl.col("end").max().alias("ends"),
        pl.col("kind").max().alias("special"),
    )
    inside = (pl.col("begins") <= pl.col("first_day")) & (pl.col("last_day") <= pl.col("ends"))
    one = (pl.col("periods") == 1) & (pl.col("special") == int(Kind.ORDINARY)) & inside
    known = facts.join(spans, on=WHO, how="left")
    plain = known.filter(pl.col("plain") & (pl.col("periods").is_null() | one)).select(WHO)
    return lines.join(plain, on=WHO, how="semi"), lines.join(plain, on=WHO, how="anti")


def quarter_sums(lines: pl.DataFrame, quarters: tuple[int, ...]) -> Iterator[QuarterSum]:
    """The sums over the lines of plain workers, one for each employer, quarter and S."""
    lengths = {quarter: quarter_days(quarter) for quarter in quarters}
    days = (pl.col("end") - pl.col("start") + 1).cast(pl.Int64)
    own = lines.filter(pl.col("quarter").is_in(list(quarters)))
    part = own.select(WHO, "quarter", "employer", "ref", (days * pl.col("mean")).alias("sum"))
    worked = part.group_by(WHO, "quarter").agg(pl.col("employer", "ref").first(), pl.sum("sum"))
    full = pl.col("quarter").replace_strict(lengths, default=0, return_dtype=pl.Int64)
    capped = worked.with_columns(pl.min_horizontal("sum", full * pl.col("ref")).alias("sum"))
    sums = capped.group_by("employer", "quarter", "ref").agg(pl.col("sum").sum(), pl.len())
    for employer, quarter, ref, total, workers in sums.iter_rows():
        yield QuarterSum(employer, quarter, Fraction(total, ref * lengths[quarter]), workers)
