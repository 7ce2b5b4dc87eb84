"""Each format writes what the portal's schemas take, and reads no more than it writes."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.message import value_formats as formats
from fla_batch.vocabulary.errors import ProfileMistake

READ: list[tuple[str, str, Any]] = [
    ("integer", " 007 ", 7),
    ("integer", "+5", 5),
    ("integer", "-5", -5),
    ("text", " as it is ", " as it is "),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("date", " 2024-02-29Z", date(2024, 2, 29)),
    ("date", "2024-02-29+01:00", date(2024, 2, 29)),
    ("time", "10:15:00.123", time(10, 15, 0, 123000)),
    ("time", "10:15:00Z", time(10, 15)),
    ("datetime", "2025-03-01T10:15:00", datetime(2025, 3, 1, 10, 15)),  # noqa: DTZ001
    ("datetime", "2025-03-01T10:15:00+01:00", datetime(2025, 3, 1, 10, 15)),  # noqa: DTZ001
    ("decimal2", "7.6", 760),
    ("decimal2", "7.600", 760),
    ("decimal2", "-0.05", -5),
    ("date:%d/%m/%Y", "05/02/2024", date(2024, 2, 5)),
    ("time:%H.%M.%S.%f", "23.59.58.000123", time(23, 59, 58, 123)),
    ("digits:5", "01120", 1120),
]


@pytest.mark.parametrize(("name", "text", "value"), READ)
def test_reads(name: str, text: str, value: object) -> None:
    assert formats.named(name).read(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("integer", ""),
        ("integer", "1.0"),
        ("integer", "1e3"),
        ("integer", "٧"),
        ("integer", "1" * 19),
        ("date", "29/02/2024"),
        ("date", "2023-02-29"),
        ("date", "2024-02-29T00:00:00"),
        ("date", ""),
        ("time", "25:00:00"),
        ("datetime", "yesterday"),
        ("decimal2", "7,6"),
        ("decimal2", "7.601"),
        ("decimal2", "."),
        ("date:%d/%m/%Y", "2024-02-29"),
        ("digits:5", "x"),
    ],
)
def test_what_is_not_of_the_format_is_a_value_error(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        formats.named(name).read(text)


@pytest.mark.parametrize("name", [*formats.FORMATS, "date:%d/%m/%Y", "time:%H:%M:%S", "digits:3"])
@given(text=st.text() | st.text("0123456789-+:.TZ"))
def test_any_text_is_read_or_a_value_error(name: str, text: str) -> None:
    form = formats.named(name)
    try:
        value = form.read(text)
    except ValueError:
        return
    assert isinstance(value, form.value)


@given(st.integers(-(10**15), 10**15))
def test_hundredths_go_round(value: int) -> None:
    form = formats.named("decimal2")
    assert form.read(form.write(value)) == value
    assert form.scale == 100


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("integer", 7, "7"),
        ("text", "R&D <2> \r\n", "R&amp;D &lt;2&gt; &#13;\n"),
        ("date", date(2024, 2, 9), "2024-02-09"),
        ("time", time(10, 15, 0, 123456), "10:15:00.123"),
        ("time", time(10, 15), "10:15:00.000"),
        ("decimal2", 5, "0.05"),
        ("decimal2", -760, "-7.60"),
        ("digits:5", 0, "00000"),
        ("date:<%d>", None, None),
    ],
)
def test_writes(name: str, value: Any, text: str | None) -> None:
    if text is None:
        with pytest.raises(ProfileMistake):
            formats.named(name)
    else:
        assert formats.named(name).write(value) == text


@pytest.mark.parametrize("name", ["decimal", "date:%d/%m", "time:%H", "digits:x", "digits:", "hex"])
def test_formats_that_lose_something_or_do_not_exist(name: str) -> None:
    with pytest.raises(ProfileMistake, match=name):
        formats.named(name)


def test_the_type_of_a_field_decides() -> None:
    assert formats.for_annotation(int | None).name == "integer"
    assert formats.for_annotation(tuple[str, ...]).name == "text"
    assert formats.for_annotation(datetime | None).name == "datetime"
    with pytest.raises(ProfileMistake, match="float"):
        formats.for_annotation(float)


def test_codes_replace_values_and_leave_others() -> None:
    form = formats.coded(formats.FORMATS["integer"], {"1": "N&A", "2": "Y"})
    assert [form.write(value) for value in (1, 2, 3)] == ["N&amp;A", "Y", "3"]
    assert [form.read(text) for text in ("N&A", " Y ", "3")] == [1, 2, 3]
