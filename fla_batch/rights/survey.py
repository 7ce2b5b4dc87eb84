"""What all workers of an employer tell together: its size, and its most frequent regime."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from fla_batch.rights.column_sizes import plain_and_others, quarter_sums
from fla_batch.rights.fte import ftes
from fla_batch.rights.law import Law
from fla_batch.rights.occupation import History, Kind, history_of
from fla_batch.rights.quarters import OPEN, quarter_end, quarter_start, quarter_text
from fla_batch.rights.size import Census, count_heads, count_reference
from fla_batch.rights.spill import Part, Spill
from fla_batch.rights.workers import WHO, histories
from fla_batch.vocabulary.identifiers import mask_inss


class Usual(NamedTuple):
    """An employer's most frequent joint committee and regime, for what is not declared yet."""

    joint_committee: str
    regime_centi: int


class Survey(NamedTuple):
    """The censuses and the usual regime, per employer."""

    censuses: dict[str, Census]
    usual: dict[str, Usual]


def survey(spill: Spill, law: Law, last_quarter: int) -> Survey:
    """Look at every worker once; at those of employers without reference quarters once more.

    The most frequent joint committee and regime are counted in workers, over the ordinary lines
    of the last quarter that is known for the employer, `last_quarter` at most. The rows set aside
    are settled ones, with `employer`.
    """
    censuses: dict[str, Census] = defaultdict(Census)
    regimes: list[pl.DataFrame] = []
    employers: set[str] = set()
    for part in spill.parts():
        lines = part.lines.filter(pl.col("kind") <= int(Kind.STUDENT))
        employers.update(lines["employer"].unique())
        wanted = lines.filter(_may_count(law))
        plain, others = plain_and_others(wanted, part.periods)
        for found in quarter_sums(plain, law.reference_quarters):
            censuses[found.employer].add_sum(found.quarter, found.fte, found.workers)
        for employer, history, heads in _alike(others, part.periods, law):
            count_reference(censuses[employer], history, heads, law)
        for employer, quarter, heads in _unheard(part, law):
            censuses[employer].unheard[quarter] += heads
        known = lines.filter(pl.col("quarter") <= last_quarter)
        regimes.append(_regimes(known))
    counted = [employer for employer, census in censuses.items() if census.fte]
    later = pl.col("quarter").is_in(list(law.later_quarters)) & (
        pl.col("kind") <= int(Kind.STUDENT)
    )
    unknown = employers.difference(counted)
    for part in spill.parts() if unknown else ():
        rest = part.lines.filter(later & ~pl.col("employer").is_in(counted))
        for employer, history, heads in _alike(rest, part.periods, law):
            count_heads(censuses[employer], history, heads, law)
    return Survey(dict(censuses), _usual(regimes))


def workers_of_size(spill: Spill, employer: str, law: Law) -> list[tuple[str, str, Fraction]]:
    """Masked INSS, reference quarter and FTE of each worker of an employer."""
    found = []
    for part in spill.parts():
        of_employer = pl.col("employer") == employer
        counted = (pl.col("kind") <= int(Kind.STUDENT)) & _may_count(law)
        lines = part.lines.filter(of_employer & counted)
        if not lines.height:
            continue
        periods = part.periods.filter(of_employer).join(lines, on=["inss"], how="semi")
        for inss, _, text in histories(lines, periods, 0, OPEN).iter_rows():
            history = history_of(text, law.student_reference_centi)
            for quarter, fte in ftes(history.lines, law.reference_quarters):
                found.append((mask_inss(inss), quarter_text(quarter), fte))
    return found


def _may_count(law: Law) -> pl.Expr:
    """Up to the last reference quarter, and where an agency worker's last weekend in it ends."""
    last = law.reference_quarters[-1]
    weekend = pl.col("agency") & (pl.col("quarter") == last + 1)
    return (pl.col("quarter") <= last) | weekend


def _alike(
    lines: pl.DataFrame, periods: pl.DataFrame, law: Law
) -> Iterator[tuple[str, History, int]]:
    """Employer, history and number of workers, over these lines."""
    first = quarter_start(law.reference_quarters[0])
    days = lines["start"].min()
    named = periods.join(lines, on=WHO, how="semi")
    start = min(first, days) if isinstance(days, int) else first
    alike = histories(lines, named, start, OPEN).group_by("employer", "history").agg(pl.len())
    for employer, text, heads in alike.iter_rows():
        yield employer, history_of(text, law.student_reference_centi), heads


def _unheard(part: Part, law: Law) -> Iterator[tuple[str, int, int]]:
    """Employer, reference quarter and number of workers whom only Dimona shows in it."""
    ordinary = part.periods.filter(pl.col("kind") == int(Kind.ORDINARY))
    for quarter in law.reference_quarters:
        first, last = quarter_start(quarter), quarter_end(quarter)
        running = ordinary.filter((pl.col("start") <= last) & (pl.col("end") >= first))
        declared = part.lines.filter(pl.col("quarter") == quarter)
        silent = running.join(declared, on=WHO, how="anti").group_by("employer")
        for employer, heads in silent.agg(pl.col(WHO).n_unique()).iter_rows():
            yield employer, quarter, heads


def _regimes(lines: pl.DataFrame) -> pl.DataFrame:
    """Workers per employer, quarter, joint committee and regime."""
    ordinary = lines.filter(pl.col("kind") == int(Kind.ORDINARY))
    return ordinary.group_by("employer", "quarter", "joint_committee", "regime_centi").agg(
        pl.col(WHO).n_unique().alias("heads")
    )


def _usual(regimes: list[pl.DataFrame]) -> dict[str, Usual]:
    """What most workers of each employer have in its newest quarter, over all parts."""
    if not regimes:
        return {}
    newest = pl.col("quarter") == pl.col("quarter").max().over("employer")
    rows = pl.concat(regimes).filter(newest)
    committees: dict[str, Counter[str]] = defaultdict(Counter)
    weeks: dict[str, Counter[int]] = defaultdict(Counter)
    for employer, committee, regime, heads in rows.drop("quarter").iter_rows():
        committees[employer][committee] += heads
        weeks[employer][regime] += heads if regime else 0
    return {
        employer: Usual(
            min(found, key=lambda each: (-found[each], each)),
            max(weeks[employer], key=lambda each: (weeks[employer][each], each)),
        )
        for employer, found in committees.items()
    }
