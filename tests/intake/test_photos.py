"""Over several files no photo stands twice, whether a file is read by columns or one by one."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from fla_batch.intake import InputReading, grouping, read_inputs
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.models import Entry, TrainingsDeclaration
from fla_batch.vocabulary.findings import Anomaly
from tests import builders as b
from tests.batching.test_screened_tables import GOOD

WORKERS = ["85061210108", "90030420237", "70081500504"]


def table(path: Path, *workers: str | None) -> Path:
    rows = [GOOD | {"inss": worker} for worker in workers]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(GOOD, pl.String))
    if path.suffix == ".csv":
        frame.write_csv(path, separator=";")
    else:
        frame.write_parquet(path)
    return path


def found(*paths: Path) -> list[str]:
    """INSS of each declaration, and both places of each that stands twice."""
    texts = []
    for item in read_inputs(paths):
        if isinstance(item, Entry):
            texts.append(item.declaration.employee.inss or "")
        elif item.rule == "declared-twice":
            texts.append(str(item.label.en).replace(str(paths[0].parent) + "/", ""))
    return texts


def test_the_second_of_two_tables_repeats_a_worker(tmp_path: Path) -> None:
    first = table(tmp_path / "first.parquet", *WORKERS[:2])
    second = table(tmp_path / "second.csv", WORKERS[2], WORKERS[1])
    *good, bad = found(first, second)
    assert good == WORKERS
    assert "first.parquet, row 2" in bad
    assert "second.csv, row 3" in bad


def test_a_table_and_a_json_file(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    declaration = b.trainings(
        employer=b.employer(company_id=GOOD["companyId"]), employee=b.employee(inss=WORKERS[0])
    )
    path.write_text(json.dumps(declaration.to_json()))
    csv = table(tmp_path / "two.csv", WORKERS[1], WORKERS[0])
    for files in ((path, csv), (csv, path)):
        texts = found(*files)
        assert sorted(texts[:2]) == sorted(WORKERS[:2])
        assert "one.json" in texts[2]
        assert "two.csv, row 3" in texts[2]


def test_rows_without_a_whole_key_are_no_repetition(tmp_path: Path) -> None:
    first = table(tmp_path / "first.csv", WORKERS[0], None)
    second = table(tmp_path / "second.csv", None, WORKERS[1])
    assert found(first, second) == [WORKERS[0], "", "", WORKERS[1]]


def test_tables_that_repeat_nothing_stay_in_chunks(tmp_path: Path) -> None:
    files = [table(tmp_path / f"{worker}.csv", worker) for worker in WORKERS]
    items = list(InputReading(files))
    assert len(items) == len(files)
    assert not any(isinstance(item, Entry | Anomaly) for item in items)


def test_scattered_rows_come_in_chunks_of_whole_declarations(tmp_path: Path) -> None:
    rows = [
        GOOD | {"inss": worker, "trainingSequenceNbr": str(number)}
        for number in (1, 2, 3)
        for worker in WORKERS
    ]
    path = tmp_path / "scattered.parquet"
    pl.DataFrame(rows, schema=dict.fromkeys(GOOD, pl.String)).write_parquet(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "BATCH_ROWS", 2)
        chunks = [item for item in InputReading([path]) if isinstance(item, TableChunk)]
    assert len(chunks) > 1
    entries = [entry for chunk in chunks for entry in chunk.entries()]
    found = [
        (one.declaration.employee.inss, len(one.declaration.trainings))
        for one in entries
        if isinstance(one.declaration, TrainingsDeclaration)
    ]
    assert found == [(worker, 3) for worker in WORKERS]
