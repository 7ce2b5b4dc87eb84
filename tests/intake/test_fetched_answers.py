"""Answers that were fetched by another way: damage is said, and never passes for "none"."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fla_batch.intake.answer_files import NotAnAnswer
from fla_batch.intake.fetched_answers import FetchedAnswer, fetched_answers

EMPLOYER, WORKER = "0880820673", "81511716525"
PLACE = f"employers/{EMPLOYER}/employees/{WORKER}"
YEAR = f"{PLACE}/calendarYears/2024"
BODY: dict[str, Any] = {
    "employer": {"companyId": 880820673},
    "employee": {"inss": 81511716525},
    "calendarYear": 2024,
}
SOUND = json.dumps({"flaDataDeclaration": {**BODY, "trainings": []}, "anomalies": []}).encode()


def read(source: Path) -> tuple[list[FetchedAnswer], dict[str, str]]:
    answers, unread = [], {}
    for found in fetched_answers(source):
        if isinstance(found, NotAnAnswer):
            unread[found.file] = found.reason
        else:
            answers.append(found)
    return answers, unread


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return folder


def declared(**content: Any) -> dict[str, Any]:
    return {"flaDataDeclaration": {**BODY, **content}}


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        (f"{YEAR}/trainings.json", {"message": "Unauthorized"}, "tells no declaration"),
        (f"{YEAR}/trainings.json", {}, "tells no declaration"),
        (f"{YEAR}/trainings.json", declared(trainings="x"), "trainings cannot be read"),
        (f"{YEAR}/trainings.json", declared(trainings={}), "trainings cannot be read"),
        (f"{YEAR}/trainings.json", declared(trainingRights={}), "where trainings were asked"),
        (f"{YEAR}/trainingRights.json", declared(trainingRights=[]), "trainingRights cannot"),
        (f"{YEAR}/trainingRights.json", declared(trainings=[]), "where trainingRights were asked"),
        (f"{PLACE}/creditCalculation.json", {}, "no credit that can be read"),
        (f"{PLACE}/creditCalculation.json", {"calculationDate": "soon"}, "no credit that can"),
        (f"employers/{EMPLOYER}/employeesTrainings.json", {}, "list of employees"),
        (f"employers/{EMPLOYER}/employeesTrainings.json", {"employees": "x"}, "list of employees"),
        (f"employers/{EMPLOYER}/employeesTrainings.json", {"employees": [1]}, "list of employees"),
        (
            f"employers/{EMPLOYER}/employeesTrainingRights.json",
            {"employees": [{"inss": "1"}]},
            "list of employees",
        ),
        ("x.json", declared(calendarYear=-1, trainings=[]), "which year"),
        ("x.json", declared(employer={"companyId": 888888895}, trainings=[]), ""),
        (f"{YEAR}/trainings.json", declared(employer={"companyId": 888888895}), "somebody else"),
        (f"{YEAR}/trainings.json", declared(employee={"inss": 80010100107}), "somebody else"),
    ],
)
def test_what_tells_nothing_never_passes_for_none(
    tmp_path: Path, name: str, body: dict[str, Any], said: str
) -> None:
    answers, unread = read(written(tmp_path, name, json.dumps(body).encode()))
    assert (bool(answers), bool(unread)) == (not said, bool(said))
    assert said in unread.get(name, "")


def test_null_is_a_block_that_is_not_there(tmp_path: Path) -> None:
    body = declared(trainings=None, trainingRights={"legalFlaRight": None}) | {"anomalies": None}
    answers, unread = read(written(tmp_path, f"{YEAR}/trainingRights.json", _json(body)))
    assert len(answers) == 1
    assert unread == {}
    assert answers[0].raw == body


def test_a_zone_that_cannot_be_read_is_said_beside_the_answer(tmp_path: Path) -> None:
    training = {"trainingDenomination": "First aid", "trainingFirstStartDate": "31/31/2024"}
    body = declared(trainings=[training])
    answers, unread = read(written(tmp_path, f"{YEAR}/trainings.json", _json(body)))
    assert answers[0].answer.trainings[0].training_denomination == "First aid"
    assert "31/31/2024" in unread[f"{YEAR}/trainings.json"]


@pytest.mark.parametrize("name", ["A.JSON", "trainings?processingState=all", "a.txt", "b"])
def test_whatever_its_name_an_answer_in_a_folder_is_read(tmp_path: Path, name: str) -> None:
    answers, unread = read(written(tmp_path, f"{YEAR}/{name}", SOUND))
    assert (len(answers), unread) == (1, {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_as_windows_saves_it(tmp_path: Path, encoding: str) -> None:
    answers, _ = read(written(tmp_path, "a.json", SOUND.decode().encode(encoding)))
    assert len(answers) == 1


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\n", b"\x00\x01", b"\xff\xfe", b"PK\x03\x04", b"["]
)
def test_every_file_that_is_no_answer_is_named(tmp_path: Path, content: bytes) -> None:
    answers, unread = read(written(tmp_path, "a.json", content))
    assert (answers, list(unread)) == ([], ["a.json"])


def test_what_programs_keep_beside_files_is_left_alone(tmp_path: Path) -> None:
    written(tmp_path, "__MACOSX/._a.json", b"\0")
    assert read(written(tmp_path, ".DS_Store", b"\0")) == ([], {})


def zipped(method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for number in range(3):
            archive.writestr(f"{number}.json", SOUND)
    return bytearray(made.getvalue())


def tarred(mode: str) -> bytearray:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:  # type: ignore[call-overload]
        for number in range(3):
            entry = tarfile.TarInfo(f"{number}.json")
            entry.size = len(SOUND)
            archive.addfile(entry, io.BytesIO(SOUND))
    return bytearray(made.getvalue())


@pytest.mark.parametrize("how", ["zip", "stored", "w", "w:gz", "w:bz2", "w:xz"])
def test_an_archive_cut_or_damaged_anywhere_is_said(tmp_path: Path, how: str) -> None:
    kinds = {"zip": zipfile.ZIP_DEFLATED, "stored": zipfile.ZIP_STORED}
    sound = zipped(kinds[how]) if how in kinds else tarred(how)
    path = tmp_path / "got.bin"
    path.write_bytes(sound)
    answers, unread = read(path)
    assert (len(answers), unread) == (3, {})
    for place in range(1, len(sound), max(1, len(sound) // 60)):
        path.write_bytes(sound[:place])
        answers, unread = read(path)
        assert len(answers) == 3 or unread, f"cut at {place}"
        damaged = sound.copy()
        damaged[place] ^= 0x5A
        path.write_bytes(damaged)
        read(path)  # raises nothing


def test_a_password_is_called_one(tmp_path: Path) -> None:
    sound = zipped()
    sound[6] |= 1
    sound[sound.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "got.zip").write_bytes(sound)
    answers, unread = read(tmp_path / "got.zip")
    assert len(answers) == 2
    assert "password" in unread["0.json"]


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
