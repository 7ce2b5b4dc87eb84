"""The complete arithmetic of one right, for a person who checks it by hand, and as JSON.

Numbers are shown rounded, with the digits that a person needs; the right itself is computed
exactly and rounded once (`right`). Numbers in brackets are sections of the rights document.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from fla_batch.rights.factor import Factor, FactorBasis
from fla_batch.rights.law import Law
from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.right import (
    CommitteeRight,
    WorkerRight,
    decimal_text,
    factor_text,
    hours_centi,
    hours_text,
    plain_text,
)
from fla_batch.rights.share import Share
from fla_batch.rights.size import Size, SizeBasis
from fla_batch.vocabulary.terms import Language

_HOURS_KINDS = {Kind.FLEXI: "flexi", Kind.STUDENT: "student"}


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def explanation(right: WorkerRight, law: Law, as_of: date, language: Language) -> list[str]:
    """The lines of an explanation in `language`."""
    words = _Words(language, law)
    lines = [
        words.line(
            "title",
            inss=right.inss,
            company=right.company_id,
            year=right.calendar_year,
            as_of=as_of.strftime("%d/%m/%Y"),
            standing=words.line(right.standing.value),
        )
    ]
    lines.append(words.size(right.size))
    for committee in right.committees:
        lines += words.committee(committee)
    total = right.hours
    lines.append(words.line("total", hours=decimal_text(total, 2), hm=hours_text(total)))
    return lines


class _Words:
    """The lines of one language; years and periods come from the law of the year."""

    def __init__(self, language: Language, law: Law) -> None:
        self._language = language
        self._law = law

    def line(self, key: str, **parts: object) -> str:
        return _words()[key][self._language.value].format_map(parts)

    def committee(self, right: CommitteeRight) -> Iterator[str]:
        amounts = right.amounts
        yield self.line("committee", committee=right.joint_committee)
        yield from self._factor(right.factor)
        if right.assumed:
            yield self.line("assumed")
        for share in right.shares:
            yield from self._share(share)
        yield self.line("share", sum=decimal_text(right.bc * 12, 6), bc=amounts.bc)
        a = factor_text(right.factor.days, right.factor.hours)
        yield self.line("days", a=a, bc=amounts.bc, days=amounts.days)
        yield self.line(
            "hours",
            days=amounts.days,
            regime=" / ".join(decimal_text(Fraction(each, 100), 2) for each in right.regimes_centi),
            hours=decimal_text(amounts.hours, 3),
            hm=amounts.hours_hm,
        )

    def size(self, size: Size) -> str:
        value = plain_text(size.value)
        if size.frozen:
            return self.line("size-frozen", size=value, period=self._law.period)
        if size.basis is SizeBasis.HEAD_COUNT:
            quarters = ", ".join(quarter_text(quarter) for quarter, _ in size.quarters)
        else:
            quarters = ", ".join(
                f"{quarter_text(q)} ({plain_text(fte)})" for q, fte in size.quarters
            )
        return self.line(f"size-{size.basis.value}", size=value, quarters=quarters)

    def _factor(self, factor: Factor) -> Iterator[str]:
        row = factor.looked_up.legal or factor.looked_up.silent
        parts = {
            "days": factor_text(factor.days, factor.hours),
            "size_class": factor.size_class.name.replace("_plus", "+").replace("_", "-"),
            "source": factor.fact.agreement,
            "row": row.joint_committee if row else "",
            "row_year": row.first if row else "",
            "file": row.file if row else "",
            "row_source": row.source if row else "",
            "confidence": self._confidence(row.confidence if row else ""),
        }
        yield self.line(f"factor-{factor.basis.value}", **parts)
        for note in factor.notes:
            yield self.line(f"note-{note.value}", **parts)

    def _confidence(self, confidence: str) -> str:
        """high, medium and low in the language; what a user's own table says as it stands."""
        known = f"confidence-{confidence}" in _words()
        return self.line(f"confidence-{confidence}") if known else confidence

    def _share(self, share: Share) -> Iterator[str]:
        if share.kind in _HOURS_KINDS:
            yield self.line(_HOURS_KINDS[Kind(share.kind)])
        yield self.line("months" if share.months else "no-months")
        for month in share.months:
            rate = decimal_text(month.rate * 100, 2)
            yield f"    {month.month:02d}  {rate:>6} %  {self.line(month.basis.value)}"


def explanation_json(right: WorkerRight, law: Law, as_of: date) -> dict[str, Any]:
    """The same as `explanation`, for programs; exact numbers are fractions as text."""
    return {
        "company_id": right.company_id,
        "inss": right.inss,
        "calendar_year": right.calendar_year,
        "as_of": as_of.isoformat(),
        "standing": right.standing.value,
        "size": size_json(right.size, law),
        "joint_committees": [_committee_json(each) for each in right.committees],
        "hours_centi": hours_centi(right.hours),
        "hours": hours_text(right.hours),
    }


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


def _committee_json(right: CommitteeRight) -> dict[str, Any]:
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
        "bc": amounts.bc,
        "bc_exact": str(right.bc),
        "days": amounts.days,
        "regimes_centi": list(right.regimes_centi),
        "hours_centi": amounts.hours_centi,
        "hours": amounts.hours_hm,
    }


def _factor_json(factor: Factor) -> dict[str, Any]:
    row = factor.looked_up.legal
    used = row is not None and factor.basis is FactorBasis.SECTOR
    return {
        "days": None if factor.days is None else plain_text(factor.days),
        "basis": factor.basis.value,
        "size_class": factor.size_class.name,
        "source": row.source if row is not None and used else factor.fact.source,
        "confidence": row.confidence if row is not None and used else None,
        "sector_row": row.joint_committee if row is not None else None,
        "table": row.file if row is not None else None,
        "notes": [note.value for note in factor.notes],
    }
