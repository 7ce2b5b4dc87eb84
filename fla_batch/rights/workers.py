"""Workers and employers: the numbers that employers go by, and histories one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from fla_batch.rights.occupation import History, Line, Period
from fla_batch.rights.quarters import OPEN
from fla_batch.rights.right_findings import finding
from fla_batch.vocabulary.findings import Anomaly

KEY = ["inss", "employer"]
WHO = "who"
"""A number for each worker and employer of a part: quicker to group and join by than `KEY`."""


class Worker(NamedTuple):
    """One worker with one employer."""

    inss: str
    employer: str
    history: History


@dataclass(slots=True)
class Employers:
    """The numbers that employers go by. `merged` maps a former number to the one that counts."""

    merged: Mapping[str, str] = field(default_factory=dict)
    companies: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def learn(self, rows: pl.DataFrame) -> None:
        """Remember which NSSO numbers stand beside which company numbers."""
        pairs = rows.select("company", "noss").drop_nulls().unique()
        for company, noss in pairs.iter_rows():
            self.companies[noss].add(company)

    def anomalies(self) -> list[Anomaly]:
        """NSSO numbers that stand beside several company numbers."""
        return [
            finding(
                "employer-conflict",
                "NOSSRegistrationNbr",
                value=noss,
                parts={"companies": ", ".join(sorted(companies))},
            )
            for noss, companies in sorted(self.companies.items())
            if len({self.merged.get(each, each) for each in companies}) > 1
        ]

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with `declarer`, company number or NSSO number as given, and `employer`, the
        number that counts."""
        companies = {noss: min(found) for noss, found in self.companies.items()}
        known = pl.coalesce("company", pl.col("noss").replace(companies))
        declared = rows.with_columns(known.alias("declarer"))
        return declared.with_columns(
            pl.col("declarer").replace(dict(self.merged)).alias("employer")
        )


def with_who(lines: pl.DataFrame, periods: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines and periods of a part with `WHO`."""
    everyone = pl.concat([lines.select(KEY), periods.select(KEY)]).unique().with_row_index(WHO)
    return (
        lines.join(everyone, on=KEY, how="left", maintain_order="left"),
        periods.join(everyone, on=KEY, how="left", maintain_order="left"),
    )


def is_company(employer: str) -> bool:
    """True for a company number, false for an NSSO number (at most 9 digits without zeros)."""
    return len(employer) == 10


def histories(
    lines: pl.DataFrame, periods: pl.DataFrame, first_day: int, last_day: int
) -> pl.DataFrame:
    """One row per worker and employer, in order, with the `history` as text for `history_of`.

    Most workers have one Dimona period. Where that began before `first_day` (no line is earlier)
    or ends after `last_day` changes nothing, and so does the day on which their occupation began
    before its quarter: without these, equal histories become equal texts.
    """
    count = pl.len().over(KEY)
    single = pl.col("count") == 1
    known = periods.with_columns(count.alias("count")).with_columns(
        pl.when(single)
        .then(pl.min_horizontal(pl.max_horizontal("start", first_day), "end"))
        .otherwise("start")
        .alias("start"),
        pl.when(single & (pl.col("end") > last_day)).then(OPEN).otherwise("end").alias("end"),
    )
    counts = known.select(*KEY, "count").unique()
    own = lines.join(counts, on=KEY, how="left").with_columns(
        pl.when(single).then(0).otherwise("begins").alias("begins"), pl.col("agency").cast(pl.Int8)
    )
    texts = _texts(own, Line._fields, "lines").join(
        _texts(known, Period._fields, "periods"), on=KEY, how="full", coalesce=True
    )
    history = pl.concat_str(
        pl.col("lines").fill_null(""), pl.col("periods").fill_null(""), separator=";"
    )
    return texts.select(*KEY, history.alias("history")).sort(KEY)


def _texts(rows: pl.DataFrame, fields: Sequence[str], name: str) -> pl.DataFrame:
    """All rows of each worker as one text, in an order that does not depend on the file's."""
    cells = rows.select(*KEY, pl.concat_str(fields, separator=",").alias(name))
    return cells.group_by(KEY).agg(pl.col(name).sort().str.join("|"))
