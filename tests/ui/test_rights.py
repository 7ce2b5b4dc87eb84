"""`rights explain` as a page: the same arithmetic as the command's, to the last number."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tests.rights import test_cli as command
from tests.rights.cases import COMPANY, inss_of, write_inputs
from tests.ui.conftest import Browser

_ASKED = {"inss": inss_of(1), "as_of": "2024-09-19", "company_id": COMPANY, "size": "25"}


def _files(folder: Path) -> list[tuple[str, tuple[str, bytes]]]:
    paths = write_inputs(folder, command.TWO_CONTRACTS)
    names = ("dmfa", "dimona")
    return [(name, (path.name, path.read_bytes())) for name, path in zip(names, paths, strict=True)]


def _words(text: str) -> list[str]:
    return [word for word in text.split() if word.strip("=-")]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_arithmetic_is_that_of_the_command(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    answer = browser.post(
        "/rights", data=_ASKED, files=_files(tmp_path), headers={"accept-language": language}
    )
    assert answer.status_code == 200
    _, _, shown = answer.text.partition("<article")
    shown = unescape(re.sub("<[^>]*>", " ", shown.partition(">")[2]))
    golden = Path(command.__file__).with_name(f"explained.{language}.txt")
    assert _words(shown) == _words(golden.read_text(encoding="utf-8"))
    assert [*(tmp_path / "outbox" / "page").glob("*/*")] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"inss": "80010100108"}, "wrong length or check digits"),
        ({"as_of": ""}, "the date is missing"),
        ({"size": "many"}, "is no size of an employer"),
        ({"company_id": "", "size": "25"}, "NUMBER=VALUE"),
    ],
)
def test_what_is_missing_is_said(
    browser: Browser, tmp_path: Path, given: dict[str, str], said: str
) -> None:
    answer = browser.post("/rights", data=_ASKED | given, files=_files(tmp_path))
    assert answer.status_code == 409
    assert said in unescape(answer.text)


def test_files_that_are_none_and_workers_that_are_not_in_them(
    browser: Browser, tmp_path: Path
) -> None:
    assert "no file was chosen" in browser.post("/rights", data=_ASKED, files={"x": b""}).text
    empty = browser.post("/rights", data=_ASKED, files={"dmfa": ("dmfa.csv", b"")})
    assert "dmfa.csv is empty" in empty.text
    nobody = browser.post("/rights", data=_ASKED | {"inss": inss_of(7)}, files=_files(tmp_path))
    assert "Nothing was found for this worker" in nobody.text
    odd = browser.post("/rights", data=_ASKED, files={"dmfa": ("dmfa.csv", b"a;b\n1;2\n")})
    assert odd.status_code == 200
    assert 'class="error"' in odd.text


def test_findings_beyond_those_that_are_listed_are_counted(
    browser: Browser, tmp_path: Path
) -> None:
    dmfa, dimona = _files(tmp_path)
    name, (file, content) = dmfa
    noted = content.rstrip() + b"\n" + b"# note\n" * 120
    said = browser.post("/rights", data=_ASKED, files=[(name, (file, noted)), dimona]).text
    listed = said.partition("<article")[0].count("<li")
    assert listed == 100
    assert f"{120 - listed} more findings are not listed" in said


def test_a_form_that_does_not_say_how_large_it_is_is_not_taken_in(browser: Browser) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = browser.post("/rights", content=iter([b"--x--"]), headers=headers)
    assert answer.status_code == 409
    assert "did not say how large" in answer.text
