"""A table looked at by whole columns says what it says declaration by declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from fla_batch.batching.column_origins import rows_texts
from fla_batch.batching.screened_chunk import ScreenedChunk
from fla_batch.intake import InputReading
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.intake.zone_columns import KEY_COLUMNS, columns_of
from fla_batch.models import DECLARATIONS, Entry
from fla_batch.rules import RuleContext, check
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputOrigin, rows_of, rows_text
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b
from tests.columns import as_columns
from tests.counts import COUNTED, count
from tests.mutations import cells_around, spoil

Record = Callable[[str, object], None]
CONTEXT = RuleContext(today=date(2025, 3, 1))
WORKERS = ("85061210108", "90030420237", "70081500504")
GOOD: dict[str, Any] = {
    "companyId": "0880820673",
    "inss": "85061210108",
    "calendarYear": "2024",
    "refHoursInWorkingDay": "760",
    "trainingSequenceNbr": "1",
    "trainingDenomination": "Veilig werken op hoogte",
    "trainingOrganiserName": "Centrum",
    "trainingResult": "1",
    "trainingLeadingToCertificate": "2",
    "certificateValidityStartDate": "2024-03-14",
    "certificateValidityEndDate": "2029-03-14",
    "scope": "1",
    "hours": "7.6",
    "trainingStartDate": "2024-03-14",
    "trainingEndDate": "2024-03-15",
    "trainingStatus": "1",
    "trainingType": "1",
    "trainingPlace": "2",
}
COLUMNS = list(columns_of(FormKind.TRAININGS))


def chunks_of(
    path: Path, rows: Iterable[dict[str, Any]], columns: Iterable[str] = COLUMNS
) -> list[TableChunk]:
    pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)).write_parquet(path)
    return [item for item in InputReading([path]) if isinstance(item, TableChunk)]


def found(chunks: Iterable[TableChunk], context: RuleContext = CONTEXT) -> list[list[Anomaly]]:
    """The reference: what all rules say of each declaration."""
    return [check(entry, context) for chunk in chunks for entry in chunk.entries()]


def compare(chunks: list[TableChunk], context: RuleContext = CONTEXT) -> int:
    """What is fine has no anomaly and the right columns; how many were fine."""
    fine = 0
    for chunk in chunks:
        screened = ScreenedChunk.of(chunk, context)
        entries = list(chunk.entries())
        slow = [check(entry, context) for entry in entries]
        quick = iter([check(entry, context) for entry in screened.entries()])
        for anomalies, done in zip(slow, screened.fine, strict=True):
            assert anomalies == ([] if done else next(quick))
        whole = [entry for entry, done in zip(entries, screened.fine, strict=True) if done]
        same_columns(screened, whole)
        fine += len(whole)
    return fine


def same_columns(screened: ScreenedChunk, entries: list[Entry]) -> None:
    model = DECLARATIONS[screened.chunk.layout.kind]
    expected = as_columns(model, [entry.declaration for entry in entries])
    assert_holds(screened.of_columns(screened.fine), expected)


def assert_holds(blocks: Any, expected: Any) -> None:
    """`blocks` has every column of `expected`; others that it has are nobody's zone there."""
    for name in expected.frame.columns:
        values = expected.frame[name].to_list()
        there = name in blocks.frame.columns
        assert (blocks.frame[name].to_list() if there else [None] * len(values)) == values, name
    for field, inner in expected.inner.items():
        assert blocks.inner[field].owners.to_list() == inner.owners.to_list()
        assert_holds(blocks.inner[field].blocks, inner.blocks)


def several(**cells: str | None) -> list[dict[str, Any]]:
    """Three trainings of one worker; the first has three periods."""
    later = {"trainingStartDate": "2024-09-02", "trainingEndDate": "2024-09-03"}
    last = {"trainingStartDate": "2025-01-06", "trainingEndDate": "2025-01-06", "hours": None}
    return [
        GOOD | cells,
        GOOD | later | cells,
        GOOD | {"trainingSequenceNbr": "2", "trainingDenomination": "Eerste hulp"} | cells,
        GOOD | last | {"days": "0.5"} | cells,
        GOOD | {"trainingSequenceNbr": "7", "trainingDenomination": "Excel"} | cells,
    ]


NONE = {"trainingSequenceNbr": None}
EDGES = {
    number: {"trainingFirstStartDate": "2024-03-14", "trainingLastEndDate": end}
    for number, end in (("1", "2025-01-06"), ("2", "2024-03-15"), ("7", "2024-03-15"))
}


