"""From files to workers: reading everything in, naming employers, and histories one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.findings import Anomaly
from fla_batch.rights.dimona import read_dimona
from fla_batch.rights.dmfa import read_dmfa
from fla_batch.rights.history import Line, Period, employed_lines
from fla_batch.rights.law import Law
from fla_batch.rights.spill import Spill
from fla_batch.rights.texts import finding

if TYPE_CHECKING:
    import polars as pl


class Worker(NamedTuple):
    """One worker with one employer: employment as the DmfA states and Dimona confirms it."""

    inss: str
    employer: str
    lines: list[Line]
    periods: list[Period]


@dataclass(slots=True)
class Employers:
    """The numbers that employers go by. `merged` maps a former number to the one that counts."""

    merged: Mapping[str, str] = field(default_factory=dict)
    companies: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def learn(self, rows: pl.DataFrame) -> None:
        """Remember which NSSO numbers stand beside which company numbers."""
        pairs = rows.select("company", "noss").drop_nulls().unique()
        for company, noss in pairs.iter_rows():
            self.companies[noss].add(self.merged.get(company, company))

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
            if len(companies) > 1
        ]

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with `employer`: company number, or the NSSO number when it has none."""
        import polars as pl

        companies = {noss: min(found) for noss, found in self.companies.items()}
        known = pl.coalesce("company", pl.col("noss").replace(companies))
        return rows.with_columns(known.replace(dict(self.merged)).alias("employer"))


def is_company(employer: str) -> bool:
    """True for a company number, false for an NSSO number (at most 9 digits without zeros)."""
    return len(employer) == 10


def read_inputs(
    dmfa: Sequence[Path], dimona: Sequence[Path], law: Law, employers: Employers, spill: Spill
) -> list[Anomaly]:
    """Set all rows of all files aside; returns every finding. Raises InputUnreadable."""
    anomalies: list[Anomaly] = []
    for kind, paths, reader in (("lines", dmfa, read_dmfa), ("periods", dimona, read_dimona)):
        for path in paths:
            for chunk in reader(path, law):
                anomalies += chunk.anomalies
                if chunk.values.height:
                    employers.learn(chunk.values)
                    spill.add(kind, chunk.values)
    return anomalies + employers.anomalies()


def workers(
    spill: Spill, employers: Employers, law: Law, last_quarter: int, inss: str | None = None
) -> Iterator[Worker]:
    """Every worker with lines up to `last_quarter` or with periods, in order of INSS."""
    for lines, periods in spill.parts():
        yield from _workers(lines, periods, employers, law, last_quarter, inss)


def _workers(
    lines: pl.DataFrame,
    periods: pl.DataFrame,
    employers: Employers,
    law: Law,
    last_quarter: int,
    inss: str | None,
) -> Iterator[Worker]:
    import polars as pl

    wanted = pl.lit(value=True) if inss is None else pl.col("inss") == inss
    known = lines.filter(wanted & (pl.col("quarter") <= last_quarter))
    found_lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    found_periods: dict[tuple[str, str], list[Period]] = defaultdict(list)
    for row in employers.named(known).select("inss", "employer", *Line._fields).iter_rows():
        found_lines[row[:2]].append(Line._make(row[2:]))
    named = employers.named(periods.filter(wanted))
    for row in named.select("inss", "employer", *Period._fields).iter_rows():
        found_periods[row[:2]].append(Period._make(row[2:]))
    for key in sorted(found_lines.keys() | found_periods.keys()):
        own = sorted(found_periods.get(key, ()))
        confirmed = employed_lines(
            sorted(found_lines.get(key, ())), own, law.student_reference_centi
        )
        yield Worker(*key, confirmed, own)
