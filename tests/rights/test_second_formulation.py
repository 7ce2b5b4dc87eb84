"""Every right beside that of a second, independent formulation, over random workers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from fla_batch.rights.compute import prepare
from fla_batch.rights.output import write_rights
from fla_batch.rights.request import Request
from fla_batch.rights.spill import Spill
from tests.counts import COUNTED, count
from tests.rights.cases import DIMONA_COLUMNS, DMFA_COLUMNS, write_table
from tests.rights.random_workers import RandomWorkers, Row, company
from tests.rights.second_formulation import SecondFormulation

MERGED = {company(900): company(1)}
RUNS = 4
DAYS = (date(2024, 10, 15), date(2024, 5, 20), date(2024, 1, 3), date(2024, 12, 31))


def written(path: Path, columns: tuple[str, ...], rows: list[Row]) -> Path:
    return write_table(path, columns, [[row[name] for name in columns] for row in rows])


@pytest.mark.parametrize("run", range(RUNS))
def test_both_formulations_agree(
    run: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    given = RandomWorkers(seed=run, count=count(2_000, 20_000) // RUNS)
    day = DAYS[run]
    facts = Path(str(files("fla_batch.rights").joinpath("sectors.csv")))
    second = SecondFormulation(facts, day, MERGED)
    expected = second.compute([given.dmfa, given.later], given.dimona)

    first = written(tmp_path / "dmfa.csv", DMFA_COLUMNS, given.dmfa)
    later = written(tmp_path / "later.csv", DMFA_COLUMNS, given.later)
    dimona = written(tmp_path / "dimona.csv", DIMONA_COLUMNS, given.dimona)
    output = tmp_path / "rights.csv"
    with Spill() as spill:
        request = Request(as_of=day, year=2024, merged=MERGED)
        computation = prepare(spill, [first, later], [dimona], request)
        told = write_rights(computation, output)
    seen: dict[tuple[str, str], dict[str, tuple[str, str, str, int]]] = {}
    with output.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            rows = seen.setdefault((row["INSS"], row["CompanyID"]), {})
            amounts = (row["BC"], row["Days"], row["Hours"], int(row["HoursCenti"]))
            rows[row["JointCommissionNbr"]] = amounts
    sizes = {company: size.value for company, size in computation.sizes.known().items()}
    assert sizes == {each: expected.sizes[each] for each in sizes}
    held = {(each.inss, each.company_id) for each in told.not_computed if each.inss}
    assert held == expected.held
    different = {
        key: (seen.get(key), expected.rows.get(key)) for key in seen.keys() | expected.rows
    }
    assert {key: both for key, both in different.items() if both[0] != both[1]} == {}
    rules = [found.rule for found in told.anomalies]
    gaps = {
        (str(found.inss), str(found.company_id), str(found.value))
        for found in told.anomalies
        if found.rule in ("gap", "gap-before")
    }
    assert gaps == expected.gaps
    assert rules.count("duplicate-line") == expected.duplicates
    assert rules.count("corrected-line") == expected.corrections
    record_property(
        COUNTED,
        f"{given.count} workers, {len(seen)} rights, {len(held)} held back, {len(gaps)} gaps, "
        f"{expected.corrections} corrections, {expected.duplicates} lines twice: both agree",
    )
    assert min(len(seen) / given.count, len(gaps), expected.corrections, len(held)) > 0.3
