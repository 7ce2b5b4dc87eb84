"""R23: only what was refused is built again, linked to the first, and never what was accepted."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.build_batches import BuiltBatch
from fla_batch.commands.correct import correct
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind
from tests.builders import company_id, inss
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.scene import Scene


def round_trip(scene: Scene, workspace: Workspace) -> None:
    """Everything that waits goes to the portal, and all answers come back."""
    send(workspace, to_send(workspace, []))
    scene.let_portal_work()
    poll(workspace)


def declared(scene: Scene, workspace: Workspace, *bodies: dict[str, Any]) -> str:
    """Builds, sends and polls; the batch's name."""
    result = build(workspace, [write(scene.folder / "first.json", *bodies)])
    (batch,) = result.batches
    round_trip(scene, workspace)
    return str(batch.name)


MIXED = (trainings_body(1), trainings_body(2, employer=ABSENT_EMPLOYER), rights_body(3))


def test_r23_only_what_was_refused_is_built_again_and_linked(scene: Scene) -> None:
    with scene.workspace() as workspace:
        first = declared(scene, workspace, *MIXED)
        mended = trainings_body(2, 3, ABSENT_EMPLOYER)
        again = write(scene.folder / "again.json", MIXED[0], mended, MIXED[2])
        result = correct(workspace, first, [again])
        (built,) = result.batches
        assert (built.forms, result.ignored, result.missing) == (1, 2, [])
        row = workspace.ledger.batch(built.name)
        assert row is not None
        assert str(row.previous) == first
        assert str(workspace.outbox.manifest(built.name).previous) == first
        (form,) = workspace.ledger.forms(built.name)
        assert (form.inss, form.company_id) == (inss(2), ABSENT_EMPLOYER)


def test_r23_a_correction_is_built_once_however_often_it_is_asked_for(scene: Scene) -> None:
    with scene.workspace() as workspace:
        first = declared(scene, workspace, *MIXED)
        again = write(scene.folder / "again.json", *MIXED)
        (built,) = correct(workspace, first, [again]).batches
        second = correct(workspace, first, [again])
        assert second.batches == []
        assert list(second.corrected.values()) == [built.name]
        # It is refused once more: now it may be corrected again.
        round_trip(scene, workspace)
        third = correct(workspace, first, [again])
        assert len(third.batches) == 1
        assert third.corrected == {}


def test_r23_a_correction_waits_for_another_one_and_then_looks(scene: Scene) -> None:
    """Two people correct one batch at once, each in his own way: only the first is built."""
    first_way = write(scene.folder / "first-way.json", trainings_body(2, 3, ABSENT_EMPLOYER))
    second_way = write(scene.folder / "second-way.json", trainings_body(2, 4, ABSENT_EMPLOYER))
    with scene.workspace() as other, ExitStack() as held:
        name = declared(scene, other, *MIXED)
        held.enter_context(other.ledger.lock("build S", other.clock))
        waited: list[BuiltBatch] = []

        def sleep(_: float) -> None:
            if not waited:
                held.close()
                waited.extend(correct(other, name, [first_way]).batches)

        with scene.workspace(run="SECOND") as workspace:
            workspace.waiting = replace(workspace.waiting, sleep=sleep)
            second = correct(workspace, name, [second_way])
    (built,) = waited
    assert second.batches == []
    assert list(second.corrected.values()) == [built.name]


def test_r23_a_refused_form_without_a_correction_is_listed(scene: Scene) -> None:
    with scene.workspace() as workspace:
        first = declared(scene, workspace, *MIXED)
        other = write(scene.folder / "other.json", rights_body(3), trainings_body(9))
        result = correct(workspace, first, [other])
        assert result.batches == []
        assert result.ignored == 2
        (missing,) = result.missing
        assert missing == (ABSENT_EMPLOYER, inss(2), 2024, FormKind.TRAININGS)


def test_r23_nothing_refused_is_nothing_to_correct(scene: Scene) -> None:
    with scene.workspace() as workspace:
        first = declared(scene, workspace, rights_body(1))
        again = write(scene.folder / "again.json", rights_body(1))
        with pytest.raises(UsageMistake, match=r"no form of .* is refused"):
            correct(workspace, first, [again])
        with pytest.raises(UsageMistake, match="there is no batch"):
            correct(workspace, "FLAD.123456.20250301.0000Z.S", [again])


def test_r23_a_blocking_anomaly_in_a_corrected_form_stops_it(scene: Scene) -> None:
    with scene.workspace() as workspace:
        first = declared(scene, workspace, *MIXED)
        wrong = trainings_body(2, employer=ABSENT_EMPLOYER)
        wrong["trainings"][0]["scope"] = 9
        elsewhere = trainings_body(1)
        elsewhere["trainings"][0]["scope"] = 9
        result = correct(workspace, first, [write(scene.folder / "again.json", wrong, elsewhere)])
        assert result.batches == []
        # What is wrong in a declaration that is left alone is not told.
        assert {each.inss for each in result.anomalies if each.blocks} == {inss(2)}


def test_r23_a_file_that_was_refused_is_corrected_whole(scene: Scene) -> None:
    with scene.workspace() as workspace:
        first = write(scene.folder / "first.json", rights_body(1), trainings_body(2))
        (built,) = build(workspace, [first]).batches
        send(workspace, to_send(workspace, []))
        # The portal finds a file that it cannot take: its FI was cut on its own disk.
        (fi,) = (scene.account / "INTEST-S").glob("FI.*")
        fi.write_bytes(fi.read_bytes()[:-20])
        scene.let_portal_work()
        poll(workspace)
        row = workspace.ledger.batch(built.name)
        assert row is not None
        assert row.state is BatchState.REFUSED_FILE
        result = correct(workspace, str(built.name), [first])
        assert [each.forms for each in result.batches] == [2]
        assert len(result.unchanged) == 2
        round_trip(scene, workspace)
        states = {form.state for form in workspace.ledger.forms(result.batches[0].name)}
        assert states <= {FormState.ACCEPTED, FormState.WARNED}
        with pytest.raises(UsageMistake, match="is refused"):
            correct(workspace, str(result.batches[0].name), [first])


def test_the_document_of_correct(scene: Scene) -> None:
    with scene.workspace() as workspace:
        first = declared(scene, workspace, *MIXED)
        result = correct(workspace, first, [write(scene.folder / "x.json", rights_body(9))])
    document = json.loads(json.dumps(result.to_json()))
    assert document["previous"] == first
    assert document["missing"] == [
        {
            "company_id": ABSENT_EMPLOYER,
            "inss": inss(2),
            "calendar_year": 2024,
            "kind": "trainings",
            "elsewhere": [],
        }
    ]
    assert document["ignored"] == 1
    assert company_id() not in json.dumps(document["missing"])


def test_the_whole_file_of_before_is_a_good_input(scene: Scene, tmp_path: Path) -> None:
    with scene.workspace() as workspace:
        first = declared(scene, workspace, *MIXED)
        result = correct(workspace, first, [scene.folder / "first.json"])
        assert result.ignored == 2
        assert [built.forms for built in result.batches] == [1]
