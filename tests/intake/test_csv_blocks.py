"""Lines without quotes are cut, others parsed: the same rows as Python's csv module reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fla_batch.intake.table_declarations import TableChunk, read_table_chunks
from fla_batch.tables import csv_files
from fla_batch.tables.csv_files import open_csv
from fla_batch.tables.table import EXTRA, ROW, Table, TableBroken, TableChoice
from fla_batch.vocabulary.findings import Anomaly

CELLS = st.text(st.sampled_from("ab;, \"\n\r'€"), max_size=4)
LINES = st.lists(
    st.lists(CELLS, max_size=5).map(";".join) | st.sampled_from(["", " ", ";;;", '"x;y";z']),
    min_size=1,
    max_size=12,
)


def expected(text: str) -> list[tuple[int, list[str]]]:
    """Number and cells of every row below the headings that has something in it; one line each."""
    rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True), 1))
    first = next(i for i, (_, cells) in enumerate(rows) if any(c.strip() for c in cells))
    width = len(rows[first][1])
    found = []
    for number, cells in rows[first + 1 :]:
        fitted = [*cells[:width], *[""] * (width - len(cells))]
        fitted.append(";".join(cells[width:]).strip("; "))
        if any(cell.strip() for cell in fitted):
            found.append((number, [cell.strip() for cell in fitted]))
    return found


def opened(path: Path) -> Table:
    table = open_csv(path, {"one", "two", "three"}.__contains__, TableChoice())
    assert not isinstance(table, Anomaly)
    return table


def read(path: Path) -> list[tuple[int, list[str]]]:
    table = opened(path)
    names = [ROW, *map(str, range(len(table.headings))), EXTRA]
    frames = list(table.batches())
    rows = [row for frame in frames for row in frame.select(names).iter_rows()]
    return [(number, [cell or "" for cell in cells]) for number, *cells in rows]


@pytest.mark.parametrize("lines_a_block", [1, 2, 3, 20_000])
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=120, deadline=None)
def test_the_same_rows_and_numbers(
    tmp_path_factory: pytest.TempPathFactory, lines_a_block: int, lines: list[str], end: str
) -> None:
    text = "one;two;three" + end + end.join(lines)
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BATCH_ROWS", lines_a_block)
        try:
            wanted = expected(text)
        except csv.Error:
            with pytest.raises(TableBroken):
                read(path)
            return
        assert read(path) == wanted


def test_a_quoted_cell_goes_on_in_the_next_block(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a;b\n1;"x\ny\nz"\n2;w\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BATCH_ROWS", 2)
        assert read(path) == [(2, ["1", "x\ny\nz", ""]), (3, ["2", "w", ""])]


@pytest.mark.parametrize("text", ["a;b;c\n1;2;3;4\n;5\n", 'a;b;c\n"1";2;3;4\n;5\n'])
def test_only_the_wanted_columns(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    table = opened(path)
    found = pl.concat(table.batches({0, 1}))
    assert set(found.columns) == {"0", "1", ROW, EXTRA}
    assert found.select("0", "1", EXTRA).rows() == [("1", "2", None), (None, "5", None)]


@pytest.mark.parametrize(
    ("workers", "together"),
    [
        ("AABBCCDD", True),
        ("AAABBBCCDD", True),
        ("AABB-CCDDEE", True),
        ("ABABCCDD", False),
        ("A-ABBCCDD", False),
        ("AA-ABBCCDD", False),
        ("AABB-BCCDD", False),
    ],
)
@pytest.mark.parametrize("lines_a_block", [2, 3])
def test_rows_that_stand_together_are_not_held_whole(
    training: dict[str, str], tmp_path: Path, workers: str, together: bool, lines_a_block: int
) -> None:
    key = {"companyId", "inss", "calendarYear"}
    rows = [
        {name: "" if worker == "-" and name in key else cell for name, cell in training.items()}
        | {"inss": worker.strip("-")}
        for worker in workers
    ]
    path = tmp_path / "t.csv"
    pl.DataFrame(rows).write_csv(path, separator=";")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BATCH_ROWS", lines_a_block)
        chunks = [item for item in read_table_chunks(path) if isinstance(item, TableChunk)]
    # What is held whole comes at once, but for the last declaration.
    assert (chunks[0].declarations < chunks[0].announces - 1) is together
    assert sum(len(chunk.frame) for chunk in chunks) == len(workers)
