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
from fla_batch.rights.sector import SectorRow, SectorTable, find_sector


class FactorBasis(StrEnum):
    """Where the number of days comes from."""

    LAW = "law"
    SECTOR = "sector"
    OUTSIDE_LAW = "outside-law"


class FactorNote(StrEnum):
    """What a reader of the explanation must know about the number."""

    NO_SECTOR_ROW = "no-sector-row"
    SECTOR_SILENT = "sector-silent"
    SECTOR_SUPPLEMENT = "sector-supplement"
    CONFIDENCE = "confidence"


@dataclass(frozen=True, slots=True)
class Factor:
    """A, in days (0 or more, possibly a fraction), with all that decided it."""

    days: Fraction
    size: Fraction
    size_class: SizeClass
    basis: FactorBasis
    row: SectorRow | None = None
    notes: tuple[FactorNote, ...] = ()


def factor_a(
    law: Law,
    table: SectorTable,
    size: Fraction,
    joint_committee: str,
    *,
    outside_law: bool = False,
) -> Factor:
    """A by the law's size class, unless the sector's table says otherwise.

    `outside_law`: the employer has no relation under the law of 5 December 1968, so A is 0.
    """
    found = law.size_class(size)
    if outside_law:
        return Factor(Fraction(0), size, found, FactorBasis.OUTSIDE_LAW)
    row = find_sector(table, joint_committee, law.year)
    if row is None:
        notes: tuple[FactorNote, ...] = (FactorNote.NO_SECTOR_ROW,)
        return Factor(found.days, size, found, FactorBasis.LAW, None, notes)
    days = row.days[found.name]
    notes = (FactorNote.CONFIDENCE,) if row.confidence != "high" else ()
    if days is None:
        notes = (FactorNote.SECTOR_SILENT, *notes)
        return Factor(found.days, size, found, FactorBasis.LAW, row, notes)
    if found is law.size_classes[0] and days > 0:
        notes = (FactorNote.SECTOR_SUPPLEMENT, *notes)
    return Factor(days, size, found, FactorBasis.SECTOR, row, notes)
