"""One right and one size with all that decided them, for programs (`--json`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from fla_batch.rights.evidence import Evidence
from fla_batch.rights.factor import Factor, FactorBasis
from fla_batch.rights.law import Law
from fla_batch.rights.local_text import LocalText
from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import OPEN, quarter_text
from fla_batch.rights.right import (
    CommitteeRight,
    WorkerRight,
    decimal_text,
    factor_text,
    hours_centi,
    hours_text,
    plain_text,
)
from fla_batch.rights.sector_list import fact_json
from fla_batch.rights.size import Size, SizeBasis
from fla_batch.rights.worksheet_months import month_rows, week_place
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.terms import Language


def explanation_json(
    right: WorkerRight, evidence: Evidence, law: Law, as_of: date, language: Language
) -> dict[str, Any]:
    """The same as `worksheet`; exact numbers are fractions as text."""
    local = LocalText(language)
    return {
        "company_id": right.company_id,
        "inss": right.inss,
        "calendar_year": right.calendar_year,
        "as_of": as_of.isoformat(),
        "standing": right.standing.value,
        "lines": [_line_json(row, evidence) for row in evidence.lines],
        "periods": [_period_json(row, evidence) for row in evidence.periods],
        "size": size_json(right.size, law),
        "joint_committees": [_committee_json(each, evidence, local) for each in right.committees],
        "hours_centi": hours_centi(right.hours),
        "hours": hours_text(right.hours),
        "hours_exact": str(right.hours),
    }


def _day(day: int) -> str | None:
    return None if day == OPEN else date.fromordinal(day).isoformat()


def _line_json(row: Any, evidence: Evidence) -> dict[str, Any]:
    return {
        **_place_json(row, evidence),
        "quarter": quarter_text(row["quarter"]),
        "from": _day(row["start"]),
        "to": _day(row["end"]),
        "joint_committee": row["joint_committee"],
        "worker_code": row["worker_code"],
        "mean_centi": row["mean"],
        "reference_centi": row["ref"],
        "hours_worked_centi": row["hours_centi"],
        "kind": Kind(row["kind"]).name.lower(),
    }


def _period_json(row: Any, evidence: Evidence) -> dict[str, Any]:
    return {
        **_place_json(row, evidence),
        "from": _day(row["start"]),
        "to": _day(row["end"]),
        "type": row["worker_type"],
    }


def _place_json(row: Any, evidence: Evidence) -> dict[str, Any]:
    place = evidence.files[row["file"]]
    return {"file": place.file, "sheet": place.sheet, "row": row[ROW]}


def size_json(size: Size, law: Law) -> dict[str, Any]:
    """An employer's size with what it comes from."""
    return {
        "value": plain_text(size.value),
        "exact": str(size.value),
        "basis": size.basis.value,
        "frozen": size.frozen,
        "period": law.period,
        "quarters": {quarter_text(quarter): plain_text(fte) for quarter, fte in size.quarters},
        "fingerprint": size.fingerprint or None,
        "source": law.reference_source if size.basis is not SizeBasis.STATED else None,
    }


def _committee_json(right: CommitteeRight, evidence: Evidence, local: LocalText) -> dict[str, Any]:
    amounts = right.amounts
    return {
        "joint_committee": right.joint_committee,
        "factor": _factor_json(right.factor),
        "assumed": right.assumed,
        "months": [
            {
                "month": month.month,
                "rate": str(month.rate),
                "percent": decimal_text(month.rate * 100, 2),
                "basis": month.basis.value,
                "kind": Kind(share.kind).name.lower(),
            }
            for share in right.shares
            for month in share.months
        ],
        "how": [how for share in right.shares for _, _, how in month_rows(share, evidence, local)],
        "weeks": [
            {
                "regime_centi": share.regime_centi,
                "bc_exact": str(share.bc),
                "from": week_place(share, evidence, local),
            }
            for share in right.shares
        ],
        "bc": amounts.bc,
        "bc_exact": str(right.bc),
        "days": amounts.days or None,
        "regime_centi": right.regime_centi,
        "hours_centi": amounts.hours_centi,
        "hours": amounts.hours_hm,
        "supplement_hours_centi": right.supplement.hours_centi if right.supplement else None,
    }


def _factor_json(factor: Factor) -> dict[str, Any]:
    used = factor.looked_up.legal if factor.basis is FactorBasis.SECTOR else None
    return {
        "days": None if factor.days is None else plain_text(factor.days),
        "hours": None if factor.hours is None else plain_text(factor.hours),
        "shown": factor_text(factor.days, factor.hours),
        "basis": factor.basis.value,
        "size_class": factor.size_class.name,
        "source": factor.fact.source,
        "agreement": factor.fact.agreement or None,
        "confidence": used.confidence if used is not None else None,
        "sector_row": used.joint_committee if used is not None else None,
        "table": factor.fact.file,
        "fact": fact_json(factor.fact),
        "notes": [note.value for note in factor.notes],
    }
