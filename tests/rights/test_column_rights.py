"""Rights by columns are those of the per-worker path, byte for byte."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from fla_batch.rights.compute import Computation, prepare
from fla_batch.rights.output import CSV_COLUMNS, body, rows_of, write_rights
from fla_batch.rights.relation import EmploymentStanding
from fla_batch.rights.request import Request
from fla_batch.rights.spill import Spill
from tests.counts import COUNTED, count
from tests.rights.cases import DIMONA_COLUMNS, DMFA_COLUMNS, write_table
from tests.rights.random_workers import RandomWorkers, company

DAYS = (date(2024, 10, 15), date(2024, 5, 20), date(2024, 1, 3), date(2024, 12, 31))


def worker_by_worker(computation: Computation) -> tuple[str, str]:
    """CSV and JSON as the per-worker path gives them."""
    text = StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\n")
    table.writerow(CSV_COLUMNS)
    bodies = []
    for right in computation.rights():
        table.writerows(rows_of(right))
        if right.standing is not EmploymentStanding.FUTURE:
            bodies.append(json.dumps(body(right)))
    return text.getvalue(), "[\n" + ",\n".join(bodies) + "\n]\n"


@pytest.mark.parametrize("run", range(4))
def test_the_same_bytes(
    run: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    given = RandomWorkers(seed=100 + run, count=count(1_000, 20_000) // 4)
    paths = []
    for name, columns, rows in (
        ("dmfa.csv", DMFA_COLUMNS, given.dmfa),
        ("later.csv", DMFA_COLUMNS, given.later),
        ("dimona.csv", DIMONA_COLUMNS, given.dimona),
    ):
        cells = [[row[column] for column in columns] for row in rows]
        paths.append(write_table(tmp_path / name, columns, cells))
    request = Request(as_of=DAYS[run], year=2024, merged={company(900): company(1)})
    with Spill() as spill:
        one_by_one = prepare(spill, paths[:2], paths[2:], request)
        rows_text, bodies_text = worker_by_worker(one_by_one)
    plain = 0
    for name, expected in (("rights.csv", rows_text), ("rights.json", bodies_text)):
        with Spill() as spill:
            computation = prepare(spill, paths[:2], paths[2:], request)
            told = write_rights(computation, tmp_path / name)
            plain = sum(table.height for table, _ in computation.tables())
        assert (tmp_path / name).read_text(encoding="utf-8") == expected
        rules = sorted(str(found.rule) for found in computation.sector_warnings())
        assert rules == sorted(str(found.rule) for found in one_by_one.sector_warnings())
        assert {each.inss for each in told.not_computed} == {
            each.inss for each in one_by_one.not_computed()
        }
    record_property(COUNTED, f"{given.count} workers, {plain} by columns: the same bytes")
    assert plain > given.count / 5
