"""PUT, GET and deletion of trainingRights, with the manual's own data (3.3.3.2 to 3.3.3.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fla_batch.ledger.lifecycle import FormState
from fla_batch.models import LegalFlaRight
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import EMPLOYER, OTHER_WORKER, WORKER, Office, newcomer, printed

ACCOUNT = AccountYear(EMPLOYER, WORKER, 2024)
PLATFORMS = LegalFlaRight(
    legal_fla_right_hours=3800,
    working_regulations_registry_nbr="181682/CO/200",
    joint_commission_nbr=("202.01",),
)
DELETE_BY_0 = "PutTrainingRight_deleteBy0Value_input.json"
DELETE_BY_OMISSION = "PutTrainingRight_deleteByDesactivation_input.json"


def states(forms: list[Any]) -> list[FormState]:
    return [form.state for form in forms]


def prefill(office: Office, worker: str = WORKER) -> None:
    account = AccountYear(EMPLOYER, worker, 2024)
    office.ground.platform.prefill(account, PLATFORMS, on=office.clock().date())


def rights(office: Office, **filters: Any) -> dict[str, Any]:
    declared = office.ask(FormKind.ASK_RIGHTS, [2024], **filters)["flaDataDeclaration"]
    found: dict[str, Any] = declared.get("trainingRights", {})
    return found


def test_put_training_rights(office: Office) -> None:
    assert states(office.declare("PutTrainingRight_input.json")) == [FormState.ACCEPTED]
    credit = office.credit_told()
    assert credit["complementarySectorCredit"]["totalComplementarySectorCreditHours"] == 4000
    assert "legalFlaCredit" not in credit


def test_get_training_rights(office: Office) -> None:
    """The employer declared sector and employer rights; the platform computed the legal one."""
    prefill(office)
    office.declare("PutTrainingRight_input.json")
    answer = office.ask(FormKind.ASK_RIGHTS, [2024])
    expected = printed("GetTrainingRight_output.json")
    assert answer["flaDataDeclaration"] == expected["flaDataDeclaration"]
    assert answer["anomalies"] == []
    assert answer["flaCreditCalculation"]["legalFlaCredit"]["totalLegalFlaCreditHours"] == 3800


def test_source_and_validity_come_with_a_right_type_only(office: Office) -> None:
    prefill(office)
    assert "source" not in rights(office)["legalFlaRight"]
    legal = rights(office, right_type="LEGAL")["legalFlaRight"]
    assert legal["source"] == "FLA"
    assert legal["legalFlaRightValidityEndDate"] == "2028-12-31"


def test_deletion_by_the_value_0(office: Office) -> None:
    office.declare("GetTrainingRight_output.json")
    assert office.blocked(DELETE_BY_0) == ["photo-shrinks", "photo-shrinks"]
    assert states(office.declare(DELETE_BY_0, allow_removals=True)) == [FormState.ACCEPTED]
    assert rights(office) == {}


def test_deletion_by_deactivation(office: Office) -> None:
    """The platform keeps the legal right, which therefore stays."""
    prefill(office)
    office.declare("PutTrainingRight_input.json")
    assert office.blocked(DELETE_BY_OMISSION) == ["photo-shrinks", "photo-shrinks"]
    forms = office.declare(DELETE_BY_OMISSION, allow_removals=True)
    assert states(forms) == [FormState.ACCEPTED]
    assert list(rights(office)) == ["legalFlaRight"]


def test_asking_first_does_not_block_what_the_platform_accepts(office: Office) -> None:
    """A legal right that the platform computed is not taken for one that must stay."""
    prefill(office)
    assert list(rights(office)) == ["legalFlaRight"]
    assert states(office.declare("PutTrainingRight_input.json")) == [FormState.ACCEPTED]


def test_what_was_read_back_guards_the_next_photo(office: Office, tmp_path: Path) -> None:
    office.declare("PutTrainingRight_input.json")
    with newcomer(office, tmp_path / "new") as other:
        rights(other)
        assert other.blocked(DELETE_BY_OMISSION) == ["photo-shrinks", "photo-shrinks"]


def test_the_legal_right_must_stay(office: Office, tmp_path: Path) -> None:
    office.declare("GetTrainingRight_output.json")
    without = office.blocked(DELETE_BY_OMISSION, allow_removals=True)
    assert without == ["legal-must-stay"]
    with newcomer(office, tmp_path / "new") as other:
        forms = other.declare(DELETE_BY_OMISSION)
        assert states(forms) == [FormState.REFUSED]
        (found,) = other.workspace.ledger.anomalies(forms[0].batch)
        assert found.anomaly.error_id == "FLA09-001"
        assert "legalFlaRight" in rights(other)


def test_the_same_rights_again_are_a_warning(office: Office) -> None:
    """3.4.2: FLA04-272, with the credit of the manual's example."""
    body = printed("Status200_warnings.json")["flaDataDeclaration"]
    office.declare(body)
    office.declare(body | {"calendarYear": 2024}, "PutTraining_input.json")

    forms = office.declare(body, again=True)

    assert states(forms) == [FormState.WARNED]
    (row,) = office.workspace.ledger.anomalies(forms[0].batch)
    (expected,) = printed("Status200_warnings.json")["anomalies"]
    assert row.anomaly.error_id == expected["errorId"]
    assert row.anomaly.label.fr == expected["label"]["fr"]
    credit = printed("Status200_warnings.json")["flaCreditCalculation"]
    told = office.credit_told()
    assert told["legalFlaCredit"] == credit["legalFlaCredit"]
    assert told["complementarySectorCredit"] == credit["complementarySectorCredit"]


def test_an_employer_outside_the_directory(office: Office) -> None:
    """3.4.3: 00014-017."""
    body = printed("PutTrainingRight_input.json")
    body["employer"]["companyId"] = "0999999922"
    forms = office.declare(body)
    assert states(forms) == [FormState.REFUSED]
    (row,) = office.workspace.ledger.anomalies(forms[0].batch)
    (expected,) = printed("Status400_blocking.json")["anomalies"]
    assert row.anomaly.error_id == expected["errorId"]
    assert row.anomaly.blocks


def test_workers_whose_rights_changed(office: Office) -> None:
    """3.3.7.2."""
    for worker in (WORKER, OTHER_WORKER):
        prefill(office, worker)
    today = office.clock().date()
    answer = office.ask(FormKind.ASK_CHANGED_RIGHTS, modified_from_date=today)
    assert answer == printed("GetEmployeesTrainingRights_output.json")


def test_changes_of_other_kinds_and_years_are_left_out(office: Office) -> None:
    prefill(office)
    asked: dict[str, Any] = {"modified_from_date": office.clock().date()}
    legal = office.ask(FormKind.ASK_CHANGED_RIGHTS, right_type="LEGAL", **asked)
    assert legal["employees"] == [{"inss": int(WORKER), "year": 2024}]
    sector = office.ask(FormKind.ASK_CHANGED_RIGHTS, right_type="SECTOR", **asked)
    assert sector == {"employees": []}
    assert office.ask(FormKind.ASK_CHANGED_RIGHTS, [2023], **asked) == {"employees": []}
