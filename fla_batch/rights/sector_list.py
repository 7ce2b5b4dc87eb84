"""Sector facts as a list for people and programs."""

from __future__ import annotations

from typing import Any

from fla_batch.rights.committees import compact_committee
from fla_batch.rights.right import plain_text
from fla_batch.rights.sector import DAYS_COLUMNS, HOURS_COLUMNS, SectorFact, SectorTable


def facts_of(table: SectorTable, committee: str | None) -> list[SectorFact]:
    """All facts, or those of a committee, of what it belongs to and of its parts."""
    facts = [fact for number in sorted(table) for fact in table[number]]
    if committee is None:
        return facts
    number = compact_committee(committee)
    return [fact for fact in facts if _related(fact.joint_committee, number)]


def _related(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def fact_rows(facts: list[SectorFact]) -> list[tuple[str, ...]]:
    """Committee, from, to, the numbers by size of the employer (one of hours ends in h), kind,
    right, confidence, agreement, source and file of each.
    """
    return [
        (
            fact.joint_committee,
            fact.first.isoformat(),
            fact.last.isoformat() if fact.last else "",
            *_numbers(fact),
            fact.kind,
            fact.right,
            fact.confidence,
            fact.agreement,
            fact.source,
            fact.file,
        )
        for fact in facts
    ]


def _numbers(fact: SectorFact) -> list[str]:
    shown = []
    for days, hours in zip(DAYS_COLUMNS, HOURS_COLUMNS, strict=True):
        if hours in fact.numbers:
            shown.append(f"{plain_text(fact.numbers[hours])}h")
        else:
            shown.append(plain_text(fact.numbers[days]) if days in fact.numbers else "")
    return shown


def fact_json(fact: SectorFact) -> dict[str, Any]:
    """A fact, its numbers as text by column; a number that the source does not give is None."""
    columns = (*DAYS_COLUMNS, *HOURS_COLUMNS)
    numbers = {
        name: plain_text(fact.numbers[name]) if name in fact.numbers else None for name in columns
    }
    return {
        "joint_committee": fact.joint_committee,
        "from": fact.first.isoformat(),
        "to": fact.last.isoformat() if fact.last else None,
        **numbers,
        "kind": fact.kind,
        "right": fact.right or None,
        "agreement": fact.agreement or None,
        "source": fact.source,
        "confidence": fact.confidence or None,
        "note": fact.note or None,
        "file": fact.file,
        "row": fact.row,
    }
