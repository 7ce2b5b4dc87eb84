"""Whom to rescue: every row is read, or named with what is wrong with it; all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.intake.rescue_lists import NamedWorker, read_employers, read_workers
from fla_batch.vocabulary.errors import InputUnreadable
from tests.builders import company_id, inss

E, F, I1, J = company_id(1), company_id(2), inss(1), inss(2)


def written(folder: Path, *lines: str, name: str = "w.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("heading", "text", "year"),
    [
        ("CalendarYear", "2024", 2024),
        ("Année", " 2024 ", 2024),
        ("jaar", "", None),
        ("Quarter", "20241", 2024),
        ("Trimestre", "2024Q3", 2024),
        ("kwartaal", "2024-K4", 2024),
    ],
)
def test_years_and_quarters(tmp_path: Path, heading: str, text: str, year: int | None) -> None:
    path = written(tmp_path, f"CompanyID;INSS;{heading}", f"{E};{I1};{text}")
    assert read_workers(path) == [NamedWorker(E, I1, year)]


@pytest.mark.parametrize("text", ["soon", "24", "2024Q5", "1812", "20245", "2024 and 2025"])
def test_a_year_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, "CompanyID;INSS;CalendarYear", f"{E};{I1};2024", f"{E};{J};{text}")
    with pytest.raises(InputUnreadable, match=r"row 3: .* is no calendar year") as caught:
        read_workers(path)
    assert caught.value.row == 3


def test_all_rows_at_fault_are_named_and_no_number_whole(tmp_path: Path) -> None:
    wrong = f"{int(I1) + 1:011d}"
    path = written(
        tmp_path,
        "CompanyID;INSS;CalendarYear",
        f"{E};{wrong};",
        f"{E};;2024",
        f"abc;{I1};",
        f";{J};",
        f"{E};{I1};soon",
        f"{F};{J};2025",
    )
    with pytest.raises(InputUnreadable) as caught:
        read_workers(path)
    said = str(caught.value)
    for row, why in [
        (2, "no national number"),
        (3, "names no worker"),
        (4, "no company number"),
        (5, "names no employer"),
        (6, "no calendar year"),
    ]:
        assert f"row {row}: " in said
        assert why in said
    assert "row 7" not in said
    assert wrong not in said


def test_of_very_many_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "CompanyID;INSS", *(f"{E};12" for _ in range(500)))
    with pytest.raises(InputUnreadable, match="and 480 more rows"):
        read_workers(path)


def test_empty_rows_say_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "CompanyID;INSS;Name", f"{E};{I1};A", ";;", f"{F};{J};B")
    assert read_workers(path) == [NamedWorker(E, I1), NamedWorker(F, J)]


def test_a_plain_list_belongs_to_every_employer_that_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "# ours", I1, J, I1, name="i.txt")
    assert read_workers(path) == [NamedWorker("", I1), NamedWorker("", J)]


def test_employers_at_fault_are_all_named(tmp_path: Path) -> None:
    path = written(tmp_path, "0880820674", E, "0880820675", name="e.txt")
    with pytest.raises(InputUnreadable, match=r"row 1: .*; row 3: "):
        read_employers(path)
    assert read_employers(written(tmp_path, E, F, E, name="e.txt")) == [E, F]
