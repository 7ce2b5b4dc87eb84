"""R24: a part that could not be checked is never part of a batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.batching.assemble import NotValid
from fla_batch.commands.build import build
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.message.xsd_verdict import SchemaCheck, SchemaValidator
from fla_batch.vocabulary.terms import Verdict
from tests.reliability.inputs import rights_body, write
from tests.reliability.scene import S, Scene


def test_r24_what_could_not_be_checked_is_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unchecked = SchemaCheck(Verdict.NOT_CHECKED, "FLA", "0" * 64, why="no memory")
    monkeypatch.setattr(SchemaValidator, "check", lambda *_: unchecked)
    scene = Scene.make(tmp_path / "scene")
    path = write(scene.folder / "one.json", rights_body(1))
    with scene.workspace() as workspace:
        with pytest.raises(NotValid, match="could not be checked against FLA: no memory"):
            build(workspace, [path])
        assert workspace.ledger.names(S, [BatchState.STAGED]) == []
        assert workspace.outbox.batches(S) == []
