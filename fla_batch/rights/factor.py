"""Factor A: days a year of a full-timer, per employer and joint committee (2.2.2 and 2.2.3).

>>> from fla_batch.rights.law import law_of
>>> from fla_batch.rights.sector import sector_table
>>> found = factor_a(law_of(2024), sector_table(), Fraction(25), "227")
>>> str(found.days), found.basis.value
('2', 'sector')
>>> str(factor_a(law_of(2024), sector_table(), Fraction(25), "227", outside_law=True).days)
'0'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fla_batch.rights.law import Law, SizeClass
from fla_batch.rights.sector import (
    NO_FACTS,
    FoundFacts,
    SectorFact,
    SectorTable,
    find_facts,
    law_fact,
)


class FactorBasis(StrEnum):
    """Where the number of days comes from."""

    LAW = "law"
    SECTOR = "sector"
    OUTSIDE_LAW = "outside-law"


class FactorNote(StrEnum):
    """What a reader of the explanation must know about the number."""

    NO_SECTOR_FACT = "no-sector-row"
    SECTOR_SILENT = "sector-silent"
    COLLECTIVE = "collective"
    SECTOR_SUPPLEMENT = "sector-supplement"
    CONFIDENCE = "confidence"


@dataclass(frozen=True, slots=True)
class Supplement:
    """What a sector adds below 10 workers, in days or in hours; no legal right."""

    days: Fraction | None
    hours: Fraction | None
    fact: SectorFact


@dataclass(frozen=True, slots=True)
class Factor:
    """A, in days or, where the sector counts so, in hours of a full-timer, with what decided it.

    `fact` is the law's or the sector's. `looked_up` are all facts that concern the case.
    """

    days: Fraction | None
    size: Fraction
    size_class: SizeClass
    basis: FactorBasis
    fact: SectorFact
    hours: Fraction | None = None
    looked_up: FoundFacts = NO_FACTS
    notes: tuple[FactorNote, ...] = ()
    supplement: Supplement | None = None

    @property
    def is_unsure(self) -> bool:
        """True when nobody should sign for the number without looking it up."""
        wanting = (FactorNote.NO_SECTOR_FACT, FactorNote.SECTOR_SILENT, FactorNote.COLLECTIVE)
        return any(note in wanting for note in self.notes) or (
            self.basis is FactorBasis.SECTOR and self.fact.is_unsure
        )


def factor_a(
    law: Law,
    table: SectorTable,
    size: Fraction,
    joint_committee: str,
    *,
    outside_law: bool = False,
) -> Factor:
    """A by the law's size class, unless a fact of the sector says otherwise.

    `outside_law`: the employer has no relation under the law of 5 December 1968, so A is 0.
    """
    found = law.size_class(size)
    by_law = law_fact(table, law.year)
    if outside_law:
        return Factor(Fraction(0), size, found, FactorBasis.OUTSIDE_LAW, by_law)
    facts = find_facts(table, joint_committee, law.year, found.name)
    notes = _notes(facts)
    added = facts.supplement
    supplement = None
    if added is not None:
        supplement = Supplement(added.days(found.name), added.hours(found.name), added)
    fact = facts.legal or by_law
    basis = FactorBasis.SECTOR if facts.legal else FactorBasis.LAW
    hours = fact.hours(found.name)
    days = None if hours is not None else fact.days(found.name)
    return Factor(days, size, found, basis, fact, hours, facts, notes, supplement)


def _notes(facts: FoundFacts) -> tuple[FactorNote, ...]:
    notes = []
    if facts.supplement is not None:
        notes.append(FactorNote.SECTOR_SUPPLEMENT)
    elif facts.legal is None:
        wanting = FactorNote.COLLECTIVE if facts.collective else FactorNote.NO_SECTOR_FACT
        notes.append(FactorNote.SECTOR_SILENT if facts.silent else wanting)
    used = facts.legal or facts.supplement
    if used is not None and used.confidence != "high":
        notes.append(FactorNote.CONFIDENCE)
    return tuple(notes)
