"""One state behind photo, register, credit and guard, over sFTP (1, "One account")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fla_batch.account import credit_forecast
from fla_batch.sandbox.seed import load_seed
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import EMPLOYER, WORKER, Clock, Office, newcomer, open_office
from tests.e2e_manual.test_providers import register, registered

CASES = Path(__file__).parents[1] / "account" / "cases"


def case(name: str) -> Any:
    return json.loads((CASES / name).read_text(encoding="utf-8"))


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Office]:
    """An office at the end of 2025: all of that year can be declared."""
    with open_office(tmp_path / "ground", Clock(datetime(2025, 12, 30, 11, 0, tzinfo=UTC))) as here:
        yield here


def names(answer: dict[str, Any]) -> dict[str, str]:
    found = answer["flaDataDeclaration"]["trainings"]
    return {each["trainingDenomination"]: each["processingState"] for each in found}


def test_ghost_a_training_that_a_later_photo_leaves_out_stands_to_validate_again(
    late: Office,
) -> None:
    load_seed(CASES / "ghost-0-seed.json").sow(late.ground.platform, on=date(2025, 2, 21))
    late.declare(case("ghost-1-validated.json"))
    late.declare(case("ghost-2-photo-without-it.json"), allow_removals=True)
    told = late.ask(FormKind.ASK_TRAININGS, [2025])
    assert [each["trainingDenomination"] for each in told["flaDataDeclaration"]["trainings"]] == [
        "Own course"
    ]
    assert names(late.ask(FormKind.ASK_TRAININGS, [2025], processing_state="all")) == {
        "Own course": "validated",
        "First aid": "toValidate",
    }
    late.declare(case("ghost-3-next-photo-adds-one.json"))
    listed = late.ask(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")
    assert listed == {"employees": [{"inss": int(WORKER), "year": 2025}]}


def test_what_validates_itself_is_not_taken_for_the_employers_own(
    late: Office, tmp_path: Path
) -> None:
    own = case("ghost-2-photo-without-it.json")
    own["employer"]["flaImportanceCode"] = 2
    late.declare(own)
    load_seed(CASES / "ghost-0-seed.json").sow(late.ground.platform, on=date(2025, 2, 21))
    for state in (None, "all", "validated"):
        filters = {"processing_state": state} if state else {}
        late.ask(FormKind.ASK_TRAININGS, [2025], **filters)
        own["trainings"][0]["trainingOrganiserName"] = f"by {state}"
        late.declare(own)
    with newcomer(late, tmp_path / "newcomer") as other:
        other.ask(FormKind.ASK_TRAININGS, [2025], processing_state="all")
        own["trainings"][0]["trainingOrganiserName"] = "newcomer"
        other.declare(own)


def test_what_a_small_employer_declared_stays_guarded(late: Office) -> None:
    validated = case("ghost-1-validated.json")
    validated["employer"]["flaImportanceCode"] = 2
    load_seed(CASES / "ghost-0-seed.json").sow(late.ground.platform, on=date(2025, 2, 21))
    late.declare(validated)
    late.ask(FormKind.ASK_TRAININGS, [2025], processing_state="all")
    assert "photo-shrinks" in late.blocked(case("ghost-2-photo-without-it.json"))


def test_one_number_for_the_credit_whoever_asks(late: Office) -> None:
    bodies = case("day-hours-known-in-another-year-only.json")
    late.declare(*bodies)
    put = late.credit_told()
    gets = [
        late.ask(FormKind.ASK_CREDIT),
        late.ask(FormKind.ASK_RIGHTS, [2024])["flaCreditCalculation"],
        late.ask(FormKind.ASK_RIGHTS, [2024], right_type="LEGAL")["flaCreditCalculation"],
        late.ask(FormKind.ASK_TRAININGS, [2025])["flaCreditCalculation"],
    ]
    read = credit_forecast.read(
        [CASES / "day-hours-known-in-another-year-only.json"], late.workspace_context()
    )
    local = belgian(late.clock()).replace(tzinfo=None)
    (forecast,) = credit_forecast.forecasts(read.declarations, local)
    told = [*gets, put, credit_forecast.forecast_json(forecast)]
    assert {each["legalFlaCredit"]["totalLegalFlaCreditHours"] for each in told} == {3900}


@pytest.mark.parametrize("size", [2, 6], ids=["5 workers", "50 workers"])
def test_a_validated_training_counts_once_its_photo_holds_it(office: Office, size: int) -> None:
    """3.2: before it is in the declaration it gives nothing and takes nothing."""
    office.ground.platform.accounts.set_importance_code(EMPLOYER, size)
    register(office, registered(1, "First aid"))
    before = office.ask(FormKind.ASK_CREDIT)
    assert "legalFlaCredit" not in before
    state = names(office.ask(FormKind.ASK_TRAININGS, [2024], processing_state="all"))
    assert state == {"First aid": "validated" if size == 2 else "toValidate"}
