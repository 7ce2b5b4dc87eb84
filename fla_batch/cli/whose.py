"""`--company-id`, `--inss`, `--year`: one employer, worker or year, on whatever shows something."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from fla_batch.cli.options import YEAR, gathered
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_inss,
    is_valid_company_id,
    is_valid_inss,
    mask_inss,
)

if TYPE_CHECKING:
    from fla_batch.ledger.records import Whom
    from fla_batch.report.training_account import Chosen


class Whose(NamedTuple):
    """Whom the user named; None for nobody in particular."""

    company_id: str | None = None
    inss: str | None = None
    year: int | None = None

    @classmethod
    def of(cls, company_id: str | None, inss: str | None, year: int | None) -> Whose:
        """The numbers in their compact forms. Raises UsageMistake for wrong check digits."""
        company = compact_company_id(company_id) if company_id else None
        worker = compact_inss(inss) if inss else None
        if company and not is_valid_company_id(company):
            raise UsageMistake(f"{company} is no company number: its check digits are wrong")
        if worker and not is_valid_inss(worker):
            raise UsageMistake(f"{mask_inss(worker)} is no national number: check its digits")
        return cls(company, worker, year)

    @property
    def whom(self) -> Whom:
        """The rows of the ledger about those."""
        from fla_batch.ledger.records import Whom

        return Whom(*self)

    @property
    def chosen(self) -> Chosen:
        """The accounts of those."""
        from fla_batch.report.training_account import Chosen

        return Chosen(
            (self.company_id,) if self.company_id else (),
            (self.inss,) if self.inss else (),
            (self.year,) if self.year else (),
        )


EVERYBODY = Whose()


whose_options = gathered(
    "whose",
    Whose.of,
    click.option("--company-id", metavar="NUMBER", help="One employer."),
    click.option("--inss", metavar="NUMBER", help="One worker."),
    click.option("--year", type=YEAR, metavar="YEAR", help="That year."),
)
"""The command gets one `Whose` as `whose`."""
