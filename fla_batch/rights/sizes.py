"""Which size counts for an employer: stated, established earlier, or computed now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from fla_batch.rights.law import Law, quarters_text
from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.right import plain_text
from fla_batch.rights.right_findings import finding
from fla_batch.rights.size import Census, Size, SizeBasis, size_of
from fla_batch.rights.size_store import FrozenSize, SizeStore
from fla_batch.vocabulary.findings import Anomaly


@dataclass(slots=True)
class Sizes:
    """The sizes of one run. Nothing is written to the store before `establish`.

    `stated` are sizes that the user knows already; `recompute` leaves established ones aside.
    `refused` counts an employer's rows that could not be read and may have counted for its size.
    """

    law: Law
    censuses: Mapping[str, Census]
    stated: Mapping[str, Fraction] = field(default_factory=dict)
    store: SizeStore | None = None
    recompute: bool = False
    refused: Mapping[str, int] = field(default_factory=dict)
    anomalies: list[Anomaly] = field(default_factory=list)
    _found: dict[str, Size | None] = field(default_factory=dict)
    _frozen: Mapping[str, FrozenSize] | None = None

    def of(self, company_id: str) -> Size | None:
        """The size that counts; None, with an anomaly, when nothing says it."""
        if company_id not in self._found:
            self._found[company_id] = self._decide(company_id)
        return self._found[company_id]

    def alone(self) -> Sizes:
        """The same for a part of the workers, somewhere else: nothing was asked for yet."""
        frozen = self._established_ones()
        return replace(self, store=None, anomalies=[], _found={}, _frozen=frozen)

    def asked(self) -> list[str]:
        """The employers that were asked for, in that order."""
        return list(self._found)

    def _established_ones(self) -> Mapping[str, FrozenSize]:
        if self._frozen is None:
            self._frozen = self.store.of_period(self.law.period) if self.store else {}
        return self._frozen

    def known(self) -> dict[str, Size]:
        """Every size that was asked for and found."""
        return {company: size for company, size in self._found.items() if size is not None}

    def establish(self, now: datetime) -> int:
        """Freeze the sizes that were computed now; returns how many. `now` is aware."""
        if self.store is None:
            return 0
        fresh = {
            company: size
            for company, size in sorted(self.known().items())
            if not size.frozen and size.basis is not SizeBasis.STATED
        }
        for company, size in fresh.items():
            self.store.put(
                FrozenSize(company, self.law.period, size.value, size.basis, size.fingerprint, now)
            )
        return len(fresh)

    def _decide(self, company_id: str) -> Size | None:
        if company_id in self.stated:
            return Size(self.stated[company_id], SizeBasis.STATED)
        census = self.censuses.get(company_id)
        computed = size_of(census, self.law) if census is not None else None
        known = self._established_ones().get(company_id)
        if known is not None and not self.recompute:
            return self._established(known, computed)
        if computed is None:
            self._report(company_id, "size-unknown")
        elif self._is_doubtful(company_id, computed):
            return None
        elif computed.basis is SizeBasis.HEAD_COUNT:
            quarter, _ = computed.quarters[0]
            self._report(company_id, "size-by-head-count", quarter=quarter_text(quarter))
        self._report_unheard(company_id, census)
        return computed

    def _is_doubtful(self, company_id: str, size: Size) -> bool:
        """True, with a finding, when rows that were refused could make another class of it."""
        rows = self.refused.get(company_id, 0)
        most = size.value + rows
        if self.law.size_class(most) is self.law.size_class(size.value):
            return False
        value = f"{plain_text(size.value)} - {plain_text(most)}"
        self._report(company_id, "size-doubtful", rows=rows, value=value)
        return True

    def _report_unheard(self, company_id: str, census: Census | None) -> None:
        for quarter, workers in sorted(census.unheard.items() if census and census.fte else ()):
            name = quarter_text(quarter)
            self._report(company_id, "size-quarter-unheard", name, quarter=name, workers=workers)

    def _established(self, known: FrozenSize, computed: Size | None) -> Size:
        same = computed is None or computed.fingerprint == known.fingerprint
        if not same:
            self._report(known.company_id, "size-frozen", value=plain_text(known.value))
        quarters = computed.quarters if computed is not None and same else ()
        return Size(known.value, known.basis, quarters, known.fingerprint, frozen=True)

    def _report(self, company_id: str, rule: str, path: str | None = None, **parts: object) -> None:
        common = {
            "company": company_id,
            "quarters": quarters_text(self.law.reference_quarters),
            "period": self.law.period,
        }
        self.anomalies.append(
            finding(rule, "Employer", company_id=company_id, parts=common | parts, path=path)
        )
