"""The guide is followed to the letter: from an XSD that was received to a batch that was sent."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.message.shapes import ENVELOPE, written

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "official-xsd.md"


def commands() -> list[list[str]]:
    """What the guide tells to type, in its order."""
    text = GUIDE.read_text(encoding="utf-8")
    return [shlex.split(line) for line in re.findall(r"^ *fla-batch (.+)$", text, re.MULTILINE)]


@pytest.mark.parametrize("shape", ["F1-worker-nested-in-employer-branch", ENVELOPE])
def test_from_an_xsd_to_a_batch_that_was_sent(
    shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    payloads = [str(path.relative_to(tmp_path)) for path in written(shape, tmp_path / "received")]
    draft, check, demo = commands()
    assert draft[:3] == ["schema", "draft", payloads[0]]
    call = CommandLine(capsys)
    assert call(*draft[:3], *payloads[1:], *draft[3:]).code == 0
    checked = call(*check)
    assert checked.code == 0, checked.said
    shown = call(*demo)
    assert shown.code == 0, shown.said
    sent = sorted((tmp_path / "practice" / "outbox").rglob("FI.*"))
    assert sent
    text = sent[0].read_text(encoding="utf-8")
    assert ("NaturalPerson" in text) is (shape != ENVELOPE)
    assert "accepted" in shown.out
    practice = (tmp_path / "practice" / "fla-batch.toml").read_text(encoding="utf-8")
    assert "fla-official" in practice
