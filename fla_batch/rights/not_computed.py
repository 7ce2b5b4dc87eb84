"""What cannot be computed: never written as 0, always listed (decision 1604)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from fla_batch.rights.law import Law
from fla_batch.rights.read_inputs import RefusedRow
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.terms import Language

COLUMNS = ("CompanyID", "INSS", "File", "Sheet", "Row", "Column", "Reason", "WhatToDo")


class NotComputed(NamedTuple):
    """An employer, a worker or a row without a right, and why. Parts that are unknown are None."""

    company_id: str | None
    inss: str | None
    reason: Anomaly

    def cells(self, language: Language) -> tuple[str, ...]:
        """The row of `not-computed.csv`, in the order of `COLUMNS`."""
        source: Source = self.reason.source
        return (
            self.company_id or "",
            self.inss or "",
            source.file or "",
            source.sheet or "",
            "" if source.row is None else str(source.row),
            source.column or "",
            self.reason.label.text(language),
            self.reason.advice.text(language),
        )


@dataclass(slots=True)
class HeldBack:
    """Who is held back in a run. Rows that were refused hold back their worker."""

    refused: list[RefusedRow] = field(default_factory=list)
    _listed: list[NotComputed] = field(default_factory=list)
    _workers: set[tuple[str, str | None]] = field(default_factory=set)

    @classmethod
    def of_rows(cls, refused: Iterable[RefusedRow]) -> HeldBack:
        """Start from the rows that could not be read."""
        held = cls(list(refused))
        for row in held.refused:
            held._listed += [NotComputed(row.employer, row.inss, each) for each in row.anomalies]
            if row.inss is not None:
                held._workers.add((row.inss, row.employer))
        return held

    def alone(self) -> HeldBack:
        """The same for a part of the workers: what is listed there is only what is new."""
        return HeldBack(_workers=set(self._workers))

    def join(self, other: HeldBack) -> None:
        """Take over who was held back in a part."""
        self._listed += other._listed
        self._workers |= other._workers

    def worker(self, reason: Anomaly) -> None:
        """Hold back the worker and employer that a finding names."""
        if reason.inss is not None:
            self._workers.add((reason.inss, reason.company_id))
        self._listed.append(NotComputed(reason.company_id, reason.inss, reason))

    def employer(self, reason: Anomaly) -> None:
        """List an employer, none of whose workers has a right."""
        self._listed.append(NotComputed(reason.company_id, None, reason))

    def everyone(self) -> set[tuple[str, str | None]]:
        """INSS and employer of who is held back; without employer, with every one."""
        return set(self._workers)

    def holds(self, inss: str, employer: str) -> bool:
        """True when the worker cannot be computed; a row without employer holds everywhere."""
        return (inss, employer) in self._workers or (inss, None) in self._workers

    def listed(self) -> list[NotComputed]:
        """Everything, in order of employer, worker and place."""
        return sorted(self._listed, key=_order)

    def size_doubts(self, law: Law) -> dict[str, int]:
        """Lines that were refused and may have counted for the size, by employer."""
        counts: dict[str, int] = defaultdict(int)
        for row in self.refused:
            may_count = row.quarter is None or row.quarter in law.reference_quarters
            if row.is_line and row.employer is not None and may_count:
                counts[row.employer] += 1
        return dict(counts)


def _order(each: NotComputed) -> tuple[str, str, str, int, str]:
    source = each.reason.source
    place = (source.file or "", source.row or 0)
    return (each.company_id or "", each.inss or "", *place, each.reason.error_id)