@pytest.mark.parametrize(
    "rows",
    [
        [GOOD],
        several(),
        [row | {"trainingReferenceNbr": row["trainingSequenceNbr"]} | NONE for row in several()],
        [row | EDGES[row["trainingSequenceNbr"]] | NONE for row in several()],
        [row for worker in WORKERS for row in several(inss=worker)],
    ],
)
def test_what_is_sound_is_fine(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    chunks = chunks_of(tmp_path / "t.parquet", rows)
    assert compare(chunks) == sum(len(found([chunk])) for chunk in chunks)


def test_the_future_is_not_fine(tmp_path: Path) -> None:
    late = {
        "calendarYear": "2025",
        "trainingStartDate": "2025-03-01",
        "trainingEndDate": (CONTEXT.today + timedelta(days=1)).isoformat(),
    }
    assert compare(chunks_of(tmp_path / "t.parquet", [GOOD | late])) == 0


@pytest.mark.parametrize("name", COLUMNS)
def test_each_cell_of_a_column(tmp_path: Path, name: str) -> None:
    """Every value around the zone, alone in its declaration."""
    rows = [
        GOOD | {"inss": b.inss(number), name: cell}
        for number, cell in enumerate(cells_around(FormKind.TRAININGS, name), start=1)
    ]
    for table in [[row] for row in rows] if name in KEY_COLUMNS else [rows]:
        compare(chunks_of(tmp_path / "t.parquet", table))


def test_a_declaration_without_a_key(tmp_path: Path) -> None:
    nobody = GOOD | dict.fromkeys(KEY_COLUMNS)
    chunks = chunks_of(tmp_path / "t.parquet", [nobody, nobody])
    assert compare(chunks) == 0
    assert len(found(chunks)) == 2


def test_mutated_tables(tmp_path: Path, record_property: Record) -> None:
    """Some cells of some rows changed, rows moved, doubled and left out."""
    rounds, fine, whole = count(40, 2_000), 0, 0
    for seed in range(rounds):
        chunks = chunks_of(tmp_path / f"{seed}.parquet", mutated_rows(Random(seed)))
        fine += compare(chunks)
        whole += sum(len(found([chunk])) for chunk in chunks)
    assert whole / 5 < fine < whole
    record_property(COUNTED, f"{rounds:,} tables, {whole:,} declarations, {fine:,} fine, all alike")


def mutated_rows(random: Random) -> list[dict[str, Any]]:
    rows = []
    for year in range(2019, 2025):
        worker = random.choice(WORKERS)
        number = random.choice(({}, {}, {"trainingSequenceNbr": None}))
        dates = {
            name: cell and cell.replace("2024", str(year)).replace("2025", str(year + 1))
            for name, cell in GOOD.items()
            if name.endswith("Date")
        }
        some = several(inss=worker, calendarYear=str(year), **number)
        rows += [row | {k: v for k, v in dates.items() if row[k] == GOOD[k]} for row in some]
    spoil(rows, random, FormKind.TRAININGS, COLUMNS)
    return rows


def test_a_block_is_told_from_another() -> None:
    """The comparison above can fail."""
    two = b.trainings(), b.trainings(calendar_year=2023)
    one, other = (as_columns(DECLARATIONS[FormKind.TRAININGS], [each]) for each in two)
    with pytest.raises(AssertionError):
        assert_holds(one, other)


def test_by_columns_they_have_the_same_places(tmp_path: Path) -> None:
    """Rows, trainings of several periods, workers whose rows stand apart: as built one by one."""
    random = Random(15)
    rows = []
    for number in range(300):
        year = random.choice([2024, 2025])
        row = GOOD | {"inss": random.choice(WORKERS), "calendarYear": str(year)}
        sequence = random.randrange(1, 5)
        day = date(year, 1, 1) + timedelta(days=number % 300)
        rows.append(
            row
            | {
                "trainingSequenceNbr": str(sequence),
                "trainingDenomination": f"Training {sequence}",
                "trainingStartDate": day.isoformat(),
                "trainingEndDate": day.isoformat(),
            }
        )
    lengths = []
    for chunk in chunks_of(tmp_path / "t.parquet", rows):
        by_columns = chunk.blocks()
        assert by_columns.plain.all()
        places = rows_texts(by_columns.blocks)
        for entry, text in zip(chunk.entries(), places, strict=True):
            origin = entry.origin
            assert isinstance(origin, InputOrigin)
            assert text == rows_text(origin.rows)
            kept = InputOrigin(origin.sheet, rows_of(text))
            assert all(kept.source_of(path) == origin.source_of(path) for path in origin.rows)
            lengths.append(len(text))
    assert (len(lengths), max(lengths) > 500) == (6, True)
