"""The rights of all workers of a run: everything read once, sizes first, then each worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fla_batch.rights.column_rights import amounts, plain_shares
from fla_batch.rights.contradictions import contradictions
from fla_batch.rights.evidence import Evidence
from fla_batch.rights.factor_book import FactorBook, LookedUp
from fla_batch.rights.gap_findings import Gap, gap_findings
from fla_batch.rights.input_headings import AS_THEY_ARE, RightsReading
from fla_batch.rights.law import Law, law_of
from fla_batch.rights.not_computed import HeldBack, NotComputed
from fla_batch.rights.occupation import Kind, history_of
from fla_batch.rights.outcome import Outcome, outcome
from fla_batch.rights.quarters import year_bounds
from fla_batch.rights.read_inputs import ReadInput, first_rows, read_inputs
from fla_batch.rights.request import Request
from fla_batch.rights.right import CommitteeRight, WorkerRight
from fla_batch.rights.right_findings import finding
from fla_batch.rights.sector_findings import sector_findings
from fla_batch.rights.settlement import Settlement, settle_all
from fla_batch.rights.share import Basis, Share
from fla_batch.rights.size_store import SizeStore
from fla_batch.rights.sizes import Sizes
from fla_batch.rights.spill import Part, SetAside, Spill
from fla_batch.rights.survey import Usual, survey
from fla_batch.rights.workers import KEY, WHO, Employers, Worker, histories
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    from fla_batch.system.workforce import Workforce


_WORTH_PROCESSES_BYTES = 20_000_000
"""Rows set aside from which on it is worth to start other processes on this machine."""


class CountedPart(NamedTuple):
    """Lines that count, periods, and who has lines that do not."""

    lines: pl.DataFrame
    periods: pl.DataFrame
    excluded: frozenset[tuple[str, str]]


class DonePart(NamedTuple):
    """What became of a part: plain workers as a table, the others, and what was found on them.

    `asked` are the employers whose size was looked at.
    """

    plain: pl.DataFrame
    rights: list[WorkerRight]
    anomalies: list[Anomaly]
    held: HeldBack
    looked_up: LookedUp
    asked: list[str]


@dataclass(slots=True, repr=False)
class Computation:
    """One run over what was read. `anomalies` and `held` are complete once `rights` is exhausted.

    `newest` is the last quarter that each employer declared. `evidence` holds the rows of the
    worker that was asked for, by INSS and employer.
    """

    spill: SetAside
    law: Law
    request: Request
    sizes: Sizes
    factors: FactorBook
    usual: Mapping[str, Usual]
    has_dimona: bool
    read: ReadInput
    settled: Settlement
    newest: Mapping[str, int]
    held: HeldBack
    anomalies: list[Anomaly] = field(default_factory=list)
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    _first_rows: dict[tuple[str, str], Source] = field(default_factory=dict)

    def rights(self) -> Iterator[WorkerRight]:
        """The right of each worker with an employer, in order of INSS and employer.

        Who cannot be computed is in `held` instead.
        """
        if not self.read.usable:
            return
        for part in self.spill.parts():
            yield from self._part_rights(self._counted(part))
        self._close()

    def tables(
        self, workforce: Workforce | None = None
    ) -> Iterator[tuple[pl.DataFrame, list[WorkerRight]]]:
        """The same by parts: `joint_committee`, `size`, `a` / `a_of`, `bc`, `days`, `hours` and
        `hours_centi` of plain workers as a table, the others one by one.

        The workforce shares the parts, by default this thread does them. Raises WorkersLost,
        WorkersUnfit.
        """
        if not self.read.usable:
            return
        for done in self._done(workforce):
            self.anomalies += done.anomalies
            self.held.join(done.held)
            self.factors.join(done.looked_up)
            for employer in done.asked:
                self.sizes.of(employer)
            yield done.plain, done.rights
        self._close()

    def _done(self, workforce: Workforce | None) -> Iterator[DonePart]:
        alone = self.alone()
        if workforce is None:
            yield from (compute_part(alone, number) for number in self.spill.numbers())
            return
        workforce.require_sight_of(self.spill.folder)
        executor = workforce.executor(holds_lock=self.spill.size > _WORTH_PROCESSES_BYTES)
        yield from workforce.in_order(
            executor.submit(compute_part, alone, number) for number in self.spill.numbers()
        )

    def alone(self) -> Computation:
        """What somebody else needs for a part of the workers: nothing that was found yet."""
        sizes = self.sizes.alone()
        return replace(
            self,
            spill=SetAside(self.spill.folder),
            sizes=sizes,
            factors=self.factors.alone(sizes),
            held=self.held.alone(),
            anomalies=[],
            evidence={},
        )

    def part(self, number: int) -> DonePart:
        """The workers of one part, and all that is found on them."""
        plain, rest = self._plain(self._counted(self.spill.part(number)))
        rights = list(self._part_rights(rest))
        looked_up, asked = self.factors.looked_up(), self.sizes.asked()
        return DonePart(plain, rights, self.anomalies, self.held, looked_up, asked)

    def _close(self) -> None:
        self.anomalies += self.sizes.anomalies
        for each in self.sizes.anomalies:
            if each.blocks:
                self.held.employer(each)

    def sector_warnings(self) -> list[Anomaly]:
        """Committees whose number is not certain, with the workers concerned; after `rights`."""
        return sector_findings(self.factors.known(), self.factors.unsure, self.law)

    def concerning(self, inss: str) -> list[Anomaly]:
        """The findings on one worker and on its employers; complete after `rights`."""
        return [each for each in self.anomalies if each.inss is None or each.inss == inss]

    def not_computed(self) -> list[NotComputed]:
        """Everything that stands in no output, with the reason; complete after `rights`."""
        return self.held.listed()

    def _counted(self, part: Part) -> CountedPart:
        """The rows of a part that can matter, and who is excluded."""
        wanted = pl.lit(value=True)
        if self.request.inss is not None:
            wanted = pl.col("inss") == self.request.inss
        lines = part.lines.filter(wanted & (pl.col("quarter") <= self.request.last_quarter))
        counts = pl.col("kind") <= int(Kind.STUDENT)
        excluded = frozenset(lines.filter(~counts).select(KEY).iter_rows())
        return CountedPart(lines.filter(counts), part.periods.filter(wanted), excluded)

    def _plain(self, part: CountedPart) -> tuple[pl.DataFrame, CountedPart]:
        """The rights of plain workers by columns, and the rows of all others."""
        day, year = self.request.day, self.request.year
        shares, unlike = plain_shares(part.lines, part.periods, self.newest, day, year)
        factors = self.factors.table(shares)
        on = ["employer", "joint_committee"]
        plain = shares.join(factors, on=on)
        left = shares.join(factors, on=on, how="anti").select(WHO)
        held = [key for key in self.held.everyone() if key[1] is not None]
        back = pl.DataFrame(held, schema=dict.fromkeys(KEY, pl.String), orient="row")
        anywhere = [inss for inss, employer in self.held.everyone() if employer is None]
        named = plain.join(back, on=KEY, how="semi").select(WHO)
        named = pl.concat([named, plain.filter(pl.col("inss").is_in(anywhere)).select(WHO)])
        others = pl.concat([unlike, left, named])
        plain = plain.join(others, on=WHO, how="anti")
        for committee, size_class, workers in (
            plain.filter("unsure").group_by("joint_committee", "size_class").len().iter_rows()
        ):
            self.factors.unsure[committee, size_class] += workers
        lines = part.lines.join(others, on=WHO, how="semi")
        periods = part.periods.join(others, on=WHO, how="semi")
        return amounts(plain), CountedPart(lines, periods, part.excluded)

    def _part_rights(self, part: CountedPart) -> Iterator[WorkerRight]:
        counted, periods, excluded = part
        self._contradictions(counted, periods)
        self._first_rows = first_rows(counted, periods, self.read)
        gaps: list[Gap] = []
        for worker in self._workers(counted, periods):
            found = outcome(worker.history, self.request.day, self.request.year)
            if self.request.inss is not None:
                self._keep_evidence(worker, counted, periods)
            right = self._right(worker, found, (worker.inss, worker.employer) in excluded)
            if right is not None:
                gaps += self._gaps(worker, found)
                yield right
        self.anomalies += gap_findings(gaps, counted, self.read)

    def _keep_evidence(self, worker: Worker, lines: pl.DataFrame, periods: pl.DataFrame) -> None:
        """The rows of the one worker that was asked for, in order of time."""
        own = pl.col("employer") == worker.employer
        self.evidence[worker.inss, worker.employer] = Evidence(
            worker.history,
            lines.filter(own).sort("quarter", "start", "file", ROW).to_dicts(),
            periods.filter(own).sort("start", "end", "file", ROW).to_dicts(),
            self.read.files,
            self.request.day,
            self.request.year,
        )

    def _contradictions(self, lines: pl.DataFrame, periods: pl.DataFrame) -> None:
        for found in contradictions(lines, periods, self.read.files, self.request.year):
            self.anomalies.append(found)
            if found.blocks:
                self.held.worker(found)

    def _workers(self, lines: pl.DataFrame, periods: pl.DataFrame) -> Iterator[Worker]:
        """The workers of one part, with the lines that can matter for the year."""
        first, last = year_bounds(self.request.year)
        earliest = lines["start"].min()
        start = min(first, earliest) if isinstance(earliest, int) else first
        rows = histories(lines, periods, start, last)
        for inss, employer, text in rows.select(*KEY, "history").iter_rows():
            yield Worker(inss, employer, history_of(text, self.law.student_reference_centi))

    def _right(self, worker: Worker, found: Outcome, excluded: bool) -> WorkerRight | None:
        """None for who has nothing to do with the year, and for who cannot be computed."""
        if not found.concerned or self.held.holds(worker.inss, worker.employer):
            return None
        if self._is_unheard(worker, found):
            if not excluded:
                self._hold("no-dmfa", "INSS", worker)
            return None
        if self.has_dimona and not worker.history.periods:
            self._report("no-dimona", "StartingDate", worker)
        size = self.sizes.of(worker.employer)
        if size is None:
            return None
        if found.reduced:
            self._report("more-than-full-time", "MeanWorkingHours", worker)
        committees = self._committee_rights(worker, found.shares, size.value)
        if not committees:
            return None
        year = self.request.year
        return WorkerRight(worker.employer, worker.inss, year, found.standing, size, committees)

    def _is_unheard(self, worker: Worker, found: Outcome) -> bool:
        """True when the employer declared a quarter of a relation, and nothing of the worker."""
        newest = self.newest.get(worker.employer)
        return found.undeclared is not None and newest is not None and found.undeclared <= newest

    def _gaps(self, worker: Worker, found: Outcome) -> Iterator[Gap]:
        newest = self.newest.get(worker.employer, 0)
        for quarter, basis in found.projected:
            if basis is not Basis.PROJECTED or quarter <= newest:
                yield Gap(worker, quarter, basis)

    def _committee_rights(
        self, worker: Worker, found: tuple[Share, ...], size: Fraction
    ) -> tuple[CommitteeRight, ...]:
        """One right per joint committee, with the usual one where none is declared."""
        usual = self.usual.get(worker.employer)
        if usual is None and any(not s.joint_committee or not s.regime_centi for s in found):
            self._hold("nothing-declared", "JointCommissionNbr", worker)
            return ()
        otherwise = usual or Usual("", 0)
        grouped: dict[str, list[Share]] = defaultdict(list)
        for share in found:
            regime = share.regime_centi or otherwise.regime_centi
            if not regime:
                self._hold("regime-unknown", "RefMeanWorkingHours", worker)
                return ()
            committee = share.joint_committee or otherwise.joint_committee
            grouped[committee].append(share._replace(regime_centi=regime))
        return tuple(
            CommitteeRight(
                committee, self.factors.counted(worker.employer, committee, size), tuple(own)
            )
            for committee, own in sorted(grouped.items())
        )

    def _report(self, rule: str, zone: str, worker: Worker) -> Anomaly:
        found = finding(
            rule,
            zone,
            inss=worker.inss,
            company_id=worker.employer,
            source=self._first_rows.get((worker.inss, worker.employer)),
        )
        self.anomalies.append(found)
        return found

    def _hold(self, rule: str, zone: str, worker: Worker) -> None:
        self.held.worker(self._report(rule, zone, worker))


def compute_part(alone: Computation, number: int) -> DonePart:
    """One part of the workers of a run, by whoever does it; `alone` stays as it is."""
    return alone.alone().part(number)


def prepare(
    spill: Spill,
    dmfa: Sequence[Path],
    dimona: Sequence[Path],
    request: Request,
    store: SizeStore | None = None,
    how: RightsReading = AS_THEY_ARE,
) -> Computation:
    """Read everything and survey the employers. Raises InputUnreadable, ConfigurationMistake."""
    law = law_of(request.year)
    employers = Employers(request.merged)
    read = read_inputs(dmfa, dimona, law, employers, spill, how)
    settled = settle_all(spill, employers, read.files)
    seen = survey(spill, law, request.last_quarter)
    held = HeldBack.of_rows(read.refused)
    doubts = held.size_doubts(law)
    sizes = Sizes(law, seen.censuses, request.stated, store, request.recompute_size, doubts)
    anomalies = [*read.anomalies, *settled.anomalies]
    if not dimona:
        anomalies.append(finding("no-dimona-file", "File"))
    return Computation(
        spill,
        law,
        request,
        sizes,
        FactorBook(law, request, sizes),
        seen.usual,
        bool(dimona),
        read,
        settled,
        settled.newest(request.last_quarter),
        held,
        anomalies,
    )
