"""INSS and company numbers."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_inss,
    has_inss_check_digits,
    inss_column,
    is_valid_company_id,
    is_valid_inss,
    mask_inss,
    mask_text,
)
from tests import builders as b
from tests.strategies import COMPANY_IDS, INSS


@pytest.mark.parametrize(
    "inss",
    [
        "81511716525",  # the manual's example, a BIS number
        "70081500504",
        "00010100105",  # born in 2000: check digits with a 2 before
        "17073003384",
        "00000100195",  # nothing known of the birth date
    ],
)
def test_valid_inss(inss: str) -> None:
    assert is_valid_inss(inss)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "81511716526",
        "8151171652",
        "815117165250",
        "81.51.17-165.25",
        "8151171652٥",
        "8151171652x",
        "00000000000",
        "00010100181",
        " 1511716525",
    ],
)
def test_invalid_inss(text: str) -> None:
    assert not is_valid_inss(text)


@pytest.mark.parametrize("at", range(11))
def test_no_single_wrong_digit_passes(at: int) -> None:
    right = b.inss(7)
    for digit in "0123456789":
        if digit != right[at]:
            assert not is_valid_inss(right[:at] + digit + right[at + 1 :])


@pytest.mark.parametrize(
    ("text", "compact"),
    [
        ("81.51.17-165.25", "81511716525"),
        ("81 51 17 165 25", "81511716525"),
        ("81/51/17-165\u00a025", "81511716525"),
        ("1010100105", "01010100105"),
        ("10100105", "00010100105"),  # what a JSON number leaves of 00010100105
        ("100195", "100195"),
        ("815117165250", "815117165250"),
        ("8151171652x", "8151171652x"),
        ("", ""),
    ],
)
def test_compact_inss(text: str, compact: str) -> None:
    assert compact_inss(text) == compact


@given(INSS, st.sampled_from(["{}{}.{}.{}-{}.{}", "{}{} {} {} {} {}", "{}{}{}{}{}{}"]))
def test_any_spelling_of_an_inss_is_the_same(inss: str, spelling: str) -> None:
    parts = ("", inss[:2], inss[2:4], inss[4:6], inss[6:9], inss[9:])
    assert compact_inss(spelling.format(*parts)) == inss
    assert compact_inss(str(int(inss))) == inss


@pytest.mark.parametrize(
    ("text", "compact"),
    [
        ("BE 0880.820.673", "0880820673"),
        ("be0880820673", "0880820673"),
        ("880820673", "0880820673"),
        ("80820673", "80820673"),
        ("0880/820/673", "0880820673"),
        ("", ""),
    ],
)
def test_compact_company_id(text: str, compact: str) -> None:
    assert compact_company_id(text) == compact


@pytest.mark.parametrize("company_id", ["0880820673", "1000000021", "0403019261"])
def test_valid_company_id(company_id: str) -> None:
    assert is_valid_company_id(company_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "880820673",
        "0880820674",
        "2880820673",
        "BE0880820",
        "088082067x",
        "0000000000",
        "0" * 11,
    ],
)
def test_invalid_company_id(text: str) -> None:
    assert not is_valid_company_id(text)


@given(COMPANY_IDS)
def test_the_builders_company_numbers_are_valid(company_id: str) -> None:
    assert is_valid_company_id(company_id)
    assert compact_company_id(str(int(company_id))) == company_id


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert compact_inss(compact_inss(text)) == compact_inss(text)
    assert not is_valid_inss(text) or (len(text) == 11 and text.isdigit())
    assert not is_valid_company_id(text) or (len(text) == 10 and text.isdigit())
    mask_text(text)


def test_mask() -> None:
    assert mask_inss("81511716525") == "*********25"
    assert mask_inss("5") == "5"
    assert mask_inss("") == ""
    assert mask_text("<INSS>81511716525</INSS>") == "<INSS>*********25</INSS>"


@given(
    INSS,
    st.lists(st.sampled_from(["", ".", "-", " ", "/", "\u00a0", " - "]), min_size=4, max_size=4),
    st.text(st.characters(exclude_categories=["Nd"])),
    st.text(st.characters(exclude_categories=["Nd"])),
)
def test_no_whole_inss_is_left_in_a_text(
    inss: str, gaps: list[str], before: str, after: str
) -> None:
    parts = (inss[:2], inss[2:4], inss[4:6], inss[6:9], inss[9:])
    spelled = "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=True))
    masked = mask_text(before + spelled + after)
    assert spelled not in masked
    assert inss[:9] not in compact_inss(masked)
    assert f"*********{inss[9:]}" in masked


@pytest.mark.parametrize(
    "text",
    [
        "FI.FLAD.123456.20250301.00001.S.2.1",
        "2025-03-01T10:15:00.123",
        "company 0880820673",
        "ticket 1234567890123",
        "8151171652",
    ],
)
def test_what_is_no_inss_stays_readable(text: str) -> None:
    assert mask_text(text) == text


_ODD_INSS = st.text("0123456789-. xé", max_size=13) | st.from_regex(r"[0-9]{11}", fullmatch=True)


@given(st.lists(INSS | _ODD_INSS | INSS.map(lambda inss: f"{inss[:6]} {inss[6:]}") | st.none()))
def test_a_column_of_numbers_is_made_compact_as_each_of_them(texts: list[str | None]) -> None:
    wanted = [text if text is None else compact_inss(text) for text in texts]
    assert inss_column(pl.Series(texts, dtype=pl.String)).to_list() == wanted


@given(st.lists(INSS | _ODD_INSS, min_size=1))
def test_check_digits_of_a_column_fit_wherever_the_number_is_valid(texts: list[str]) -> None:
    fits = pl.DataFrame({"inss": texts}).select(has_inss_check_digits("inss")).to_series()
    for text, fit in zip(texts, fits, strict=True):
        assert fit or not is_valid_inss(text)
        assert (fit is None) == (re.fullmatch(r"[0-9]{11}", text) is None)
    wrong = pl.DataFrame({"inss": ["81511716526"]}).select(has_inss_check_digits("inss"))
    assert wrong.item() is False
