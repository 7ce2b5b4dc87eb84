"""`sandbox serve --seed`, its live lines, and the whole round of a provider's training by hand."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_sandbox import serving
from tests.command_line import CommandLine

EMPLOYER = ("--company-id", "880820673")
WORKER = "81511716525"
WAIT = ("--watch", "0.2", "--timeout", "60")


def test_the_shipped_seed_and_a_providers_training(fla: CommandLine, tmp_path: Path) -> None:
    """The commands of docs/guides/validate-a-providers-training.md, one by one."""
    with serving(tmp_path / "sandbox", "--seed", "example") as settings:
        here = CommandLine(fla.capsys, settings)
        listed = here("ask", "to-validate", *EMPLOYER, *WAIT, "--json")
        assert listed.code == 0
        (answer,) = listed.document["answers"]
        assert [each["inss"] for each in answer["employees"]] == [81511716525, 70081500504]
        workers = tmp_path / "workers.json"
        workers.write_text(listed.out, encoding="utf-8")

        asked = here(
            *("ask", "trainings", *EMPLOYER, "--workers", workers),
            *("--processing-state", "all", *WAIT),
        )
        assert asked.code == 0
        assert "toValidate" in asked.out
        assert "First aid" in asked.out
        shown = here("ask", "trainings", *EMPLOYER, "--processing-state", "all", "--show", "--json")
        assert len(shown.document["answers"]) == 2

        output = tmp_path / "validated.json"
        chosen = here("trainings", "validate", *EMPLOYER, "--all", "-o", output, "--json")
        assert chosen.code == 0
        assert [each["calendar_year"] for each in chosen.document["validated"]] == [2025, 2025]
        assert output.stat().st_mode & 0o777 == 0o600

        assert here("run", output, "--every", "0.2", "--timeout", "60").code == 0
        left = here("ask", "to-validate", *EMPLOYER, *WAIT, "--json")
        assert left.document["answers"] == [{"employees": []}]


def test_choosing_by_id(fla: CommandLine, tmp_path: Path) -> None:
    number = "3f2b7a8e-9c41-4d0e-8b57-1f6a2c9d7e30"
    with serving(tmp_path / "sandbox", "--seed", "example") as settings:
        here = CommandLine(fla.capsys, settings)
        assert here("trainings", "validate", *EMPLOYER, "-o", "x.json").code == 2
        nothing = here("trainings", "validate", *EMPLOYER, "--all", "-o", "x.json")
        assert nothing.code == 2
        assert "--processing-state all" in nothing.err
        here(
            *("ask", "trainings", *EMPLOYER, "--inss", WORKER, "--year", "2025"),
            *("--processing-state", "all", *WAIT),
        )
        chosen = here("trainings", "validate", *EMPLOYER, "--id", number, "-o", "x.json")
        assert chosen.code == 0
        assert f"First aid  2025-05-06  2025-05-06  {number}" in chosen.out
        (body,) = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
        assert body["employee"]["inss"] == int(WORKER)
        (training,) = body["trainings"]
        assert training["trainingSequenceNbr"] == 1
        assert training["trainingProviderReference"] == {
            "providerTrainingId": number,
            "trainingProviderCompanyId": 400767772,
        }


def test_a_seed_that_is_none(fla: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text('{"prefilledRights": 1}', encoding="utf-8")
    called = fla("sandbox", "serve", "--port", "0", "--dir", tmp_path / "sandbox", "--seed", path)
    assert called.code == 3
    assert "seed.json is no seed of the sandbox" in called.err


def test_two_faults_that_contradict_each_other(fla: CommandLine) -> None:
    called = fla("sandbox", "serve", "--fault", "answer-never", "--fault", "answer-twice")
    assert called.code == 2
    assert "one way at a time" in called.err
