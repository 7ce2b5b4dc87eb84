"""Excel and Parquet: true dates and numbers, Excel's row numbers, cells with errors."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from fla_batch.models import TrainingsDeclaration

Cells = dict[str, Any]


def sheet_of(path: Path, rows: list[Cells], *, first_row: int = 0, first_column: int = 0) -> Path:
    """Write rows with their natural types, headings at `first_row`."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("2024")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    hour = book.add_format({"num_format": "hh:mm"})
    names = list(dict.fromkeys(name for row in rows for name in row))
    sheet.write_row(first_row, first_column, names)
    for i, row in enumerate(rows, first_row + 1):
        for j, name in enumerate(names, first_column):
            cell = row.get(name)
            if isinstance(cell, time):
                sheet.write_number(i, j, (cell.hour + cell.minute / 60) / 24, hour)
            elif isinstance(cell, date):
                sheet.write_datetime(i, j, cell, day)
            elif isinstance(cell, str) and cell.startswith("#") and cell.endswith("!"):
                sheet.write_formula(i, j, "=1/0", None, cell)
            elif cell is not None:
                sheet.write(i, j, cell)
    book.add_worksheet("other").write_row(0, 0, ["colour"])
    book.close()
    return path


@pytest.fixture
def natural(training: dict[str, str]) -> Cells:
    """A training as a person types it in Excel."""
    return training | {
        "companyId": 880820673.0,
        "inss": 81511716525.0,
        "calendarYear": 2024,
        "trainingResult": "1 - réussie",
        "trainingStartDate": date(2024, 2, 1),
        "trainingEndDate": datetime(2024, 2, 5),  # noqa: DTZ001
        "hours": time(7, 36),
    }


def test_natural_types(natural: Cells, training: dict[str, str], tmp_path: Path, read: Any) -> None:
    found = read(sheet_of(tmp_path / "input.xlsx", [natural, natural | {"hours": 7.6}]))
    assert [anomaly.rule for anomaly in found.anomalies] == ["row-twice"]
    (declaration,) = found.declarations
    assert isinstance(declaration, TrainingsDeclaration)
    assert declaration.key[:3] == ("0880820673", "81511716525", 2024)
    (item,) = declaration.trainings
    assert item.training_first_start_date == date(2024, 2, 1)
    assert [period.training_hours for period in item.details_per_period] == [760, 760]


def test_rows_as_excel_shows_them(natural: Cells, tmp_path: Path, read: Any) -> None:
    rows = [natural, {}, natural | {"calendarYear": 2023, "scope": "x"}]
    found = read(sheet_of(tmp_path / "input.xlsx", rows, first_row=3, first_column=2))
    assert (found.only().source.row, found.only().source.column) == (7, "scope")
    assert found.entries[0].origin.source_of(()).row == 5


def test_a_cell_with_an_error_is_not_lost(natural: Cells, tmp_path: Path, read: Any) -> None:
    for first_column in (0, 2):
        rows = [natural, natural | {"calendarYear": 2023, "trainingPlace": "#REF!"}]
        found = read(sheet_of(tmp_path / "input.xlsx", rows, first_column=first_column))
        anomaly = found.only()
        assert (anomaly.rule, anomaly.value, anomaly.source.row) == ("error-cell", "#REF!", 3)
        assert anomaly.source.column == "trainingPlace"


def test_the_sheet_that_is_named(natural: Cells, tmp_path: Path, read: Any) -> None:
    path = sheet_of(tmp_path / "input.xlsx", [natural])
    assert len(read(path, sheet="2024").entries) == 1
    assert read(path, sheet="other").only().rule == "unclear-kind"
    anomaly = read(path, sheet="2025").only()
    assert anomaly.rule == "no-such-sheet"
    assert "2024, other" in anomaly.label.en


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty-file"),
        (b"a;b;c", "unclear-kind"),
        (b"PK\x03\x04 but not a ZIP", "unreadable-file"),
        (b"\xd0\xcf\x11\xe0", "password-protected"),
    ],
)
def test_no_workbook(tmp_path: Path, read: Any, content: bytes, rule: str) -> None:
    path = tmp_path / "input.xlsx"
    path.write_bytes(content)
    assert read(path).only().rule == rule


