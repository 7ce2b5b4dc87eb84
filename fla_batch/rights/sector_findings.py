"""One warning for each joint committee and size class whose number nobody should just sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fla_batch.rights.factor import Factor, FactorNote
from fla_batch.rights.law import Law
from fla_batch.rights.right_findings import finding
from fla_batch.vocabulary.findings import Anomaly, Source


def sector_findings(
    factors: Iterable[tuple[str, Factor]], workers: Mapping[tuple[str, str], int], law: Law
) -> list[Anomaly]:
    """Committees without a fact, or with only an uncertain or a collective one.

    `workers` counts who is concerned, by committee and size class.
    """
    seen = {(committee, factor.size_class.name): factor for committee, factor in factors}
    return [
        _finding(committee, seen[committee, size_class], count, law)
        for (committee, size_class), count in sorted(workers.items())
    ]


def _finding(committee: str, factor: Factor, workers: int, law: Law) -> Anomaly:
    fact = factor.looked_up.legal or factor.looked_up.silent or factor.looked_up.collective
    source = Source(fact.file, fact.row or None, None) if fact is not None else Source()
    return finding(
        _rule(factor),
        "JointCommissionNbr",
        value=committee,
        source=source,
        parts={
            "workers": workers,
            "size": size_class_text(factor.size_class.name),
            "year": law.year,
            "agreement": (fact.agreement or fact.source) if fact is not None else "",
            "note": fact.note if fact is not None else "",
        },
    )


def _rule(factor: Factor) -> str:
    if FactorNote.NO_SECTOR_FACT in factor.notes:
        return "sector-no-fact"
    if FactorNote.SECTOR_SILENT in factor.notes:
        return "sector-silent"
    if FactorNote.COLLECTIVE in factor.notes:
        return "sector-collective"
    return "sector-uncertain"


def size_class_text(name: str) -> str:
    """
    >>> size_class_text("10_19"), size_class_text("20_plus")
    ('10-19', '20+')
    """
    return name.replace("_plus", "+").replace("_", "-")
