"""The programs in the guide for developers run: on a file with mistakes, on a practice portal."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from fla_batch.message import load
from fla_batch.sandbox.ground import practice_ground
from tests.builders import inss
from tests.command_line import ROW

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "use-as-a-library.md"
READING, SENDING = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


def workbook(path: Path, *changes: dict[str, str]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ROW))
    for change in changes:
        sheet.append(list((dict(ROW) | change).values()))
    book.save(path)


def test_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    workbook(tmp_path / "trainings.xlsx", {}, {"inss": inss(2), "hours": "sept"})
    known: dict[str, object] = {}
    exec(READING, known)
    assert len(known["sound"]) == 1  # type: ignore[arg-type]
    assert "n'est pas un nombre d'heures" in capsys.readouterr().out


def test_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    workbook(tmp_path / "trainings.xlsx", {})
    profile = load("fla-20250131")
    with practice_ground(tmp_path / "portal", profile, clock=lambda: datetime.now(UTC)) as ground:
        program = SENDING.replace('"fla-batch.toml"', repr(str(ground.settings_file)))
        assert program != SENDING
        exec(program, {})
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith(" 0 0")
    assert said[1].endswith(".S sent")
    assert ".S " in said[-1]
