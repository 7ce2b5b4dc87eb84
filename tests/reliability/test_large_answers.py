"""A large answer is interpreted by a second process: what is kept is the same, or nothing is."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.poll_result import PollResult
from fla_batch.commands.send import send, to_send
from tests.reliability.inputs import write
from tests.reliability.scene import Scene
from tests.reliability.test_correct import MIXED

LARGE = (b"<New/>" + b" " * 100_000) * 200
"""What nobody knows makes an answer as large as many thousand forms do."""


@pytest.fixture
def answered(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A batch that was sent, with a large and unsigned notification about it on the server."""
    monkeypatch.setattr("fla_batch.commands.receive._WORTH_A_PROCESS_BYTES", len(LARGE))
    config = scene.folder / "fla-batch.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("require_signature = true", "require_signature = false"))
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "first.json", *MIXED)])
        send(workspace, to_send(workspace, []))
    scene.let_portal_work()
    for signature in (scene.account / "OUTTEST-S").glob("FS.*"):
        signature.unlink()
    noti = _noti(scene)
    noti.write_bytes(noti.read_bytes().replace(b"</Form>", b"</Form>" + LARGE, 1))
    return scene


def _noti(scene: Scene) -> Path:
    (found,) = (scene.account / "OUTTEST-S").glob("FO.NOTI.*")
    return found


def polled(scene: Scene, hands: int) -> tuple[PollResult, dict[str, Any]]:
    with scene.workspace(hands=hands) as workspace:
        result = poll(workspace)
        assert workspace.ledger.verify() == []
    return result, scene.ledger_view()


def test_two_processes_keep_what_one_keeps(answered: Scene, place: Path) -> None:
    alone = answered.copy(place / "alone")
    result, kept = polled(answered, 2)
    assert (len(result.processed), result.refused_forms, result.unmatched) == (2, 1, [])
    assert (result, kept) == polled(alone, 1)
    with answered.workspace(hands=2) as workspace:
        assert poll(workspace).processed == []


def test_r17_a_truncated_large_answer_records_nothing(answered: Scene, place: Path) -> None:
    noti = _noti(answered)
    noti.write_bytes(noti.read_bytes().rstrip()[: -len("</NOTIFICATION>")])
    alone = answered.copy(place / "alone")
    result, kept = polled(answered, 2)
    assert [name for name, _ in result.quarantined] == [noti.name]
    assert (result.refused_forms, kept["anomalies"]) == (0, [])
    assert (result, kept) == polled(alone, 1)


def workers() -> list[int]:
    """Processes of ours that were started to work for this one."""
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(number) for number in listed if b"spawn_main" in _command(number)]


def _command(number: str) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""


def _interrupt_once_it_works() -> None:
    # Python and our package are still being imported there: it is certain to be in the middle.
    while not workers():
        time.sleep(0.002)
    time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)


def test_r16_an_interrupted_large_answer_is_whole_the_next_time(
    answered: Scene, place: Path
) -> None:
    alone = answered.copy(place / "alone")
    name = _noti(answered).name
    with answered.workspace(hands=2) as workspace:
        interrupter = Thread(target=_interrupt_once_it_works, daemon=True)
        interrupter.start()
        with pytest.raises(KeyboardInterrupt):
            poll(workspace)
        interrupter.join()
        assert workers() == []
        assert name not in [row.file.name for row in workspace.ledger.answer_files()]
        assert workspace.ledger.anomalies() == []
    first, kept = polled(answered, 2)
    assert name in first.processed
    assert kept == polled(alone, 1)[1]
