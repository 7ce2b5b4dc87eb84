"""What the sandbox knows before the first batch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.seed import load_seed
from fla_batch.vocabulary.errors import ConfigurationMistake, UsageMistake
from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.practice import EMPLOYER, MANUAL, TODAY, NewPractice, question

BODY = json.loads((MANUAL / "PutTraining_input.json").read_text(encoding="utf-8"))
WHO = {"companyId": 880820673, "inss": 81511716525, "calendarYear": 2024}
TRAINING = {
    **BODY["trainings"][0],
    "trainingProviderReference": {
        "providerTrainingId": "3f2b7a8e-9c41-4d0e-8b57-1f6a2c9d7e30",
        "trainingProviderCompanyId": "0400767772",
    },
}
SEED: dict[str, Any] = {
    "prefilledRights": [
        {**WHO, "legalFlaRight": {"legalFlaRightHours": 3800, "jointCommissionNbr": ["202.01"]}}
    ],
    "providerTrainings": [{**WHO, "training": TRAINING}],
    "employers": [{"companyId": EMPLOYER, "flaImportanceCode": 5}],
}


def written(folder: Path, content: object) -> Path:
    path = folder / "seed.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_seed_fills_accounts_and_register_once(new_practice: NewPractice, tmp_path: Path) -> None:
    practice = new_practice()
    seed = load_seed(written(tmp_path, SEED))

    seed.sow(practice.platform, on=TODAY)
    seed.sow(practice.platform, on=TODAY)

    rights = practice.judge(question(FormKind.ASK_RIGHTS, calendar_year=2024)).answer
    assert rights is not None
    assert rights.training_rights is not None
    assert rights.training_rights.legal_fla_right is not None
    asked = question(FormKind.ASK_TRAININGS, calendar_year=2024, processing_state="toValidate")
    trainings = practice.judge(asked).answer
    assert trainings is not None
    assert len(trainings.trainings) == 1


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"prefilledRight": []},
        {"employers": [{"companyId": EMPLOYER, "flaImportanceCode": 12}]},
        {"prefilledRights": [{"inss": 81511716525}]},
    ],
)
def test_what_is_no_seed_is_told_without_a_national_number(tmp_path: Path, content: object) -> None:
    with pytest.raises(ConfigurationMistake) as told:
        load_seed(written(tmp_path, content))

    assert "seed.json" in str(told.value)
    assert "81511716525" not in str(told.value)


def test_a_missing_seed_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationMistake, match="cannot be read"):
        load_seed(tmp_path / "seed.json")


def test_half_a_seed_is_not_sown(tmp_path: Path) -> None:
    nameless = {**TRAINING, "trainingProviderReference": None}
    seed = load_seed(
        written(tmp_path, {**SEED, "providerTrainings": [{**WHO, "training": nameless}]})
    )
    platform = Platform()

    with pytest.raises(UsageMistake):
        seed.sow(platform, on=TODAY)

    assert platform.accounts.importance_code(EMPLOYER) is None
    platform.store.close()
