"""The credit of every worker in the user's files, computed here (REST manual 3.3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fla_batch.account.ledger_history import declaration_of
from fla_batch.account.remaining_credit import WINDOW_YEARS, Forecast, TrainingTime, forecast
from fla_batch.account.rest_json import credit_json
from fla_batch.intake import read_inputs
from fla_batch.models import DECLARATIONS, Declaration, DeclarationKey, Employee, Employer
from fla_batch.rules import RuleContext, check
from fla_batch.vocabulary.findings import Anomaly

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.vocabulary.terms import Environment


@dataclass(slots=True)
class Inputs:
    """What the files declare, and all anomalies; blocked declarations are left out."""

    declarations: list[Declaration] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)


def read(paths: Iterable[Path], context: RuleContext) -> Inputs:
    """The declarations in `paths`, checked by the rules without a history."""
    inputs = Inputs()
    for item in read_inputs(paths):
        if isinstance(item, Anomaly):
            inputs.anomalies.append(item)
            continue
        found = check(item, context)
        inputs.anomalies += found
        if not any(anomaly.blocks for anomaly in found):
            inputs.declarations.append(item.declaration)
    return inputs


def forecasts(declarations: Iterable[Declaration], calculated_at: datetime) -> Iterator[Forecast]:
    """The credit of each employer's workers at `calculated_at` (Belgian local time), in order.

    The hours of a worker's day, where a declaration lacks them, are those of the last year that
    has them; the credit names the worker without them, as the platform's does.
    """
    workers: dict[tuple[str, str], list[Declaration]] = {}
    for declaration in declarations:
        workers.setdefault(declaration.key[:2], []).append(declaration)
    for (company_id, inss), theirs in workers.items():
        day_hours = next(
            (
                one.employee.ref_hours_in_working_day
                for one in sorted(theirs, key=lambda one: -(one.calendar_year or 0))
                if one.employee.ref_hours_in_working_day
            ),
            None,
        )
        found = forecast(
            theirs,
            employer=Employer(company_id=company_id),
            employee=Employee(inss=inss, ref_hours_in_working_day=day_hours),
            calculated_at=calculated_at,
        )
        shown = found.credit.model_copy(update={"employee": Employee(inss=inss)})
        yield Forecast(shown, found.uncovered)


def with_ledger(
    declarations: Iterable[Declaration],
    ledger: Ledger,
    environment: Environment,
    calculated_at: datetime,
) -> list[Declaration]:
    """`declarations`, and what the platform is known to hold of their workers in other years.

    A declaration in a file counts before what the ledger holds for the same kind and year.
    """
    given = list(declarations)
    keys = {declaration.key for declaration in given}
    # A period in the window takes from rights of four years before it, as did those before.
    years = range(calculated_at.year - 2 * (WINDOW_YEARS - 1), calculated_at.year + 1)
    for company_id, inss in dict.fromkeys(key[:2] for key in (each.key for each in given)):
        for kind in DECLARATIONS:
            for year in years:
                key = DeclarationKey(company_id, inss, year, kind)
                photo = None if key in keys else ledger.last_accepted(key, environment)
                if photo is not None:
                    given.append(declaration_of(kind, photo.body))
    return given


def forecast_json(found: Forecast) -> dict[str, Any]:
    """A credit in the manual's shape, and the time for which there was none."""
    return credit_json(found.credit) | {
        "uncovered": [uncovered_json(time) for time in found.uncovered]
    }


def uncovered_json(time: TrainingTime) -> dict[str, Any]:
    """Followed time without credit, with the manual's names of a period's zones."""
    return {
        "trainingStartDate": time.start_date.isoformat(),
        "trainingEndDate": time.end_date.isoformat(),
        "trainingHours": time.hours_centi,
        "scope": time.scope,
    }
