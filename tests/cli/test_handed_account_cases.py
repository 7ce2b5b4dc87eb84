"""Bodies that were counted twice, or a hundred times too low: refused by every command, unsent."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command_line import CommandLine

CASES = Path(__file__).parents[1] / "account" / "cases"
REFUSED = [
    ("hours-as-text-38-comma-00.json", "ComplementarySectorRightHours-003"),
    ("provider-id-in-two-trainings.json", "ProviderTrainingId-006"),
    ("sector-right-of-one-commission-twice.json", "ComplementarySectorRight-006"),
]
WAYS = [
    ("check", []),
    ("build", []),
    ("credit", ["forecast", "--as-of", "2025-12-31"]),
]


@pytest.mark.parametrize(("command", "options"), WAYS, ids=[name for name, _ in WAYS])
@pytest.mark.parametrize(("case", "error_id"), REFUSED, ids=[case for case, _ in REFUSED])
def test_a_handed_case_is_refused_and_nothing_is_computed_of_it(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    options: list[str],
    case: str,
    error_id: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(CASES / case, tmp_path)
    sub, rest = options[:1], options[1:]
    called = CommandLine(capsys, settings)(command, *sub, case, *rest, "--json")
    assert called.code == 1
    document = called.document
    found = {each["error_id"] for each in document["anomalies"] if each["class"] == "B"}
    assert found == {error_id}
    assert not document.get("batches")
    assert not document.get("forecasts")
    assert "0.38" not in called.said
