"""Rights of plain workers, a column at a time; exact, and the same bytes as worker by worker.

Plain is who has one ordinary Dimona period that runs on the day and holds all lines, one joint
committee and one full-time week, no lines side by side and no quarter without lines. All others go
worker by worker (`compute`), which stays the explanation's path and what this one is tested by
(decision 1608).

A month's rate is a sum of days x Q over the days worked x S. Over the common denominator L x S, L
being the least common multiple of 1 to 31, it is a whole number, and so is the year's sum N: B x C
is N / (12 L S). N stays below 2 to the 63rd, as Q is at most 6000. Every rounding is floor division
of whole numbers, N taken apart into quotient and remainder of L where a product would not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm

import polars as pl

from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import month_bounds, quarter_end, quarter_of, year_bounds
from fla_batch.rights.workers import KEY, WHO

_COMMON = lcm(*range(1, 32))
_MOST_PARTS = 100  # numerator and denominator of A that leave room for the products
_THOUSAND, _TWO_THOUSAND = 1000, 2000


def plain_shares(
    lines: pl.DataFrame, periods: pl.DataFrame, newest: Mapping[str, int], day: int, year: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The plain workers with `joint_committee`, `regime_centi` and `n`, and `WHO` of the others.

    `lines` are those that count, `newest` the last quarter that each employer declared.
    """
    seen = _seen(lines, periods, year).with_columns(
        pl.col("employer").replace_strict(newest, default=0, return_dtype=pl.Int32).alias("newest")
    )
    plain = seen.filter(_is_plain(day, year).fill_null(value=False))
    everyone = pl.concat([lines.select(WHO), periods.select(WHO)]).unique()
    others = everyone.join(plain, on=WHO, how="anti")
    of_year = lines.select(WHO, "quarter", "start", "end", "mean").filter(
        pl.col("quarter") >= quarter_of(year, 1)
    )
    declared = _declared(of_year.join(plain, on=WHO, how="semi"), year)
    summed = plain.join(declared, on=WHO, how="left")
    n = pl.col("declared").fill_null(0) + _projected_months(year) * pl.col("last_mean") * _COMMON
    shares = summed.select(WHO, *KEY, "joint_committee", "regime_centi", n.alias("n"))
    return shares, others


def _seen(lines: pl.DataFrame, periods: pl.DataFrame, year: int) -> pl.DataFrame:
    """What decides whether a worker is plain, one row per worker with a period and lines."""
    follows = pl.col(WHO) == pl.col(WHO).shift()
    rated = (pl.col("kind") == int(Kind.ORDINARY)) & (pl.col("ref") == pl.col("regime_centi"))
    apart = pl.col("start") > pl.col("end").shift()
    alike = [pl.col(name) == pl.col(name).shift() for name in ("joint_committee", "ref")]
    again = follows & (pl.col("quarter") == pl.col("quarter").shift())
    of_year = pl.when(pl.col("quarter") >= quarter_of(year, 1)).then("quarter")
    names = ("kind", "regime_centi", "joint_committee", "ref", "quarter", "start", "end", "mean")
    ordered = lines.select(WHO, *KEY, *names).sort(WHO, "start")
    judged = ordered.with_columns(
        (rated & (~follows | (apart & alike[0] & alike[1])).fill_null(value=True)).alias("plain"),
        of_year.alias("of_year"),
        (of_year.is_not_null() & ~again.fill_null(value=False)).alias("opens"),
    )
    facts = judged.group_by(WHO).agg(
        pl.col("plain").all(),
        *(pl.col(name).first() for name in (*KEY, "joint_committee", "regime_centi")),
        pl.col("opens").sum().alias("quarters"),
        pl.col("of_year").min().alias("first_quarter"),
        pl.col("quarter").max().alias("last_quarter"),
        pl.col("start").min().alias("first_day"),
        pl.col("end").max().alias("last_day"),
        pl.col("mean").last().alias("last_mean"),
    )
    spans = periods.group_by(WHO).agg(
        pl.len().alias("periods"),
        pl.col("start").first().alias("begins"),
        pl.col("end").first().alias("ends"),
        pl.col("kind").first().alias("kind"),
    )
    return facts.join(spans, on=WHO)


def _is_plain(day: int, year: int) -> pl.Expr:
    ordinary = pl.col("plain") & (pl.col("kind") == int(Kind.ORDINARY))
    running = (pl.col("periods") == 1) & (pl.col("begins") <= day) & (pl.col("ends") >= day)
    inside = (pl.col("begins") <= pl.col("first_day")) & (pl.col("last_day") <= pl.col("ends"))
    span = pl.col("last_quarter") - pl.col("first_quarter") + 1
    none = pl.col("quarters") == 0
    whole = none | (pl.col("quarters") == span)
    # Nothing of the year lies before its first line: declared from the start, or begun with it.
    first = quarter_of(year, 1)
    starts = {q: quarter_end(q - 1) for q in range(first, first + 4)}
    before = pl.col("first_quarter").replace_strict(starts, default=0, return_dtype=pl.Int32)
    from_start = none | (pl.col("first_quarter") == first) | (pl.col("begins") > before)
    # Nothing is overdue: the employer declared no later quarter in which the worker still is.
    ends = {q: quarter_end(q) for q in range(first - 40, first + 4)}
    declared_to = pl.col("last_quarter").replace_strict(ends, default=0, return_dtype=pl.Int32)
    due = (pl.col("newest") > pl.col("last_quarter")) & (pl.col("ends") > declared_to)
    return ordinary & running & inside & whole & from_start & ~due