def test_an_empty_sheet(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "input.xlsx"
    xlsxwriter.Workbook(path).close()
    assert read(path).only().rule == "empty-file"


def test_joint_committees_from_numbers(right: dict[str, str], tmp_path: Path, read: Any) -> None:
    rows = [
        right | {"jointCommissionNbr": number, "calendarYear": year}
        for year, number in ((2021, 124.0), (2022, 149.02), (2023, 149.1))
    ]
    found = read(sheet_of(tmp_path / "input.xlsx", rows))
    committees = [
        declaration.training_rights.legal_fla_right.joint_commission_nbr
        for declaration in found.declarations
    ]
    assert committees == [("124",), ("149.02",), ()]
    assert found.only().rule == "ambiguous-joint-committee"


def test_parquet_with_natural_types(training: dict[str, str], tmp_path: Path, read: Any) -> None:
    row = training | {
        "companyId": 880820673,
        "inss": 81511716525,
        "calendarYear": 2024,
        "trainingStartDate": date(2024, 2, 1),
        "trainingEndDate": datetime(2024, 2, 5),  # noqa: DTZ001
        "hours": 7.6,
        "trainingPlace": float("nan"),
        "trainingType": 1.0,
    }
    path = tmp_path / "input.parquet"
    pl.DataFrame([row]).with_columns(pl.col("scope").cast(pl.Categorical)).write_parquet(path)
    found = read(path)
    assert found.anomalies == []
    (declaration,) = found.declarations
    (period,) = declaration.trainings[0].details_per_period
    assert (period.training_hours, period.training_place, period.training_type) == (760, None, 1)
    assert found.entries[0].origin.source_of(()).row == 1


def test_parquet_with_lists_of_joint_committees(
    right: dict[str, str], tmp_path: Path, read: Any
) -> None:
    path = tmp_path / "input.parquet"
    pl.DataFrame([right | {"jointCommissionNbr": ["200", "149.02"]}]).write_parquet(path)
    (declaration,) = read(path).declarations
    assert declaration.training_rights.legal_fla_right.joint_commission_nbr == ("200", "149.02")


def test_parquet_with_a_column_of_blocks(
    training: dict[str, str], tmp_path: Path, read: Any
) -> None:
    path = tmp_path / "input.parquet"
    pl.DataFrame([training | {"trainingPlace": {"code": 1}}]).write_parquet(path)
    anomaly = read(path).only()
    assert (anomaly.rule, anomaly.error_id) == ("wrong-type", "Column-003")
    assert anomaly.source.column == "trainingPlace"


@pytest.mark.parametrize("content", [b"PAR1", b"not Parquet", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_no_parquet(tmp_path: Path, read: Any, content: bytes) -> None:
    path = tmp_path / "input.parquet"
    path.write_bytes(content)
    assert read(path).only().rule == "unreadable-file"


def test_many_batches_cut_no_declaration(
    training: dict[str, str], tmp_path: Path, read: Any
) -> None:
    people = [f"{number:011d}" for number in range(1, 15_001)]
    rows = 3 * len(people)  # more than two batches
    frame = pl.DataFrame({name: [cell] * rows for name, cell in training.items()}).with_columns(
        pl.Series("inss", [person for person in people for _ in range(3)]),
        pl.Series("trainingDenomination", ["one", "two", "three"] * len(people)),
    )
    together, scattered = tmp_path / "together.parquet", tmp_path / "scattered.parquet"
    frame.write_parquet(together)
    pl.concat([frame[::3], frame[1::3], frame[2::3]]).write_parquet(scattered)
    for path in (together, scattered):
        declarations = read(path).declarations
        assert [declaration.employee.inss for declaration in declarations] == people
        assert {len(declaration.trainings) for declaration in declarations} == {3}
