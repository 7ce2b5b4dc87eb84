"""What was given, by employer and quarter: lines, workers, and how far they can be trusted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.settlement import DeclaredQuarter
from fla_batch.vocabulary.findings import Anomaly

_COUNTED = {
    "gap": "gaps",
    "gap-before": "gaps",
    "size-quarter-unheard": "gaps",
    "duplicate-line": "duplicates",
    "corrected-line": "corrections",
    "taken-back": "corrections",
    "code-against-dimona": "contradictions",
    "dimona-against-code": "contradictions",
    "after-out": "contradictions",
}


class QuarterReport(NamedTuple):
    """One quarter of one employer. `excluded` are lines that the law leaves out."""

    company_id: str
    quarter: str
    lines: int
    workers: int
    excluded: int
    gaps: int
    duplicates: int
    corrections: int
    contradictions: int

    def to_json(self) -> dict[str, Any]:
        """The fields without the employer."""
        return {name: value for name, value in self._asdict().items() if name != "company_id"}


def input_report(
    declared: Mapping[tuple[str, int], DeclaredQuarter], anomalies: Iterable[Anomaly]
) -> list[QuarterReport]:
    """A row for each employer and quarter that was declared or that a finding names."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for each in anomalies:
        if each.rule in _COUNTED and each.path is not None:
            counts[each.company_id or "", each.path][_COUNTED[each.rule]] += 1
    known = {
        (employer, quarter_text(quarter)): row for (employer, quarter), row in declared.items()
    }
    return [
        QuarterReport(
            *key,
            *known.get(key, DeclaredQuarter()),
            *(counts[key][name] for name in QuarterReport._fields[5:]),
        )
        for key in sorted(known.keys() | counts.keys())
    ]


def report_json(
    rows: Iterable[QuarterReport], anomalies: Iterable[Anomaly]
) -> list[dict[str, Any]]:
    """By employer: quarters and findings; what names no employer comes last, under None."""
    quarters: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        quarters[row.company_id].append(row.to_json())
    findings: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for each in anomalies:
        findings[each.company_id].append(each.to_json())
    return [
        {"company_id": employer, "quarters": quarters[employer], "findings": findings[employer]}
        for employer in sorted(quarters.keys() | findings.keys(), key=lambda each: each or "~")
    ]
