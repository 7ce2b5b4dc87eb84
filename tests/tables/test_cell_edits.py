"""Cells that are read otherwise: what counts, what is refused, and that the file stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.intake import InputReading, ReadingChoice
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.models import Entry, TrainingsDeclaration
from fla_batch.tables.cell_edits import CellEdit, edited, read_edits, write_edits
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import ROW, Table
from fla_batch.vocabulary.errors import InputUnreadable, UsageMistake
from tests.command_line import CommandLine

_TABLE = """\
companyId;inss;calendarYear;trainingDenomination;trainingResult;trainingLeadingToCertificate;\
scope;hours;trainingStartDate;trainingEndDate;trainingStatus;trainingType
0880820673;81511716525;2024;Welding;1;1;1;zeven;12/03/2024;12/03/2024;1;1

0880820673;81511716525;2024;Typing;1;1;1;4;13/03/2024;13/03/2024;1;1
"""


@pytest.fixture
def trainings(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(_TABLE, encoding="utf-8")
    return path


def _table(path: Path) -> Table:
    table = open_table(path, lambda text: text in _TABLE)
    assert isinstance(table, Table)
    return table


def _denominations(path: Path, edits: list[CellEdit]) -> list[str | None]:
    found: list[str | None] = []
    for item in InputReading([path], ReadingChoice(edits=edits)):
        assert isinstance(item, TableChunk)
        for entry in item.entries():
            assert isinstance(entry, Entry)
            assert isinstance(entry.declaration, TrainingsDeclaration)
            found += [one.training_denomination for one in entry.declaration.trainings]
    return found


def test_a_cell_is_read_as_edited_and_the_last_edit_counts(trainings: Path) -> None:
    edits = [CellEdit(4, "trainingDenomination", text) for text in ("Sewing", " Knitting ")]
    assert _denominations(trainings, edits) == ["Welding", "Knitting"]
    assert trainings.read_text(encoding="utf-8") == _TABLE


def test_a_row_that_was_emptied_is_no_row(trainings: Path) -> None:
    table = _table(trainings)
    emptied = edited(table, [CellEdit(2, heading, "") for heading in table.headings])
    assert [row for batch in emptied.batches() for row in batch[ROW]] == [4]


def test_only_some_columns_are_read_as_edited(trainings: Path) -> None:
    table = edited(_table(trainings), [CellEdit(2, "hours", "7"), CellEdit(4, "inss", "1")])
    (batch,) = table.batches([7])
    assert batch["7"].to_list() == ["7", "4"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (CellEdit(3, "hours", "7"), "nothing in row 3"),
        (CellEdit(9, "hours", "7"), "nothing in row 9"),
        (CellEdit(2, "uren", "7"), "no column uren"),
        (CellEdit(2, "", "7"), "no column"),
    ],
)
def test_an_edit_of_no_cell_is_refused(trainings: Path, edit: CellEdit, said: str) -> None:
    with pytest.raises(UsageMistake, match=said):
        list(InputReading([trainings], ReadingChoice(edits=[edit])))


def test_edits_beside_other_files_are_refused(trainings: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    for inputs in ([trainings, other], [other]):
        reading = InputReading(inputs, ReadingChoice(edits=[CellEdit(2, "hours", "7")]))
        with pytest.raises(UsageMistake, match="for one table"):
            list(reading)


def test_edits_come_back_as_they_were_written(tmp_path: Path) -> None:
    edits = (CellEdit(2, "hours; or days", 'a "b"\nc'), CellEdit(3, "Durée", ""))
    write_edits(tmp_path / "edits.csv", edits)
    assert read_edits(tmp_path / "edits.csv") == edits


@pytest.mark.parametrize("text", ["", "a;b", "Row;Column;Text\nx;hours;7", "Row;Column;Text\n2;x"])
def test_a_file_that_holds_no_edits_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "edits.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputUnreadable, match=r"edits\.csv"):
        read_edits(path)


def test_check_and_the_mended_workbook_go_by_the_edits(
    trainings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fla_batch = CommandLine(capsys)
    edits, copy = tmp_path / "edits.csv", tmp_path / "copy.xlsx"
    write_edits(edits, [CellEdit(2, "hours", "7")])
    assert fla_batch("check", trainings).code == 1
    done = fla_batch("check", trainings, "--edits", edits, "--fix", copy)
    assert done.code == 0, done
    assert fla_batch("check", copy).code == 0
