"""Folders, archives, pipes and standard input: each file under the name that the user knows."""

from __future__ import annotations

import io
import os
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fla_batch.intake import InputReading, ReadingChoice
from fla_batch.intake.input_files import input_files
from fla_batch.models import Entry
from fla_batch.vocabulary.findings import Anomaly
from tests.tables.reading import read

Cells = dict[str, str]
Write = Callable[..., Path]
BODY = (
    '{"employer": {"companyId": 880820673}, "employee": {"inss": "81511716525"},'
    ' "calendarYear": 2023}'
)


@pytest.fixture
def table(training: Cells, csv_file: Write) -> bytes:
    return csv_file(training | {"scope": "x"}).read_bytes()


def files_of(found: Any) -> list[str | None]:
    return [anomaly.source.file for anomaly in found.anomalies if anomaly.rule == "not-a-number"]


def test_a_folder(tmp_path: Path, table: bytes) -> None:
    folder = tmp_path / "inputs"
    (folder / "deeper").mkdir(parents=True)
    (folder / "b.csv").write_bytes(table)
    (folder / "deeper" / "a.json").write_text(BODY)
    (folder / "~$b.xlsx").write_bytes(b"a lock")
    (folder / ".hidden.csv").write_bytes(b"nothing")
    (folder / "letter.docx").write_bytes(b"PK")
    found = read(folder)
    assert len(found.declarations) == 2
    assert files_of(found) == [str(folder / "b.csv")]
    skipped = [one for one in found.anomalies if one.rule == "skipped-file"]
    assert [(one.source.file, one.blocks) for one in skipped] == [
        (str(folder / "letter.docx"), False)
    ]
    assert [Path(one.file).name for one in found.receipts] == ["b.csv", "a.json"]


def test_a_folder_with_nothing_in_it(tmp_path: Path) -> None:
    assert read(tmp_path).rules == ["nothing-declared"]


def test_an_archive(tmp_path: Path, table: bytes) -> None:
    path = tmp_path / "inputs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2024/a.csv", table)
        archive.writestr("__MACOSX/2024/._a.csv", b"a Mac's notes")
        archive.writestr("../../escape.json", BODY)
        archive.writestr("letter.docx", b"PK")
    found = read(path)
    assert len(found.declarations) == 2
    assert files_of(found) == [f"{path}/2024/a.csv"]
    shown = ["2024/a.csv", "../../escape.json"]
    assert [one.file for one in found.receipts] == [f"{path}/{name}" for name in shown]
    assert not (tmp_path.parent / "escape.json").exists()


def test_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "inputs.zip"
    path.write_bytes(b"PK\x03\x04 but no archive")
    assert read(path).rules == ["unreadable-file"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_damaged_anywhere_is_said(tmp_path: Path, table: bytes, method: int) -> None:
    """LZMA and names that are not of their encoding fell through with a traceback."""
    path = tmp_path / "inputs.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.csv", table * 9)
        archive.writestr("formations d'été.csv", table)
    sound = path.read_bytes()
    said: set[str | None] = set()
    for place in range(len(sound)):
        damaged = bytearray(sound)
        damaged[place] ^= 0xDA
        path.write_bytes(damaged)
        with input_files([path]) as found:
            said |= {each.rule for each in found if isinstance(each, Anomaly)}
    assert "unreadable-file" in said


def test_the_end_of_a_workbook_comes_through_a_pipe(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What begins as no archive ends as one; opening it raised BadZipFile."""
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>" * 50)
    cut = (tmp_path / "book.xlsx").read_bytes()[-60:]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(cut)))
    assert read(Path("-")).rules == ["unreadable-file"]


def test_the_same_declaration_twice_in_an_archive(tmp_path: Path, table: bytes) -> None:
    path = tmp_path / "inputs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", table)
        archive.writestr("b.csv", table)
    found = read(path)
    assert len(found.declarations) == 1
    assert f"{path}/a.csv, row 2; {path}/b.csv, row 2" in str(found.anomalies[-1].label.en)


@pytest.mark.timeout(20)
def test_a_pipe_is_read_once(tmp_path: Path, table: bytes) -> None:
    """It used to hang: a table was opened several times."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(table,))
    writer.start()
    found = read(pipe)
    writer.join()
    assert len(found.declarations) == 1
    assert files_of(found) == [str(pipe)]


@pytest.mark.parametrize("input_format", [None, "csv"])
def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, table: bytes, input_format: str | None
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(table)))
    found = read(Path("-"), how=ReadingChoice(input_format=input_format))
    assert len(found.declarations) == 1
    assert files_of(found) == ["standard input"]


def test_standard_input_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(BODY.encode())))
    (item,) = InputReading([Path("-")])
    assert isinstance(item, Entry)
    assert item.origin.source_of(("calendarYear",)).file == "standard input"


def test_nothing_is_left_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: bytes
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    path = tmp_path / "inputs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", table)
    assert not all(isinstance(item, Anomaly) for item in InputReading([path]))
    assert list(aside.iterdir()) == []
