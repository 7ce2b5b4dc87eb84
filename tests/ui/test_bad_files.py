"""What a page must not choke on: each is a sentence that a clerk understands, and nothing kept."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from fla_batch.ledger.ledger import Ledger
from fla_batch.ui import file_views
from tests.command_line import workers, write_csv
from tests.report.test_marked_workbook import NAMES, good_book
from tests.ui.conftest import Browser


def _kept(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "outbox" / "page" / "files").glob("*/original/*")]


@cache
def _bomb() -> bytes:
    """A workbook of less than a megabyte that unpacks to 700 MB."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(700):
            part.write(b"\0" * 1_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("empty.xlsx", b"", "empty.xlsx is empty"),
        ("picture.png", b"\x89PNG", "picture.png is not a file that can be read here"),
        ("macro.exe", b"MZ", "Drop one of these: .json"),
        ("noname", b"inss", "is not a file that can be read here"),
    ],
)
def test_what_is_no_table_is_said(
    browser: Browser, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    answer = browser.post("/files", files={"file": (name, content)})
    assert answer.status_code == 409
    assert said in answer.text
    assert _kept(tmp_path) == []


def test_a_zip_bomb_is_not_opened(browser: Browser, tmp_path: Path) -> None:
    for name in ("bomb.xlsx", "bomb.zip"):
        answer = browser.post("/files", files={"file": (name, _bomb())})
        assert answer.status_code == 409
        assert "would unpack to more than 600 MB" in answer.text
    assert _kept(tmp_path) == []


@pytest.mark.parametrize("name", ["damaged.xlsx", "damaged.zip"])
def test_a_damaged_archive_is_said_where_its_findings_stand(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    damaged = content.getvalue().replace(b"PK\x01\x02", b"PK\x09\x09")
    (tmp_path / name).write_bytes(damaged)
    said = browser.checked(browser.drop(tmp_path / name))
    assert "1 mistake to mend" in said
    assert "Open the file in the program it comes from" in said
    assert browser.complaints == []


def test_a_file_of_200_mb_is_refused_before_it_is_taken_in(
    browser: Browser, tmp_path: Path
) -> None:
    taken = 0

    def content() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(200):
            taken += 1_000_000
            yield b"x" * 1_000_000

    headers = {"content-length": "200000000", "content-type": "multipart/form-data; boundary=x"}
    answer = browser.post("/files", content=content(), headers=headers)
    assert answer.status_code == 409
    assert "larger than 50 MB" in answer.text
    assert "fla-batch check FILE" in answer.text
    assert _kept(tmp_path) == []
    unsaid = browser.post("/files", content=content(), headers={"content-type": "text/plain"})
    assert unsaid.status_code == 409


def test_no_file_and_no_length_are_said(browser: Browser) -> None:
    assert "no file was chosen" in browser.post("/files", data={"a": "b"}).text
    assert browser.get("/files").status_code == 303


def test_a_disk_that_is_nearly_full_takes_nothing(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_views, "free_bytes", lambda _: 10)
    answer = browser.post("/files", files={"file": ("a.csv", b"inss\n1\n")})
    assert "the disk is nearly full" in answer.text
    assert _kept(tmp_path) == []


@pytest.mark.parametrize("name", ["../../x.csv", "C:\\fake\\x.csv", "/etc/x.csv", ".x.csv"])
def test_a_name_cannot_lead_elsewhere(browser: Browser, tmp_path: Path, name: str) -> None:
    page = browser.drop(write_csv(tmp_path / "x.csv", workers(1)), name)
    assert _kept(tmp_path) == ["x.csv"]
    assert "Nothing stands in the way" in browser.checked(page)


def test_scripts_and_formulas_stay_texts(browser: Browser, tmp_path: Path) -> None:
    evil = '<img src=x onerror=alert(1)>=HYPERLINK("http://evil")'
    rows = [{"trainingDenomination": evil, "hours": "zeven", "<script>x</script>": evil}]
    page = browser.drop(write_csv(tmp_path / "x.csv", rows), "<script>alert(1)</script>.csv")
    said = [browser.get(page).text, browser.checked(page), browser.get(f"{page}/rows").text]
    said += [browser.get(f"{page}/cell", params={"row": 2, "column": 4}).text]
    said += [browser.get(f"{page}/columns").text]
    for text in said:
        assert "<img" not in text
        assert "<script>" not in text
    assert "&lt;img src=x" in said[2]
    marked = browser.get(f"{page}/marked.xlsx")
    with zipfile.ZipFile(io.BytesIO(marked.content)) as book:
        sheets = [book.read(name) for name in book.namelist() if "sheet" in name]
    assert not [sheet for sheet in sheets if b"<f>" in sheet and b"evil" in sheet]


def test_ten_thousand_mistakes_come_as_they_are_needed(browser: Browser, tmp_path: Path) -> None:
    rows = [{**row, "hours": "zeven", "scope": "9"} for row in workers(5_000)]
    page = browser.drop(write_csv(tmp_path / "x.csv", rows))
    said = browser.checked(page)
    assert "10 000 mistakes to mend" in said
    assert len(said) < 20_000
    some = browser.get(f"{page}/rows", params={"start": 4_900, "count": 9_999, "found": 1})
    assert some.headers["x-total"] == "5000"
    assert some.text.count('data-row="') == 100
    assert some.text.count('aria-invalid="true"') == 200


def test_cells_that_are_not_there_and_odd_numbers_are_said(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.drop(write_csv(tmp_path / "x.csv", workers(2)))
    browser.checked(page)
    for row, column in (("99", "1"), ("2", "99"), ("-1", "x"), ("9" * 40, "1"), ("", "")):
        for answer in (
            browser.get(f"{page}/cell", params={"row": row, "column": column}),
            browser.post(f"{page}/cell", data={"row": row, "column": column, "text": "a"}),
        ):
            assert answer.status_code == 409
            assert "there is no such cell" in answer.text
    long = browser.post(f"{page}/cell", data={"row": "2", "column": "4", "text": "a" * 20_000})
    assert "too long" in long.text
    odd = browser.get(f"{page}/rows", params={"start": "x", "count": "-1", "cause": "99"})
    assert odd.status_code == 200
    for gone in ("/files/000000000000", "/files/..%2f..", f"{page[:-1]}g"):
        assert browser.get(gone).status_code in (404, 409)


def test_a_ledger_in_use_by_a_command_is_waited_for_and_said(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.drop(write_csv(tmp_path / "x.csv", workers(1)))
    browser.get(f"{page}/build")
    assert "Build 1 declaration" in browser.get(f"{page}/foreseen").text
    settings = browser.get("/batches")
    assert settings.status_code == 200
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'outbox' / 'ledger.db'}")
    with ledger:
        released = threading.Event()
        held = threading.Event()

        def a_command() -> None:
            from tests.ui.conftest import now

            with ledger.lock("build S", now):
                held.set()
                released.wait(20)

        command = threading.Thread(target=a_command)
        command.start()
        held.wait(10)
        waiting = browser.post(f"{page}/build", data={"x": "y"})
        assert "Building" in waiting.text
        assert browser.get("/batches").status_code == 200
        released.set()
        command.join()
    for _ in range(60):
        said = browser.get(f"{page}/building").text
        if "ready to send" in said:
            break
    assert "1 batch lies ready to send" in said


def test_a_second_tab_on_the_same_file_builds_once(browser: Browser, tmp_path: Path) -> None:
    page = browser.drop(write_csv(tmp_path / "x.csv", workers(300)))
    for _ in range(2):
        browser.get(f"{page}/build")
        while "load delay" in browser.get(f"{page}/foreseen").text:
            pass
    first, second = (browser.post(f"{page}/build", data={"x": "y"}) for _ in range(2))
    assert {first.status_code, second.status_code} == {200}
    for _ in range(60):
        said = browser.get(f"{page}/building").text
        if "load delay" not in said:
            break
    assert "unchanged" in said or "sent already" in said or "ready to send" in said
    assert browser.get("/batches").text.count('class="batch-name"') == 1


def test_the_grid_shows_what_a_cell_shows(browser: Browser, tmp_path: Path) -> None:
    """A percentage, an error: in the table they are marked with signs that no page should show."""
    book = openpyxl.load_workbook(good_book(tmp_path / "own.xlsx"))
    sheet = book["2024"]
    column = NAMES.index("hours") + 1
    sheet.cell(4, column).value, sheet.cell(4, column).number_format = 0.2, "0%"
    sheet.cell(5, column).value = "=1+1"
    book.save(tmp_path / "own.xlsx")
    address = browser.drop(tmp_path / "own.xlsx")
    first = browser.get(address).text
    browser.checked(address)
    for text in (first, browser.get(f"{address}/rows").text):
        assert "\0" not in text
        assert "\ufffd" not in text
    assert "20%" in text
    assert "=1+1" in text
