"""`--company-id`, `--inss`, `--year`: one employer, worker or year, on whatever shows something."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import click

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

Command = TypeVar("Command", bound=Callable[..., Any])


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


def whose_options(command: Command) -> Command:
    """Adds the three; the command gets one `Whose` as `whose`."""

    @wraps(command)
    def call(
        *args: Any,
        company_id: str | None = None,
        inss: str | None = None,
        year: int | None = None,
        **rest: Any,
    ) -> Any:
        return command(*args, whose=Whose.of(company_id, inss, year), **rest)

    decorated: Any = call
    for option in (
        click.option("--year", type=click.IntRange(1951, 2099), metavar="YEAR", help="That year."),
        click.option("--inss", metavar="NUMBER", help="One worker."),
        click.option("--company-id", metavar="NUMBER", help="One employer."),
    ):
        decorated = option(decorated)
    return cast(Command, decorated)