def _declared(lines: pl.DataFrame, year: int) -> pl.DataFrame:
    """The sum of the rates of declared months, times L x S, per worker."""
    own = lines.filter(pl.col("quarter") <= quarter_of(year, 12)).with_columns(
        (pl.col("quarter") - quarter_of(year, 1)).alias("nth")
    )
    days, weighted = [], []
    for place in range(3):
        bounds = [month_bounds(year, month) for month in range(1 + place, 13, 3)]
        first, last = (
            pl.lit(pl.Series([bound[end] for bound in bounds], dtype=pl.Int32)).gather("nth")
            for end in (0, 1)
        )
        span = pl.min_horizontal("end", last) - pl.max_horizontal("start", first) + 1
        count = span.clip(0).cast(pl.Int64)
        days.append(count.alias(f"days{place}"))
        weighted.append((count * pl.col("mean")).alias(f"weighted{place}"))
    names = [f"{kind}{place}" for place in range(3) for kind in ("days", "weighted")]
    # One number to group by: a worker's quarter of the year.
    by_quarter = own.select(
        (pl.col(WHO).cast(pl.Int64) * 4 + pl.col("nth")).alias("at"), *days, *weighted
    ).group_by("at")
    months = by_quarter.agg(pl.col(names).sum())
    rates = [
        pl.when(pl.col(f"days{place}") > 0)
        .then(pl.col(f"weighted{place}") * (_COMMON // pl.col(f"days{place}").clip(1)))
        .otherwise(0)
        for place in range(3)
    ]
    who = (pl.col("at") // 4).cast(pl.UInt32).alias(WHO)
    summed = months.select(who, (rates[0] + rates[1] + rates[2]).alias("declared"))
    return summed.group_by(WHO).agg(pl.col("declared").sum())


def _projected_months(year: int) -> pl.Expr:
    """Months of the year after the last declared quarter, until that of Dimona OUT."""
    _, last = year_bounds(year)
    starts = [month_bounds(year, month)[0] for month in range(1, 13)]
    until = pl.min_horizontal(pl.lit(last), "ends")
    covered = pl.sum_horizontal((until >= start).cast(pl.Int64) for start in starts)
    done = (pl.col("last_quarter") - quarter_of(year, 1) + 1).clip(0, 4).cast(pl.Int64) * 3
    return (covered - done).clip(0)


def fits(numerator: int, denominator: int) -> bool:
    """True when A = numerator / denominator leaves room for the products."""
    return numerator <= _MOST_PARTS and denominator <= _MOST_PARTS


def amounts(shares: pl.DataFrame) -> pl.DataFrame:
    """Adds the texts `bc`, `days`, `hours` and the hundredths of an hour `hours_centi`.

    `shares` have `n`, `regime_centi` (S) and A as `a` / `a_of`.
    """
    s, a, b = pl.col("regime_centi").cast(pl.Int64), pl.col("a"), pl.col("a_of")
    whole, rest = pl.col("n") // _COMMON, pl.col("n") % _COMMON
    taken = shares.with_columns(whole.alias("whole"), rest.alias("rest")).with_columns(
        (a * pl.col("whole") + a * pl.col("rest") // _COMMON).alias("a_whole"),
        (a * pl.col("rest") % _COMMON).alias("a_rest"),
    )
    bc = (_two_millions("whole", "rest") + 12 * s) // (24 * s)
    days = (_two_millions("a_whole", "a_rest") + 12 * b * s) // (24 * b * s)
    twice = 2 * pl.col("a_whole") + 2 * pl.col("a_rest") // _COMMON
    minutes = (twice + 100 * b) // (200 * b)
    return taken.with_columns(
        _six_decimals(bc).alias("bc"),
        _six_decimals(days).alias("days"),
        ((twice + 60 * b) // (120 * b)).alias("hours_centi"),
        pl.format("{}h{}", minutes // 60, _padded(minutes % 60, 2)).alias("hours"),
    ).drop("whole", "rest", "a_whole", "a_rest")


def _two_millions(whole: str, rest: str) -> pl.Expr:
    """The floor of 2,000,000 x (whole + rest / L), by two products that fit."""
    first = pl.col(rest) * _TWO_THOUSAND
    more = first // _COMMON * _THOUSAND + first % _COMMON * _THOUSAND // _COMMON
    return pl.col(whole) * (_TWO_THOUSAND * _THOUSAND) + more


def _six_decimals(millionths: pl.Expr) -> pl.Expr:
    return pl.format("{}.{}", millionths // 1_000_000, _padded(millionths % 1_000_000, 6))


def _padded(number: pl.Expr, digits: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(digits)
