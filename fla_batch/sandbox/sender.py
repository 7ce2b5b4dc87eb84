"""The account that the portal serves: who sends, for whom, and with which certificate."""

from __future__ import annotations

from dataclasses import dataclass

from fla_batch.vocabulary.terms import RightSource


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender behind the technical user whose folders are served.

    `number` is the six-digit sender number. `employers` are the company numbers that it may
    declare for, None for all. `holder` is the subject that its certificates must have (RFC 4514
    text), None for any. `source` is what the platform notes for the rights that it declares:
    EMPLOYER, or PROVIDER for a mandate holder.
    """

    number: str
    authorised: bool = True
    employers: frozenset[str] | None = None
    holder: str | None = None
    source: RightSource = RightSource.EMPLOYER

    def may_declare_for(self, company_id: str | None) -> bool:
        """True when the sender has a mandate for that employer."""
        return self.employers is None or company_id in self.employers
