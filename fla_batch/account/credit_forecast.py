"""The credit of every worker in the user's files, computed here (REST manual 3.3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fla_batch.account.account import declared_accounts
from fla_batch.account.ledger_account import ledger_account
from fla_batch.account.remaining_credit import Forecast, TrainingTime
from fla_batch.account.rest_json import credit_json
from fla_batch.intake import AS_FOUND, ReadingChoice, read_inputs
from fla_batch.models import Declaration
from fla_batch.rules import RuleContext, check
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.fla_windows import USUAL_WINDOWS, FlaWindows

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.vocabulary.terms import Environment


@dataclass(slots=True)
class Inputs:
    """What the files declare, and all anomalies; blocked declarations are left out."""

    declarations: list[Declaration] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)


def read(paths: Iterable[Path], context: RuleContext, how: ReadingChoice = AS_FOUND) -> Inputs:
    """The declarations in `paths`, checked by the rules without a history."""
    inputs = Inputs()
    for item in read_inputs(paths, how):
        if isinstance(item, Anomaly):
            inputs.anomalies.append(item)
            continue
        found = check(item, context)
        inputs.anomalies += found
        if not any(anomaly.blocks for anomaly in found):
            inputs.declarations.append(item.declaration)
    return inputs


def forecasts(
    declarations: Iterable[Declaration],
    calculated_at: datetime,
    windows: FlaWindows = USUAL_WINDOWS,
) -> Iterator[Forecast]:
    """The credit of each employer's workers at `calculated_at` (Belgian local time), in order."""
    for account in declared_accounts(declarations):
        yield account.credit(calculated_at, windows=windows)


def with_ledger(
    declarations: Iterable[Declaration],
    ledger: Ledger,
    environment: Environment,
) -> list[Declaration]:
    """`declarations`, and what the platform is known to hold of their workers in other years.

    A declaration in a file counts before what the ledger holds for the same kind and year.
    """
    given = list(declarations)
    keys = {declaration.key for declaration in given}
    for company_id, inss in dict.fromkeys(one.key[:2] for one in tuple(given)):
        known = ledger_account(ledger, environment, company_id, inss).counting()
        given += [declaration for declaration in known if declaration.key not in keys]
    return given


def forecast_json(found: Forecast) -> dict[str, Any]:
    """A credit in the manual's shape, and what it does not show; see `Forecast`."""
    return credit_json(found.credit) | {
        "uncovered": [_time_json(time) for time in found.uncovered],
        "notCounted": [_time_json(time) | {"reason": "no status"} for time in found.without_status],
        "remarks": [str(zone) for zone in found.beyond_bounds],
    }


def _time_json(time: TrainingTime) -> dict[str, Any]:
    """Time of a period, with the manual's names of its zones."""
    return {
        "trainingStartDate": time.start_date.isoformat(),
        "trainingEndDate": time.end_date.isoformat(),
        "trainingHours": time.hours_centi,
        "scope": time.scope,
    }
