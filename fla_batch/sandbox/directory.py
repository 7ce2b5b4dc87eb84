"""The employers' directory of the sandbox: which company numbers exist for the platform."""

from __future__ import annotations

from dataclasses import dataclass

from fla_batch.vocabulary.identifiers import is_valid_company_id

ABSENT_EMPLOYERS = frozenset({"0999999922", "0888888895"})
"""Valid numbers that the sandbox does not know, to practise with (decision 0604)."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Knows every valid number but those in `absent`; with `only`, just these.

    >>> Directory().holds("0880820673"), Directory().holds("0999999922")
    (True, False)
    """

    absent: frozenset[str] = ABSENT_EMPLOYERS
    only: frozenset[str] | None = None

    def holds(self, company_id: str) -> bool:
        """True when the employer is in the directory."""
        if self.only is not None:
            return company_id in self.only
        return is_valid_company_id(company_id) and company_id not in self.absent
