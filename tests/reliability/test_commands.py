"""`correct`, `ledger`, `replay` and `purge` as a user calls them."""

from __future__ import annotations

import json

import pytest

from fla_batch.cli.edge import run
from tests.builders import inss
from tests.reliability.inputs import ABSENT_EMPLOYER
from tests.reliability.scene import Scene
from tests.reliability.test_correct import MIXED, declared

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def name(scene: Scene) -> str:
    """A batch of three forms, one of them refused."""
    with scene.workspace() as workspace:
        batch = declared(scene, workspace, *MIXED)
    # The command line's clock is the real one, and the scene's certificate is of 2025.
    config = scene.folder / "fla-batch.toml"
    lines = config.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("key_file", "certificate_file"))]
    config.write_text("\n".join(kept), encoding="utf-8")
    return batch


def call(scene: Scene, *arguments: str) -> int:
    return run([*arguments, "--config", str(scene.folder / "fla-batch.toml")])


def test_r23_correct_in_words_and_as_json(scene: Scene, name: str, capsys: Capture) -> None:
    first = str(scene.folder / "first.json")
    assert call(scene, "correct", name, first) == 0
    said = capsys.readouterr().out
    assert f"1 form, corrects {name}" in said
    assert "2 other declarations in the input left alone" in said
    assert f"the same as was refused: worker {inss(2)}, employer {ABSENT_EMPLOYER}" in said
    assert call(scene, "correct", name, first, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["batches"], document["ignored"]) == ([], 3)
    assert [each["inss"] for each in document["already_corrected"]] == [inss(2)]


def test_ledger_verify_says_what_to_do(scene: Scene, name: str, capsys: Capture) -> None:
    assert call(scene, "ledger", "verify") == 0
    assert capsys.readouterr().out == "Ledger and outbox fit together.\n"
    next((scene.outbox / "S" / name / "sent").glob("FI.*")).write_bytes(b"changed")
    assert call(scene, "ledger", "verify", "--json") == 1
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert fault["problem"] == "was changed after it was built"
    assert fault["advice"].startswith("Restore the file from a backup")


def test_r16_ledger_rebuild_reads_the_answers_again(
    scene: Scene, name: str, capsys: Capture
) -> None:
    assert call(scene, "ledger", "rebuild") == 0
    assert capsys.readouterr().out == "2 answers read again, 0 left alone.\n"


def test_r17_replay_of_an_empty_quarantine(scene: Scene, name: str, capsys: Capture) -> None:
    assert call(scene, "replay") == 0
    assert capsys.readouterr().out == "Quarantine is empty.\n"


def test_s12_purge_needs_a_retention_time(scene: Scene, name: str, capsys: Capture) -> None:
    assert call(scene, "purge") == 2
    assert call(scene, "purge", "--older-than", "1", "--json") == 0
    # The scene's clock stood in 2025: by today's, the batch is old.
    assert json.loads(capsys.readouterr().out)["batches"] == [name]
