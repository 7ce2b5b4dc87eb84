"""What the screen clears, no rule finds anything in: proved on mutated tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fla_batch.intake import read_chunks
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.models import Entry
from fla_batch.rules import RuleContext, check
from fla_batch.rules.screen import cleared

CONTEXT = RuleContext(today=date(2025, 3, 1))
SCREEN = partial(cleared, context=CONTEXT)
GOOD: dict[str, Any] = {
    "companyId": "0880820673",
    "inss": "85061210108",
    "calendarYear": "2024",
    "refHoursInWorkingDay": "760",
    "trainingSequenceNbr": "1",
    "trainingDenomination": "Veilig werken op hoogte",
    "trainingFirstStartDate": None,
    "trainingLastEndDate": None,
    "trainingOrganiserName": "Centrum",
    "trainingResult": "1",
    "trainingLeadingToCertificate": "2",
    "certificateValidityStartDate": "2024-03-14",
    "certificateValidityEndDate": "2029-03-14",
    "scope": "1",
    "hours": "7.6",
    "days": None,
    "trainingDays": None,
    "trainingStartDate": "2024-03-14",
    "trainingEndDate": "2024-03-15",
    "trainingStatus": "1",
    "trainingType": "1",
    "trainingPlace": "2",
    "providerTrainingId": None,
    "trainingProviderCompanyId": None,
    "processingState": None,
}
# For each column values that are wrong, odd, on a bound, or just another good one.
OTHERS: dict[str, list[str | None]] = {
    "companyId": ["880820673", "0880820674", "BE 0401.234.560", "12", None],
    "inss": ["90030420237", "85061210109", "81511716525", "02011501204", "8506121010x", None],
    "calendarYear": ["2023", "2025", "1950", "2100", None],
    "refHoursInWorkingDay": ["0", "1400", "1401", "-1", "x", None],
    "trainingSequenceNbr": ["0", "2", "999", "1000", None],
    "trainingDenomination": ["ab", "abc", "x" * 500, "x" * 501, "5 €", "a\x01b", "A&B", None],
    "trainingFirstStartDate": ["2024-03-14", "2024-03-13"],
    "trainingLastEndDate": ["2024-03-15", "2024-03-16"],
    "trainingOrganiserName": [None, "x" * 501, "“curly”"],
    "trainingResult": ["0", "5", "6", None],
    "trainingLeadingToCertificate": ["1", "3", None],
    "certificateValidityStartDate": [None, "2030-01-01"],
    "certificateValidityEndDate": [None, "2020-01-01"],
    "scope": ["2", "3", None],
    "hours": [None, "0", "48", "48.01", "x", "15600", "15600.01"],
    "days": ["0.5", "0.3", "2", "2.5", "1560"],
    "trainingDays": ["50", "30"],
    "trainingStartDate": ["2024-03-15", "2024-03-16", "2023-12-31", "2024-02-30", None],
    "trainingEndDate": ["2024-03-14", "2024-03-13", "2025-03-02", "2029-01-01", None],
    "trainingStatus": ["2", "4", "5", None],
    "trainingType": ["2", "3", None],
    "trainingPlace": ["4", "5", None],
    "providerTrainingId": ["8f14e45f-ceea-467f-9c2d-0123456789ab", "x"],
    "trainingProviderCompanyId": ["0401234560"],
    "processingState": ["validated"],
}


def _entries(path: Path, rows: list[dict[str, Any]], *, screened: bool) -> list[Entry]:
    pl.DataFrame(rows, schema=dict.fromkeys(GOOD, pl.String)).write_parquet(path)
    chunks = [item for item in read_chunks([path]) if isinstance(item, TableChunk)]
    if not screened:
        return [entry for chunk in chunks for entry in chunk.entries()]
    return [entry for chunk in chunks for entry in chunk.entries(chunk.cleared(SCREEN))]


def _single_changes() -> Iterator[tuple[str, str | None]]:
    return ((name, value) for name, values in OTHERS.items() for value in values)


def test_a_good_declaration_is_cleared(tmp_path: Path) -> None:
    second = GOOD | {"trainingSequenceNbr": "2", "trainingDenomination": "Eerste hulp"}
    (entry,) = _entries(tmp_path / "t.parquet", [GOOD, second], screened=True)
    assert entry.cleared


@pytest.mark.parametrize(("name", "value"), list(_single_changes()))
def test_what_is_cleared_has_no_finding(tmp_path: Path, name: str, value: str | None) -> None:
    _compare(tmp_path, [GOOD | {name: value}])


@pytest.mark.parametrize(
    ("name", "value"),
    [("refHoursInWorkingDay", "800"), ("trainingSequenceNbr", "1"), ("hours", "8")],
)
def test_two_rows_that_do_not_go_together_are_not_cleared(
    tmp_path: Path, name: str, value: str
) -> None:
    other = GOOD | {"trainingSequenceNbr": "2", "trainingDenomination": "Other"} | {name: value}
    entries = _entries(tmp_path / "t.parquet", [GOOD, other], screened=True)
    assert [entry.cleared for entry in entries] == [name == "hours"]


def test_the_same_training_twice_is_not_cleared(tmp_path: Path) -> None:
    twice = [
        GOOD,
        GOOD | {"trainingSequenceNbr": "2", "trainingDenomination": "VEILIG werken op hoogte"},
    ]
    (entry,) = _entries(tmp_path / "t.parquet", twice, screened=True)
    assert not entry.cleared


def test_the_future_is_not_cleared(tmp_path: Path) -> None:
    late = {
        "calendarYear": "2025",
        "trainingStartDate": "2025-03-01",
        "trainingEndDate": (CONTEXT.today + timedelta(days=1)).isoformat(),
    }
    _compare(tmp_path, [GOOD | late])


mutated_rows = st.lists(
    st.dictionaries(st.sampled_from(sorted(OTHERS)), st.integers(0, 7), max_size=3),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(changes=mutated_rows, workers=st.lists(st.booleans(), min_size=6, max_size=6))
def test_screened_and_row_by_row_agree(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[dict[str, int]],
    workers: list[bool],
) -> None:
    rows = []
    for number, (change, other) in enumerate(zip(changes, workers, strict=False), start=1):
        row = GOOD | {"trainingSequenceNbr": str(number), "trainingDenomination": f"T {number}"}
        if other:
            row["inss"] = "90030420237"
        for name, choice in change.items():
            row[name] = OTHERS[name][choice % len(OTHERS[name])]
        rows.append(row)
    _compare(tmp_path_factory.mktemp("screen"), rows)


def _compare(folder: Path, rows: list[dict[str, Any]]) -> None:
    """The same declarations and places either way, and nothing found in what was cleared."""
    plain = _entries(folder / "t.parquet", rows, screened=False)
    screened = _entries(folder / "t.parquet", rows, screened=True)
    assert [one.declaration for one in plain] == [one.declaration for one in screened]
    for slow, quick in zip(plain, screened, strict=True):
        if quick.cleared:
            assert check(slow, CONTEXT) == []
            for path in ((), ("employee", "inss"), ("trainings", 0, "scope")):
                assert slow.origin.source_of(path) == quick.origin.source_of(path)
        else:
            assert check(slow, CONTEXT) == check(quick, CONTEXT)
