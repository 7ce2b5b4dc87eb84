"""`validate` holds the name of a file of the channel against what is in it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from fla_batch.commands.validated_name import name_anomalies
from fla_batch.configuration.sections import LimitsSection
from fla_batch.message import MessageWriter, load
from tests import builders as b
from tests.command_line import CommandLine

TODAY = date(2025, 3, 10)
GOOD = "FI.FLAD.123456.20250301.00001.S.1.1"


def message(folder: Path, name: str, forms: int = 2) -> Path:
    shape = load("fla-20250131").declaration
    made = [b.form(b.trainings(), number) for number in range(1, forms + 1)]
    path = folder / name
    path.write_bytes(b"".join(MessageWriter(shape).message(made)))
    return path


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        (GOOD, []),
        ("FI.FLAX.123456.20250301.00001.S.1.1", ["158"]),
        ("FI.FLAD.654321.20250301.00001.S.1.1", ["108"]),
        ("FI.FLAD.123456.20250311.00001.S.1.1", ["111"]),
        ("FI.FLAD.123456.20250101.00001.S.1.1", ["126"]),
        ("FI.FLAD.123456.20250230.00001.S.1.1", ["110"]),
        ("FI.FLAD.123456.20250301.00000.S.1.1", ["127"]),
        ("FI.FLAD.123456.20250301.00001.X.1.1", ["117"]),
        ("FI.FLAD.123456.20250301.00001.S.1.2", ["123"]),
        ("FI.FLAD.123456.20250301.00001.S.1", ["131"]),
        ("message.xml", []),
        ("FI.xml", []),
    ],
)
def test_a_name_and_its_content(name: str, codes: list[str], tmp_path: Path) -> None:
    path = message(tmp_path, name)
    profile = load("fla-20250131")
    found = name_anomalies(path, profile, 2, sender="123456", limits=LimitsSection(), today=TODAY)
    assert [each.error_id for each in found] == [f"File-{code}" for code in codes]
    assert all(each.label.en and each.label.fr and each.label.nl for each in found)
    assert [each.blocks for each in found] == [code != "126" for code in codes]


def test_more_forms_and_bytes_than_the_limits(tmp_path: Path) -> None:
    path = message(tmp_path, GOOD, forms=40)
    limits = LimitsSection(part_forms=1, part_bytes=10_000)
    found = name_anomalies(path, load("fla-20250131"), 40, sender="", limits=limits, today=TODAY)
    assert [each.error_id for each in found] == ["File-184", "File-172"]


def test_validate_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "fla-batch.toml"
    config.write_text('[sender]\nnumber = "123456"\nenvironment = "S"\n', encoding="utf-8")
    call = CommandLine(capsys, config)
    right = message(tmp_path, GOOD)
    assert call("validate", right).code == 0
    wrong = shutil.copyfile(right, tmp_path / "FI.FLAX.654321.20250301.00001.S.1.1")
    refused = call("validate", wrong)
    assert refused.code == 1
    assert "Sender number differs" in refused.said
    assert "differs from the type in its name" in refused.said
