"""The JSON Schemas are shipped as they are made, know every command, and fit what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fla_batch.cli.commands import commands
from fla_batch.models import DECLARATIONS
from fla_batch.vocabulary.documents import DOCUMENTS
from fla_batch.vocabulary.terms import FormKind
from tests.cli.test_never_a_traceback import leaves
from tests.command_line import CommandLine
from tests.json_schemas import FOLDER, all_of_them, given, require_documented

SERVES = {"ui"}
"""A page that is served: it prints no document."""
MANUAL = Path(__file__).parents[1] / "manual"


def test_they_are_shipped_as_they_are_made() -> None:
    made = all_of_them()
    assert {path.name for path in FOLDER.iterdir()} == set(made)
    for name, text in made.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, "python -m tests.cli.regenerate"
        Draft202012Validator.check_schema(json.loads(text))


def test_every_command_with_json_has_one() -> None:
    with_json = {
        name
        for name, command in leaves(commands)
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert with_json - SERVES == set(DOCUMENTS) - {"--version"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("PutTraining_input.json", FormKind.TRAININGS),
        ("PutTraining_Delete_1_input.json", FormKind.TRAININGS),
        ("PutTrainingRight_input.json", FormKind.TRAINING_RIGHTS),
        ("PutTrainingRight_deleteBy0Value_input.json", FormKind.TRAINING_RIGHTS),
    ],
)
def test_bodies_of_the_manual_fit(name: str, kind: FormKind) -> None:
    body = json.loads((MANUAL / name).read_text(encoding="utf-8"))
    faults = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(given(DECLARATIONS[kind])).iter_errors(body)
    ]
    assert faults == []


def test_a_body_that_is_wrong_does_not_fit() -> None:
    schema = given(DECLARATIONS[FormKind.TRAININGS])
    body = json.loads((MANUAL / "PutTraining_input.json").read_text(encoding="utf-8"))
    body["calendarYear"] = 1900
    body["employee"]["inss"] = "7"
    found = {error.json_path for error in Draft202012Validator(schema).iter_errors(body)}
    assert found == {"$.calendarYear", "$.employee.inss"}


def test_a_member_that_nobody_declared_is_noticed() -> None:
    with pytest.raises(AssertionError, match="new_member"):
        require_documented(["send"], {"batches": [], "new_member": 1})
    with pytest.raises(AssertionError, match="batches"):
        require_documented(["send"], {})


def test_the_version_says_what_it_is_made_of(fla: CommandLine) -> None:
    document = fla("--version", "--json").document
    assert document["libraries"]["lxml"]
    assert {len(profile["sha256"]) for profile in document["profiles"]} == {64}
    assert fla("--version").out == f"fla-batch, version {document['version']}\n"
