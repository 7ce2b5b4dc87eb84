"""The personnel file of the individual training accounts: what neither platform nor ledger knows.

A table with a row per worker: INSS, and of CompanyID, names, birth, address, regime, committee and
growth path what there is, under their headings in English, French or Dutch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fla_batch.intake.named_rows import headings_of, named_rows
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_inss,
    is_valid_inss,
    mask_text,
)

PERSONAL = ("names", "birth", "address", "regime", "committee", "growth")
"""What the account takes from the personnel file, in the order of its page."""


@dataclass(slots=True)
class PersonnelFile:
    """What is known of each worker, by national number; `find` prefers the row of the employer."""

    rows: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def find(self, company_id: str, inss: str) -> dict[str, str]:
        """What PERSONAL names, as far as it is known; empty for an unknown worker."""
        return self.rows.get((company_id, inss)) or self.rows.get(("", inss)) or {}


def read_personnel_file(path: Path) -> PersonnelFile:
    """The workers in a table. Raises InputUnreadable, with the row of a wrong national number."""
    found = PersonnelFile()
    for row, cells in named_rows(path, headings_of("personnel")):
        inss = compact_inss(cells.get("INSS", ""))
        if not is_valid_inss(inss):
            why = f"{inss[:20]!r} is no national number: check its digits"
            raise InputUnreadable(
                mask_text(f"{path.name}, row {row}: {why}"), file=path.name, row=row
            )
        company = cells.get("CompanyID") or ""
        known = dict(_personal(cells))
        found.rows[compact_company_id(company) if company else "", inss] = known
        found.rows.setdefault(("", inss), known)
    return found


def _personal(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    together = {"names": ("names", "first"), "birth": ("birth", "birthplace")}
    for name in PERSONAL:
        parts = [cells.get(part, "") for part in together.get(name, (name,))]
        text = (", " if name == "birth" else " ").join(part for part in parts if part)
        if text:
            yield name, text
