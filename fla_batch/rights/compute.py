"""The rights of all workers of a run: everything read once, sizes first, then each worker."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from fla_batch.findings import Anomaly
from fla_batch.rights.factor import Factor, factor_a
from fla_batch.rights.history import Kind
from fla_batch.rights.law import Law, law_of
from fla_batch.rights.quarters import year_bounds
from fla_batch.rights.relation import Standing, relations, standing
from fla_batch.rights.request import Request
from fla_batch.rights.right import CommitteeRight, WorkerRight
from fla_batch.rights.share import Share, recent, share_of, shares
from fla_batch.rights.size import Census, count_worker
from fla_batch.rights.size_store import SizeStore
from fla_batch.rights.sizes import Sizes
from fla_batch.rights.spill import Spill
from fla_batch.rights.texts import finding
from fla_batch.rights.workers import Employers, Worker, read_inputs, workers


class Usual(NamedTuple):
    """An employer's most frequent joint committee and regime, for what is not declared yet."""

    joint_committee: str
    regime_centi: int


class Survey(NamedTuple):
    """What all workers of an employer tell together."""

    censuses: dict[str, Census]
    usual: dict[str, Usual]


def survey(spill: Spill, employers: Employers, law: Law, last_quarter: int) -> Survey:
    """Look at every worker once: the employers' sizes, and their most frequent regime.

    The most frequent ones are counted in workers, over ordinary lines of the last quarter known.
    """
    censuses: dict[str, Census] = defaultdict(Census)
    heads: dict[str, Counter[tuple[int, str, int]]] = defaultdict(Counter)
    for worker in workers(spill, employers, law, law.later_quarters[-1]):
        if worker.lines:
            count_worker(censuses[worker.employer], worker.inss, worker.lines, law)
            heads[worker.employer].update(
                {
                    (line.quarter, line.joint_committee, line.regime_centi)
                    for line in worker.lines
                    if line.kind == Kind.ORDINARY and line.quarter <= last_quarter
                }
            )
    return Survey(
        dict(censuses), {employer: _usual(seen) for employer, seen in heads.items() if seen}
    )


def _usual(seen: Counter[tuple[int, str, int]]) -> Usual:
    newest = max(quarter for quarter, _, _ in seen)
    committees: Counter[str] = Counter()
    regimes: Counter[int] = Counter()
    for (quarter, committee, regime), heads in seen.items():
        if quarter == newest:
            committees[committee] += heads
            regimes[regime] += heads if regime else 0
    return Usual(
        min(committees, key=lambda each: (-committees[each], each)),
        max(regimes, key=lambda each: (regimes[each], each)),
    )


@dataclass(slots=True)
class Computation:
    """One run over what was read. `anomalies` is complete once `rights` is exhausted."""

    spill: Spill
    employers: Employers
    law: Law
    request: Request
    sizes: Sizes
    usual: Mapping[str, Usual]
    anomalies: list[Anomaly] = field(default_factory=list)
    _factors: dict[tuple[str, str], Factor] = field(default_factory=dict)

    def rights(self) -> Iterator[WorkerRight]:
        """The right of each worker with an employer, in order of INSS and employer."""
        request = self.request
        found = workers(self.spill, self.employers, self.law, request.last_quarter, request.inss)
        for worker in found:
            right = self._right(worker)
            if right is not None:
                yield right
        self.anomalies += self.sizes.anomalies

    def _right(self, worker: Worker) -> WorkerRight | None:
        """None for who has nothing to do with the year, and where the size is not known."""
        day, year = self.request.day, self.request.year
        where = standing(worker.lines, worker.periods, day)
        if where is not Standing.EMPLOYED and not _touches(worker, year):
            return None
        if not worker.periods:
            self._report("no-dimona", "StartingDate", worker)
        size = self.sizes.of(worker.employer)
        if size is None:
            return None
        found = self._shares(worker, where)
        committees = self._committee_rights(worker, found, size.value)
        if not committees:
            return None
        return WorkerRight(worker.employer, worker.inss, year, where, size, committees)

    def _shares(self, worker: Worker, where: Standing) -> tuple[Share, ...]:
        """B x C of every relation; a share of 0 for who is not employed on the day."""
        day, year = self.request.day, self.request.year
        found: tuple[Share, ...] = ()
        if where is Standing.EMPLOYED:
            for relation in relations(worker.lines, worker.periods, day):
                found += shares(recent(relation, year), year)
        if found:
            return found
        own = [line for line in worker.lines if line.quarter == worker.lines[-1].quarter]
        committees = sorted({(line.joint_committee, line.regime_centi) for line in own})
        return tuple(
            share_of(committee or None, regime, (), Kind.ORDINARY)
            for committee, regime in dict(committees).items()
        ) or (share_of(None, 0, (), Kind.ORDINARY),)

    def _committee_rights(
        self, worker: Worker, found: tuple[Share, ...], size: Fraction
    ) -> tuple[CommitteeRight, ...]:
        """One right per joint committee, with the usual one where none is declared."""
        usual = self.usual.get(worker.employer)
        if usual is None and any(not s.joint_committee or not s.regime_centi for s in found):
            self._report("nothing-declared", "JointCommissionNbr", worker)
            return ()
        grouped: dict[str, list[Share]] = defaultdict(list)
        for share in found:
            grouped[share.joint_committee or (usual.joint_committee if usual else "")].append(share)
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
        regime = max(share.regime_centi for share in own) or (usual.regime_centi if usual else 0)
        bc = own[0].bc
        if len(own) > 1:
            bc = min(Fraction(1), sum((share.bc for share in own), Fraction(0)))
        assumed = any(share.is_new for share in own)
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


def _touches(worker: Worker, year: int) -> bool:
    """True when a period or a line of the worker has a day in the year."""
    first, last = year_bounds(year)
    days = [(line.start, line.end) for line in worker.lines]
    days += [(period.start, period.end) for period in worker.periods]
    return any(start <= last and end >= first for start, end in days)


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
    return Computation(spill, employers, law, request, sizes, seen.usual, anomalies)
