"""Each defect of a JSON file is one clear anomaly with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fla_batch.models import TrainingRightsDeclaration, TrainingsDeclaration

Write = Callable[[str | bytes], Path]


@pytest.fixture
def json_file(tmp_path: Path) -> Write:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "input.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def body(**changes: Any) -> dict[str, Any]:
    return {
        "employer": {"companyId": 880820673},
        "employee": {"inss": 81511716525},
        "calendarYear": 2024,
        **changes,
    }


FILES = {
    "empty": (b"", "empty-file", "File-134", None),
    "blank": (b" \n\t\n", "empty-file", "File-134", None),
    "binary": (b"\x00\x01\x02\x03\xff", "unreadable-file", "File-163", 1),
    "NUL in the third line": (b'{\n"a":\n"\x00"}', "unreadable-file", "File-163", 3),
    "half a character of UTF-16": (
        '{"a": 1}'.encode("utf-16")[:-1],
        "wrong-encoding",
        "File-138",
        1,
    ),
    "Windows-1252": ('{\n"a": "é"}'.encode("cp1252"), "wrong-encoding", "File-138", 2),
    "an Excel file": (b"PK\x03\x04rest", "unreadable-file", "File-163", None),
    "truncated": (b'{"employer":\n {"companyId": 88', "malformed-json", "File-163", 2),
    "a comma too many": (b'{"calendarYear": 2024,\n}', "malformed-json", "File-163", 2),
    "list without end": (
        b'[{"calendarYear": 2024, "trainings": []}\n',
        "malformed-json",
        "File-163",
        2,
    ),
    "members without a comma": (
        b'[{"calendarYear": 2024} {"calendarYear": 2025}]',
        "malformed-json",
        "File-163",
        1,
    ),
    "nested too deeply": (b"[" * 100_000, "malformed-json", "File-163", 1),
    "a number": (b"12", "not-a-declaration", "FLA-163", 1),
    "a list in a list": (b"[[]]", "not-a-declaration", "FLA-163", 1),
    "a list without bodies": (b"[]", "nothing-declared", "File-157", None),
    "a problem": (b'{"title": "Bad Request", "status": 12}', "not-a-declaration", "FLA-163", 1),
    "a credit": (b'{"employer": {}, "calculationDate": "x"}', "not-a-declaration", "FLA-163", 1),
}


@pytest.mark.parametrize(("content", "rule", "error_id", "row"), FILES.values(), ids=list(FILES))
def test_file(
    json_file: Write, read: Any, content: bytes, rule: str, error_id: str, row: int | None
) -> None:
    path = json_file(content)
    anomaly = next(a for a in read(path).loose if a.rule == rule)
    assert (anomaly.error_id, anomaly.source.file, anomaly.source.row) == (error_id, str(path), row)
    assert all(anomaly.label.to_json().values())
    assert all(anomaly.advice.to_json().values())


def test_no_file(tmp_path: Path, read: Any) -> None:
    for path in (tmp_path / "absent.json", tmp_path / "absent.csv", tmp_path / "a.xlsx"):
        assert read(path).only().rule == "no-such-file"
    assert read(tmp_path / "absent.parquet").only().rule == "no-such-file"


def test_unknown_ending(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "input.docx"
    path.write_bytes(b"x")
    anomaly = read(path).only()
    assert anomaly.rule == "unknown-format"
    assert ".xlsx" in anomaly.advice.en


def test_file_that_may_not_be_read(tmp_path: Path, read: Any, monkeypatch: Any) -> None:
    # Tests may run as root, to whom everything is readable.
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    for name in ("a.json", "a.csv", "a.parquet"):
        anomaly = read(tmp_path / name).only()
        assert (anomaly.rule, anomaly.value) == ("unreadable-file", "Permission denied")


VALUES = {
    "letters in a number": (
        {"calendarYear": "20x4"},
        "not-a-number",
        "CalendarYear-002",
        "calendarYear",
    ),
    "not a whole number": (
        {"calendarYear": 2024.5},
        "not-whole",
        "CalendarYear-003",
        "calendarYear",
    ),
    "huge number": ({"calendarYear": 10**40}, "too-large", "CalendarYear-008", "calendarYear"),
    "true": ({"calendarYear": True}, "wrong-type", "CalendarYear-003", "calendarYear"),
    "a list for a number": (
        {"calendarYear": [2024]},
        "wrong-type",
        "CalendarYear-003",
        "calendarYear",
    ),
    "a text for a block": ({"employer": "x"}, "wrong-type", "Employer-003", "employer"),
    "negative INSS": (
        {"employee": {"inss": -81511716525}},
        "wrong-type",
        "INSS-003",
        "employee.inss",
    ),
    "rounded INSS": (
        {"employee": {"inss": "8.1512E+10"}},
        "lost-digits",
        "INSS-003",
        "employee.inss",
    ),
    "unknown field": ({"calendarYears": 1}, "unknown-field", "FLA-092", "calendarYears"),
    "trainings that are null": ({"trainings": None}, "wrong-type", "Training-003", "trainings"),
    "a training that is null": (
        {"trainings": [None]},
        "wrong-type",
        "Training-003",
        "trainings[0]",
    ),
    "a date that does not exist": (
        {"trainings": [{"trainingFirstStartDate": "2024-02-30"}]},
        "not-a-date",
        "TrainingFirstStartDate-003",
        "trainings[0].trainingFirstStartDate",
    ),
    "a date as number": (
        {"trainings": [{"trainingFirstStartDate": 20240205}]},
        "wrong-type",
        "TrainingFirstStartDate-003",
        "trainings[0].trainingFirstStartDate",
    ),
    "half a character": (
        {"trainings": [{"trainingDenomination": "\ud800"}]},
        "not-text",
        "TrainingDenomination-003",
        "trainings[0].trainingDenomination",
    ),
    "a number for a text": (
        {"trainings": [{"trainingDenomination": 5}]},
        "wrong-type",
        "TrainingDenomination-003",
        "trainings[0].trainingDenomination",
    ),
    "a number among joint committees": (
        {"trainingRights": {"legalFlaRight": {"jointCommissionNbr": ["200", 149.02]}}},
        "wrong-type",
        "JointCommissionNbr-003",
        "trainingRights.legalFlaRight.jointCommissionNbr",
    ),
}


@pytest.mark.parametrize(
    ("changes", "rule", "error_id", "column"), VALUES.values(), ids=list(VALUES)
)
def test_value(
    json_file: Write, read: Any, changes: dict[str, Any], rule: str, error_id: str, column: str
) -> None:
    path = json_file(json.dumps(body(**changes)))
    found = read(path)
    anomaly = found.only()
    assert (anomaly.rule, anomaly.error_id) == (rule, error_id)
    assert (anomaly.source.row, anomaly.source.column) == (1, column)
    assert anomaly.blocks
    (entry,) = found.entries
    assert rule == "unknown-field" or entry.unreadable


def test_an_unknown_field_names_the_nearest(json_file: Write, read: Any) -> None:
    text = json.dumps(body(trainings=[{"trainingDenomintion": "webmaster"}]))
    assert "trainingDenomination" in read(json_file(text)).only().label.en


def test_not_a_number(json_file: Write, read: Any) -> None:
    text = json.dumps(body(calendarYear=float("nan")))
    assert read(json_file(text)).only().error_id == "CalendarYear-002"


def test_a_field_that_stands_twice(json_file: Write, read: Any) -> None:
    text = json.dumps(body()).replace(
        '"calendarYear": 2024', '"calendarYear": 1, "calendarYear": 2'
    )
    anomaly = read(json_file(text)).only()
    assert (anomaly.rule, anomaly.source.column) == ("field-twice", "calendarYear")


def test_short_numbers_are_padded(json_file: Write, read: Any) -> None:
    text = json.dumps(body(employee={"inss": 10100105}))
    (declaration,) = read(json_file(text)).declarations
    assert declaration.employer.company_id == "0880820673"
    assert declaration.employee.inss == "00010100105"


def test_wrong_check_digits_are_carried(json_file: Write, read: Any) -> None:
    found = read(json_file(json.dumps(body(employee={"inss": "81511716526"}))))
    assert found.anomalies == []
    assert found.declarations[0].employee.inss == "81511716526"


@pytest.mark.parametrize(
    ("before", "encoding"),
    [("\ufeff", "utf-8"), ("\ufeff\ufeff", "utf-8"), ("", "utf-16"), ("", "utf-16-le")],
)
def test_marks_and_encodings(json_file: Write, read: Any, before: str, encoding: str) -> None:
    found = read(json_file((before + json.dumps(body())).encode(encoding)))
    assert (len(found.entries), found.anomalies) == (1, [])


def test_both_kinds_in_one_body(json_file: Write, read: Any) -> None:
    found = read(json_file(json.dumps(body(trainings=[], trainingRights={}))))
    kinds = [type(declaration) for declaration in found.declarations]
    assert kinds == [TrainingRightsDeclaration, TrainingsDeclaration]
    assert found.anomalies == []


@pytest.mark.parametrize("shape", ["list", "lines", "pretty, one after the other"])
def test_several_bodies_know_their_lines(json_file: Write, read: Any, shape: str) -> None:
    bodies = [body(calendarYear=year, trainings=[]) for year in (2023, 2024, 2025)]
    indent = 1 if shape.startswith("pretty") else None
    texts = [json.dumps(item, indent=indent) for item in bodies]
    text = "[" + ",\n".join(texts) + "]" if shape == "list" else "\n".join(texts)
    found = read(json_file(text))
    assert [declaration.calendar_year for declaration in found.declarations] == [2023, 2024, 2025]
    step = len(texts[0].splitlines())
    rows = [entry.origin.source_of(("calendarYear",)).row for entry in found.entries]
    assert rows == [1, 1 + step, 1 + 2 * step]


def test_a_broken_line_does_not_hide_the_next(json_file: Write, read: Any) -> None:
    lines = [json.dumps(body(calendarYear=year)) for year in (2023, 2024, 2025)]
    lines[1] = lines[1][:-9]
    found = read(json_file("\n".join(lines)))
    assert [declaration.calendar_year for declaration in found.declarations] == [2023, 2025]
    assert [anomaly.rule for anomaly in found.loose] == ["malformed-json"]


def test_the_same_photo_twice(json_file: Write, read: Any, tmp_path: Path) -> None:
    text = json.dumps(body()) + "\n" + json.dumps(body())
    path = json_file(text)
    other = tmp_path / "other.json"
    other.write_text(json.dumps(body()))
    found = read(path, other)
    assert len(found.entries) == 1
    assert [anomaly.rule for anomaly in found.loose] == ["declared-twice", "declared-twice"]
    assert f"{path}, row 1; {path}, row 2" in found.loose[0].label.en
    assert f"{path}, row 1; {other}, row 1" in found.loose[1].label.en
    assert found.loose[0].inss == "81511716525"


def test_messages_quote_no_whole_inss(json_file: Write, read: Any) -> None:
    anomaly = read(json_file('{"employee": {"inss" 81511716525}}')).only()
    assert "81511716525" not in anomaly.label.en
