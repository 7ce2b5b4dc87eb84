"""Files of workers to ask about."""

from __future__ import annotations

import json
from pathlib import Path

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fla_batch.intake.worker_list import Person, read_people
from fla_batch.vocabulary.errors import InputUnreadable
from tests.e2e_manual.office import MANUAL

ONE, TWO = "81511716525", "70081500504"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "workers.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{ONE}\n{TWO}\n", [Person(ONE), Person(TWO)], id="lines"),
        pytest.param(f"inss;year\r\n{ONE};2024\r\n", [Person(ONE, 2024)], id="heading and year"),
        pytest.param(f"\ufeff{ONE},2024,x\n\n", [Person(ONE, 2024)], id="BOM, comma, more fields"),
        pytest.param(f'"{ONE}"\t"2024"\n', [Person(ONE, 2024)], id="quotes and tab"),
        pytest.param("81.51.17-165.25", [Person(ONE)], id="as people write it"),
        pytest.param(f"{ONE}\n{ONE}\n{ONE};2024", [Person(ONE), Person(ONE, 2024)], id="once each"),
        pytest.param("10100105", [Person("00010100105")], id="lost zeros"),
        pytest.param(
            json.dumps({"employees": [{"inss": int(ONE), "year": 2024}]}),
            [Person(ONE, 2024)],
            id="an answer",
        ),
        pytest.param(
            json.dumps({"answers": [{"employees": [{"inss": ONE}]}, {"employees": []}]}),
            [Person(ONE)],
            id="a document of ask",
        ),
    ],
)
def test_what_is_read(tmp_path: Path, text: str, expected: list[Person]) -> None:
    assert read_people(written(tmp_path, text)) == expected


def test_a_workbook_and_any_other_table_is_read_as_everywhere(tmp_path: Path) -> None:
    cells = {"Naam": ["Jansen", "Peeters"], "Rijksregisternummer": [ONE, TWO]}
    frame = polars.DataFrame(cells | {"jaar": [2024, 2024]})
    frame.write_excel(tmp_path / "workers.xlsx")
    frame.write_csv(tmp_path / "workers.csv", separator=";")
    (tmp_path / "latin.csv").write_bytes(f"prénom;NISS\nZoé;{ONE}\n".encode("latin-1"))
    (tmp_path / "comment.csv").write_text(f"# ours\n{ONE}\n# not this one;2024\n", "utf-8")
    for name in ("workers.xlsx", "workers.csv"):
        assert read_people(tmp_path / name) == [Person(ONE, 2024), Person(TWO, 2024)]
    for name in ("latin.csv", "comment.csv"):
        assert read_people(tmp_path / name) == [Person(ONE)]


def test_the_manuals_own_list() -> None:
    found = read_people(MANUAL / "GetEmployeesTrainings_output.json")
    assert found == [Person(ONE, 2024), Person(TWO, 2024)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "names no worker", id="empty"),
        pytest.param('{"employees": []}', "names no worker", id="empty list"),
        pytest.param(f"{ONE}\n81511716526\n", "row 2: .* no national number", id="check digits"),
        pytest.param(f"{ONE};1900", "row 1: '1900' is no year", id="year"),
        pytest.param(f"{ONE};soon", "row 1: 'soon' is no year", id="no year"),
        pytest.param('{"employees": [1]}', "row 1: an employee is an object", id="no object"),
        pytest.param("{", "is no JSON", id="broken"),
        pytest.param(b"\xff\xfe\x00", "encoded as UTF-16", id="no text"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InputUnreadable, match=said) as raised:
        read_people(written(tmp_path, text))
    assert "workers.txt" in str(raised.value)
    assert "81511716526" not in str(raised.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_nothing_else_ever_comes_out(tmp_path: Path, content: bytes) -> None:
    try:
        people = read_people(written(tmp_path, content))
    except InputUnreadable:
        return
    assert all(len(person.inss) == 11 for person in people)
