"""Each defect of a table is one clear anomaly with file, row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fla_batch.models import TrainingsDeclaration

Cells = dict[str, str]
Write = Callable[..., Path]

FILES = {
    "empty": (b"", "empty-file", None),
    "blank": (b"\n\n;;\n", "empty-file", None),
    "binary": (b"a;b\n\x00\x01", "unreadable-file", 2),
    "half a character of UTF-16": ("companyId;inss".encode("utf-16")[:-1], "wrong-encoding", None),
    "no encoding": (b"companyId;inss\n\xe9\x81;1\n", "wrong-encoding", 2),
    "an Excel file": (b"PK\x03\x04rest", "unreadable-file", None),
    "no known heading": (b"a;b\n1;2\n", "unclear-kind", 1),
    "a quote that does not close": (
        b'companyId;inss;calendarYear;rightType;hours;jointCommissionNbr\n1;2;2024;LEGAL;38;"200\n',
        "malformed-table",
        2,
    ),
    "a quote within a cell": (
        b'companyId;inss;calendarYear;rightType;hours;jointCommissionNbr\n1;"2"3;4;LEGAL;38;200\n',
        "malformed-table",
        2,
    ),
}


@pytest.mark.parametrize(("content", "rule", "row"), FILES.values(), ids=list(FILES))
def test_file(tmp_path: Path, read: Any, content: bytes, rule: str, row: int | None) -> None:
    path = tmp_path / "input.csv"
    path.write_bytes(content)
    found = read(path)
    anomaly = next(anomaly for anomaly in found.loose if anomaly.rule == rule)
    assert (anomaly.source.file, anomaly.source.row) == (str(path), row)
    assert anomaly.blocks
    assert found.entries == []


VALUES = {
    "a date that does not exist": (
        "trainingStartDate",
        "2024-02-30",
        "not-a-date",
        "TrainingStartDate-003",
    ),
    "a number with letters": ("calendarYear", "20x4", "not-a-number", "CalendarYear-002"),
    "hours with letters": ("hours", "7.6 uux", "not-a-number", "TrainingHours-002"),
    "minutes beyond 59": ("hours", "7:75", "not-a-number", "TrainingHours-002"),
    "an error of a formula": ("scope", "#REF!", "error-cell", "Scope-003"),
    "an error in a text": (
        "trainingDenomination",
        "#N/A",
        "error-cell",
        "TrainingDenomination-003",
    ),
    "an INSS that Excel rounded": ("inss", "8,15117E+10", "lost-digits", "INSS-003"),
    "a code with another's meaning": (
        "trainingResult",
        "1 - failed",
        "unknown-code",
        "TrainingResult-003",
    ),
    "a word that is no code": ("trainingResult", "magna", "not-a-number", "TrainingResult-002"),
    "a fraction": ("trainingType", "1.5", "not-whole", "TrainingType-003"),
    "a number without end": ("trainingType", "9" * 30, "too-large", "TrainingType-008"),
}


@pytest.mark.parametrize(("column", "cell", "rule", "error_id"), VALUES.values(), ids=list(VALUES))
def test_value(
    training: Cells,
    csv_file: Write,
    read: Any,
    column: str,
    cell: str,
    rule: str,
    error_id: str,
) -> None:
    path = csv_file(training | {"inss": "70081500504"}, training | {column: cell})
    found = read(path)
    anomaly = found.only()
    assert (anomaly.rule, anomaly.error_id) == (rule, error_id)
    assert (anomaly.source.file, anomaly.source.row, anomaly.source.column) == (
        str(path),
        3,
        column,
    )
    assert anomaly.value == cell
    assert all(anomaly.label.to_json().values())
    assert all(anomaly.advice.to_json().values())
    assert found.entries[1].unreadable
    assert found.entries[0].anomalies == ()


def test_25_mistakes_in_one_file(training: Cells, csv_file: Write, read: Any) -> None:
    rows = [
        training
        | {"trainingDenomination": f"number {number}", "trainingEndDate": f"{number}/13/2024"}
        for number in range(25)
    ]
    anomalies = read(csv_file(*rows)).anomalies
    assert [(anomaly.source.row, anomaly.rule) for anomaly in anomalies] == [
        (row, "not-a-date") for row in range(2, 27)
    ]


def test_wrong_check_digits_and_letters_are_carried(
    training: Cells, csv_file: Write, read: Any
) -> None:
    found = read(csv_file(training | {"inss": "81511716526"}, training | {"inss": "8151171652A"}))
    assert found.anomalies == []
    workers = [declaration.employee.inss for declaration in found.declarations]
    assert workers == ["81511716526", "8151171652A"]


def test_rows_without_their_key_stand_alone(training: Cells, csv_file: Write, read: Any) -> None:
    nameless = training | {"inss": ""}
    found = read(csv_file(nameless, nameless))
    assert [declaration.employee.inss for declaration in found.declarations] == [None, None]
    assert [entry.origin.source_of(("employee", "inss")).row for entry in found.entries] == [2, 3]


def test_a_misspelled_column_stops_the_file_and_hides_nothing(
    training: Cells, csv_file: Write, read: Any
) -> None:
    training["trainingPlaec"] = "1"
    found = read(csv_file(training))
    anomaly = found.only()
    assert (anomaly.rule, anomaly.error_id, anomaly.blocks) == (
        "unknown-column",
        "Column-092",
        True,
    )
    assert (anomaly.source.row, anomaly.source.column) == (1, "trainingPlaec")
    assert "trainingPlace" in anomaly.label.en
    training["hours"] = "many"
    assert [one.rule for one in read(csv_file(training)).anomalies] == [
        "unknown-column",
        "not-a-number",
    ]


def test_all_column_mistakes_at_once(training: Cells, csv_file: Write, read: Any) -> None:
    del training["inss"], training["scope"], training["hours"]
    training["traininPlace"] = "1"
    anomalies = read(csv_file(training, training, training)).anomalies
    assert [(anomaly.rule, anomaly.error_id) for anomaly in anomalies] == [
        ("unknown-column", "Column-092"),
        ("missing-column", "INSS-001"),
        ("missing-column", "Scope-001"),
        ("missing-column", "Column-001"),
    ]


def test_a_column_twice(training: Cells, csv_file: Write, read: Any) -> None:
    training["SCOPE"] = "1"
    assert read(csv_file(training)).only().rule == "column-twice"


def test_trainings_and_rights_in_one_table(training: Cells, csv_file: Write, read: Any) -> None:
    training["rightType"] = "LEGAL"
    anomaly = read(csv_file(training)).only()
    assert anomaly.rule == "unclear-kind"
    assert "rightType" in anomaly.label.en


def test_a_column_without_heading(training: Cells, csv_file: Write, read: Any) -> None:
    training[""] = "lost?"
    found = read(csv_file(training))
    assert (found.only().rule, found.entries) == ("unknown-column", [])
    assert read(csv_file(training | {"": ""})).anomalies == []


def test_more_cells_than_headings(training: Cells, tmp_path: Path, read: Any) -> None:
    path = tmp_path / "input.csv"
    path.write_text(",".join(training) + "\n" + ",".join(training.values()) + ",6\n")
    anomaly = read(path).only()
    assert (anomaly.rule, anomaly.value, anomaly.source.row) == ("extra-cells", "6", 2)
    assert anomaly.blocks


def test_a_row_with_nothing_but_its_key(training: Cells, csv_file: Write, read: Any) -> None:
    bare = {name: training[name] for name in ("companyId", "inss", "calendarYear")}
    anomaly = read(csv_file(training, bare | {"calendarYear": "2023"})).only()
    assert (anomaly.rule, anomaly.source.row, anomaly.blocks) == ("nothing-in-row", 3, True)


def test_a_row_that_begins_with_a_hash_is_said(training: Cells, csv_file: Write, read: Any) -> None:
    hidden = training | {"companyId": "# 0880820673", "inss": "70081500504"}
    found = read(csv_file(hidden, training))
    assert (found.only().rule, found.only().source.row) == ("ignored-row", 2)
    assert len(found.entries) == 1


def test_hours_and_training_hours_disagree(training: Cells, csv_file: Write, read: Any) -> None:
    anomaly = read(csv_file(training | {"trainingHours": "800"})).only()
    assert (anomaly.rule, anomaly.error_id) == ("contradiction", "TrainingHours-003")
    assert read(csv_file(training | {"trainingHours": "760"})).anomalies == []


def test_an_unreadable_period_leaves_the_training_unknown(
    training: Cells, csv_file: Write, read: Any
) -> None:
    entry = read(csv_file(training | {"trainingStartDate": "?"})).entries[0]
    assert isinstance(entry.declaration, TrainingsDeclaration)
    assert entry.declaration.trainings[0].training_first_start_date is None
    assert ("trainings", 0, "trainingFirstStartDate") in entry.unreadable


def test_the_same_photo_in_two_files(
    training: Cells, csv_file: Write, tmp_path: Path, read: Any
) -> None:
    path = csv_file(training)
    other = tmp_path / "other.csv"
    other.write_bytes(path.read_bytes())
    found = read(path, other)
    assert len(found.entries) == 1
    assert found.only().rule == "declared-twice"
    assert f"{path}, row 2; {other}, row 2" in found.only().label.en
    assert f"{path}, ligne 2 ; {other}, ligne 2" in found.only().label.fr
    assert f"{path}, rij 2; {other}, rij 2" in found.only().label.nl


RIGHTS = {
    "no kind": ({"rightType": ""}, "right-type-missing", "rightType"),
    "an unknown kind": ({"rightType": "LEGALE"}, "unknown-code", "rightType"),
    "a column of another kind": ({"activityCode": "228"}, "right-type-mismatch", "activityCode"),
    "another kind's hours": (
        {"complementarySectorRightHours": "4000"},
        "right-type-mismatch",
        "complementarySectorRightHours",
    ),
    "149.1": ({"jointCommissionNbr": "149.1"}, "ambiguous-joint-committee", "jointCommissionNbr"),
}


@pytest.mark.parametrize(("changes", "rule", "column"), RIGHTS.values(), ids=list(RIGHTS))
def test_right(
    right: Cells, csv_file: Write, read: Any, changes: Cells, rule: str, column: str
) -> None:
    anomaly = read(csv_file(right | changes)).only()
    assert (anomaly.rule, anomaly.source.row, anomaly.source.column) == (rule, 2, column)


def test_an_unreadable_kind_hides_no_other_row(right: Cells, csv_file: Write, read: Any) -> None:
    bare = right | {"rightType": ""}
    rules = [a.rule for a in read(csv_file(right | {"rightType": "#REF!"}, bare)).anomalies]
    assert rules == ["error-cell", "right-type-missing"]


def test_two_legal_rights(right: Cells, csv_file: Write, read: Any) -> None:
    anomaly = read(csv_file(right, right | {"jointCommissionNbr": "149.02"})).only()
    assert (anomaly.rule, anomaly.source.row) == ("legal-right-twice", 3)
    assert "rows 2 and 3" in anomaly.label.en


def test_a_right_row_with_nothing_but_its_key(right: Cells, csv_file: Write, read: Any) -> None:
    bare = {name: right[name] for name in ("companyId", "inss", "calendarYear")}
    assert read(csv_file(right, bare | {"calendarYear": "2023"})).only().rule == "nothing-in-row"
