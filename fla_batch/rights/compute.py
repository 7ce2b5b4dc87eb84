"""The rights of all workers of a run: everything read once, sizes first, then each worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.rights.factor import Factor, factor_a
from fla_batch.rights.law import Law, law_of
from fla_batch.rights.occupation import History, Kind, history_of
from fla_batch.rights.quarters import year_bounds
from fla_batch.rights.relation import Standing, relations, standing
from fla_batch.rights.request import Request
from fla_batch.rights.right import CommitteeRight, WorkerRight
from fla_batch.rights.right_findings import finding
from fla_batch.rights.share import Share, recent, share_of, shares
from fla_batch.rights.size_store import SizeStore
from fla_batch.rights.sizes import Sizes
from fla_batch.rights.spill import Spill
from fla_batch.rights.survey import Usual, survey
from fla_batch.rights.workers import Employers, Worker, histories, read_inputs
from fla_batch.vocabulary.findings import Anomaly

if TYPE_CHECKING:
    import polars as pl

_CACHED_OUTCOMES = 50_000


class Outcome(NamedTuple):
    """What a history comes to on a day: B x C per joint committee, whoever the employer is.

    `concerned` is false when no day of the history lies in the year.
    """

    standing: Standing
    concerned: bool
    shares: tuple[Share, ...]


@lru_cache(maxsize=_CACHED_OUTCOMES)
def outcome(history: History, day: int, year: int) -> Outcome:
    """B x C of every relation that runs on `day`; a share of 0 when none does."""
    where = standing(history.lines, history.periods, day)
    found: tuple[Share, ...] = ()
    if where is Standing.EMPLOYED:
        for relation in relations(history.lines, history.periods, day):
            found += shares(recent(relation, year), year)
    concerned = where is Standing.EMPLOYED or _touches(history, year)
    return Outcome(where, concerned, found or _nothing(history))


def _nothing(history: History) -> tuple[Share, ...]:
    """A share of 0 for each joint committee of the last quarter declared, if any."""
    newest = max((line.quarter for line in history.lines), default=0)
    last = sorted(
        (line.joint_committee, line.regime_centi)
        for line in history.lines
        if line.quarter == newest
    )
    return tuple(
        share_of(committee or None, regime, (), Kind.ORDINARY)
        for committee, regime in dict(last).items()
    ) or (share_of(None, 0, (), Kind.ORDINARY),)


def _touches(history: History, year: int) -> bool:
    """True when a period or a line has a day in the year."""
    first, last = year_bounds(year)
    days = [(line.start, line.end) for line in history.lines]
    days += [(period.start, period.end) for period in history.periods]
    return any(start <= last and end >= first for start, end in days)


@dataclass(slots=True)
class Computation:
    """One run over what was read. `anomalies` is complete once `rights` is exhausted."""

    spill: Spill
    employers: Employers
    law: Law
    request: Request
    sizes: Sizes
    usual: Mapping[str, Usual]
    has_dimona: bool
    anomalies: list[Anomaly] = field(default_factory=list)
    _factors: dict[tuple[str, str], Factor] = field(default_factory=dict)

    def rights(self) -> Iterator[WorkerRight]:
        """The right of each worker with an employer, in order of INSS and employer."""
        for lines, periods in self.spill.parts():
            for worker in self._workers(lines, periods):
                right = self._right(worker)
                if right is not None:
                    yield right
        self.anomalies += self.sizes.anomalies

    def _workers(self, lines: pl.DataFrame, periods: pl.DataFrame) -> Iterator[Worker]:
        """The workers of one part, with the lines that can matter for the year."""
        import polars as pl

        year, key = self.request.year, ["inss", "employer"]
        wanted = pl.lit(value=True)
        if self.request.inss is not None:
            wanted = pl.col("inss") == self.request.inss
        known = lines.filter(wanted & (pl.col("quarter") <= self.request.last_quarter))
        own = self.employers.named(known)
        first, last = year_bounds(year)
        earliest = own["start"].min()
        start = min(first, earliest) if isinstance(earliest, int) else first
        rows = histories(own, self.employers.named(periods.filter(wanted)), start, last)
        for inss, employer, text in rows.select(*key, "history").iter_rows():
            yield Worker(inss, employer, history_of(text, self.law.student_reference_centi))

    def _right(self, worker: Worker) -> WorkerRight | None:
        """None for who has nothing to do with the year, and where the size is not known."""
        year = self.request.year
        found = outcome(worker.history, self.request.day, year)
        if not found.concerned:
            return None
        if self.has_dimona and not worker.history.periods:
            self._report("no-dimona", "StartingDate", worker)
        size = self.sizes.of(worker.employer)
        if size is None:
            return None
        committees = self._committee_rights(worker, found.shares, size.value)
        if not committees:
            return None
        return WorkerRight(worker.employer, worker.inss, year, found.standing, size, committees)

    def _committee_rights(
        self, worker: Worker, found: tuple[Share, ...], size: Fraction
    ) -> tuple[CommitteeRight, ...]:
        """One right per joint committee, with the usual one where none is declared."""
        usual = self.usual.get(worker.employer)
        if usual is None and any(not s.joint_committee or not s.regime_centi for s in found):
            self._report("nothing-declared", "JointCommissionNbr", worker)
            return ()
        otherwise = usual.joint_committee if usual else ""
        if len(found) == 1:
            committee = found[0].joint_committee or otherwise
            return (self._committee_right(worker.employer, committee, found, usual, size),)
        grouped: dict[str, list[Share]] = defaultdict(list)
        for share in found:
            grouped[share.joint_committee or otherwise].append(share)
        return tuple(
            self._committee_right(worker.employer, committee, tuple(own), usual, size)
            for committee, own in sorted(grouped.items())
        )

    def _committee_right(
        self,
        employer: str,
        committee: str,
        own: tuple[Share, ...],
        usual: Usual | None,
        size: Fraction,
    ) -> CommitteeRight:
        first, *others = own
        bc, regime, assumed = first.bc, first.regime_centi, first.is_new
        for share in others:
            bc = min(Fraction(1), bc + share.bc)
            regime = max(regime, share.regime_centi)
            assumed = assumed or share.is_new
        regime = regime or (usual.regime_centi if usual else 0)
        factor = self._factor(employer, committee, size)
        return CommitteeRight(committee, factor, bc, regime, own, assumed)

    def _factor(self, employer: str, committee: str, size: Fraction) -> Factor:
        key = (employer, committee)
        if key not in self._factors:
            outside = employer in self.request.outside_law
            self._factors[key] = factor_a(
                self.law, self.request.sectors, size, committee, outside_law=outside
            )
        return self._factors[key]

    def _report(self, rule: str, zone: str, worker: Worker) -> None:
        self.anomalies.append(finding(rule, zone, inss=worker.inss, company_id=worker.employer))


def prepare(
    spill: Spill,
    dmfa: Sequence[Path],
    dimona: Sequence[Path],
    request: Request,
    store: SizeStore | None = None,
) -> Computation:
    """Read everything and survey the employers. Raises InputUnreadable, ConfigurationMistake."""
    law = law_of(request.year)
    employers = Employers(request.merged)
    anomalies = read_inputs(dmfa, dimona, law, employers, spill)
    seen = survey(spill, employers, law, request.last_quarter)
    sizes = Sizes(law, seen.censuses, request.stated, store, request.recompute_size)
    if not dimona:
        anomalies.append(finding("no-dimona-file", "File"))
    return Computation(spill, employers, law, request, sizes, seen.usual, bool(dimona), anomalies)
