"""Tables of rights by whole columns: what they say and become is the same as one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fla_batch.batching.column_origins import rows_texts
from fla_batch.batching.screened_chunk import ScreenedChunk
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.intake.zone_columns import KEY_COLUMNS, columns_of
from fla_batch.vocabulary.input_origin import InputOrigin, rows_text
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b
from tests.batching import test_desk, test_screened_tables
from tests.batching.test_screened_tables import CONTEXT, WORKERS
from tests.counts import COUNTED, count
from tests.message.profiles import PROFILES
from tests.mutations import cells_around, spoil

Record = Callable[[str, object], None]
COLUMNS = list(columns_of(FormKind.TRAINING_RIGHTS))
HEAD: dict[str, Any] = {
    "companyId": "0880820673",
    "inss": "85061210108",
    "calendarYear": "2024",
    "language": "1",
}
LEGAL = {"rightType": "LEGAL", "hours": "38", "jointCommissionNbr": "200|149.02"}
SECTOR = {
    "rightType": "SECTOR",
    "days": "1.5",
    "jointCommissionNbr": "149.02",
    "activityCode": "1000",
    "workingRegulationsRegistryNbr": "12/A \\ é' 3/CO",
}
EMPLOYER = {"rightType": "EMPLOYER", "hours": "7.6", "jointCommissionNbr": "200"}
BY_COLUMNS: list[dict[str, Any]] = [
    {"legalFlaRightDays": "500", "jointCommissionNbr": "200"},
    {
        "complementarySectorRightHours": "760",
        "jointCommissionNbr": "200",
        "activityCode": "12",
    },
    {"complementaryEmployerRightDays": "50", "jointCommissionNbr": "302"},
]


def rights(*cells: dict[str, Any], **head: Any) -> list[dict[str, Any]]:
    return [HEAD | head | row for row in cells]


def chunks_of(path: Path, rows: Iterable[dict[str, Any]]) -> list[TableChunk]:
    return test_screened_tables.chunks_of(path, rows, COLUMNS)


def questions(chunks: Iterable[TableChunk]) -> int:
    return sum(ScreenedChunk.of(chunk, CONTEXT).questions for chunk in chunks)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "cells",
    [
        [LEGAL],
        [SECTOR],
        [LEGAL, SECTOR, EMPLOYER],
        [SECTOR, EMPLOYER, LEGAL, SECTOR | {"activityCode": "1001"}],
        BY_COLUMNS,
        [LEGAL | {"legalFlaRightHours": "3800"}],
    ],
)
def test_sound_rights_are_written_by_columns(
    profile: str, cells: list[dict[str, Any]], tmp_path: Path
) -> None:
    rows = [row | {"inss": inss} for inss in WORKERS for row in rights(*cells)]
    found = chunks_of(tmp_path / "r.parquet", rows)
    assert questions(found) == 0
    test_desk.compare(profile, found)
    assert sum(map(test_screened_tables.compare, [[chunk] for chunk in found])) == len(WORKERS)


@pytest.mark.parametrize(
    "cells",
    [
        [LEGAL, LEGAL],
        [LEGAL | {"activityCode": "1"}],
        [LEGAL | {"complementarySectorRightDays": "50"}],
        [LEGAL | {"legalFlaRightHours": "100"}],
        [LEGAL | {"rightType": None}],
        [{"legalFlaRightDays": "50", "complementaryEmployerRightDays": "50"}],
        [{}],
        [LEGAL, EMPLOYER | {"language": "2"}],
        [LEGAL | {"language": None}, EMPLOYER],
        [{"rightType": "LEGAL"}],
    ],
)
def test_what_the_reader_says_something_of_is_left(
    cells: list[dict[str, Any]], tmp_path: Path
) -> None:
    found = chunks_of(tmp_path / "r.parquet", rights(*cells))
    assert not any(chunk.blocks().plain.any() for chunk in found)
    test_desk.compare("shipped", found)


@pytest.mark.parametrize("name", COLUMNS)
def test_each_cell_of_a_column(tmp_path: Path, name: str) -> None:
    rows = [
        HEAD | right | {"inss": b.inss(number), name: cell}
        for right in (LEGAL, SECTOR, EMPLOYER)
        for number, cell in enumerate(cells_around(FormKind.TRAINING_RIGHTS, name), start=1)
    ]
    for table in [[row] for row in rows] if name in KEY_COLUMNS else [rows]:
        found = chunks_of(tmp_path / "r.parquet", table)
        test_screened_tables.compare(found)
        test_desk.compare("shipped", found)


@pytest.mark.parametrize("profile", PROFILES)
def test_mutated_tables_give_the_same_either_way(
    profile: str, tmp_path: Path, record_property: Record
) -> None:
    """Some cells of some rows changed, rows moved, doubled and left out."""
    rounds, fine, whole = count(15, 1_000), 0, 0
    for seed in range(rounds):
        found = chunks_of(tmp_path / f"{seed}.parquet", mutated_rows(Random(seed)))
        fine += test_screened_tables.compare(found)
        whole += sum(chunk.declarations for chunk in found)
        test_desk.compare(profile, found)
    assert whole / 5 < fine < whole
    record_property(COUNTED, f"{rounds:,} tables, {whole:,} declarations, {fine:,} fine, all alike")


def mutated_rows(random: Random) -> list[dict[str, Any]]:
    rows = []
    for year in range(2019, 2025):
        some = [LEGAL, *[SECTOR] * random.randrange(3), *[EMPLOYER] * random.randrange(3)]
        random.shuffle(some)
        rows += rights(*some, inss=random.choice(WORKERS), calendarYear=str(year))
    spoil(rows, random, FormKind.TRAINING_RIGHTS, COLUMNS)
    return rows


def test_by_columns_they_have_the_same_places(tmp_path: Path) -> None:
    """Also those of workers whose rows stand apart."""
    every = (LEGAL, SECTOR, EMPLOYER, SECTOR, EMPLOYER)
    rows = [row for cell in every for inss in WORKERS for row in rights(cell, inss=inss)]
    seen = 0
    for chunk in chunks_of(tmp_path / "r.parquet", rows):
        by_columns = chunk.blocks()
        assert by_columns.plain.all()
        places = rows_texts(by_columns.blocks)
        for entry, text in zip(chunk.entries(), places, strict=True):
            assert isinstance(entry.origin, InputOrigin)
            assert text == rows_text(entry.origin.rows)
            seen += 1
    assert seen == len(WORKERS)
