"""The dotted names: format and parse are each other's inverse."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.vocabulary.filenames import (
    LAST_SEQUENCE,
    SEQUENCE_ALPHABET,
    BatchName,
    FileName,
    InvalidName,
    sequence_text,
)
from fla_batch.vocabulary.terms import Environment, FileKind

BATCHES = st.builds(
    BatchName,
    application=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=4, max_size=4),
    sender=st.text("0123456789", min_size=6, max_size=6),
    date=st.dates(date(1000, 1, 1)),
    sequence=st.integers(1, LAST_SEQUENCE).map(sequence_text),
    environment=st.sampled_from(Environment),
)
BATCH = BatchName("FLAD", "012345", date(2025, 3, 1), "0000A", Environment.CIRCUIT_TEST)


@st.composite
def file_names(draw: st.DrawFn) -> FileName:
    batch, total = draw(BATCHES), draw(st.integers(1, 9))
    part = draw(st.integers(1, total))
    kind = draw(st.sampled_from(FileKind))
    if kind is FileKind.FI:
        return batch.fi(part, total)
    if kind is FileKind.TD:
        return batch.td(total)
    if kind is FileKind.GO:
        return draw(st.sampled_from([batch.go(total), FileName(kind, batch)]))
    return draw(
        st.sampled_from(
            [
                FileName(kind, batch),
                FileName(kind, batch, total),
                FileName(kind, batch, total, part),
            ]
        )
    )


@given(file_names())
def test_parse_of_a_file_name_is_the_name(name: FileName) -> None:
    assert FileName.parse(str(name)) == name


@given(BATCHES)
def test_parse_of_a_batch_name_is_the_name(batch: BatchName) -> None:
    assert BatchName.parse(str(batch)) == batch


ALMOST = st.text("FISGOTDC.0123456789RTS") | st.text()


@given(ALMOST)
def test_any_text_is_a_name_or_invalid(text: str) -> None:
    for parse in (FileName.parse, BatchName.parse):
        try:
            name = parse(text)
        except InvalidName:
            continue
        assert str(name) == text


@given(file_names(), st.integers(0, 40), ALMOST)
def test_a_name_with_something_in_it_is_another_name_or_invalid(
    name: FileName, at: int, more: str
) -> None:
    text = str(name)[:at] + more + str(name)[at:]
    try:
        assert str(FileName.parse(text)) == text
    except InvalidName:
        assert more


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FI.FLAD.123456.20250301.00001.S",  # a declaration has parts
        "FI.FLAD.123456.20250301.00001.S.2",
        "FI.FLAD.123456.20250301.00001.S.1.2",  # part 2 of 1
        "FI.FLAD.123456.20250301.00001.S.0.0",
        "FI.FLAD.123456.20250301.00001.S.10.1",
        "GO.FLAD.123456.20250301.00001.S.2.1",  # GO has no part
        "TD.FLAD.123456.20250301.00001.S",
        "TD.FLAD.123456.20250301.00001.S.1.1",
        "FS.FLAD.123456.20250301.00001.S.1.2",
        "FI.FLAD.123456.20250230.00001.S.1.1",  # no such day
        "FI.FLAD.123456.00000101.00001.S.1.1",
        "FI.FLAD.123456.20250301.00000.S.1.1",  # never 00000
        "FI.FLAD.123456.20250301.0000a.S.1.1",
        "FI.FLAD.123456.20250301.00001.X.1.1",
        "FI.FLA.123456.20250301.00001.S.1.1",
        "FI.FLAD.12345.20250301.00001.S.1.1",
        "fi.FLAD.123456.20250301.00001.S.1.1",
        "XX.FLAD.123456.20250301.00001.S.1.1",
        "FI.FLAD.123456.20250301.00001.S.1.1\n",
        " FI.FLAD.123456.20250301.00001.S.1.1",
        "../FI.FLAD.123456.20250301.00001.S.1.1",
        "FI.FLAD.123456.20250301.00001.S.1.1.tmp",
        "FI.FLAD.١٢٣٤٥٦.20250301.00001.S.1.1",
    ],
)
def test_no_names(text: str) -> None:
    with pytest.raises(InvalidName):
        FileName.parse(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"application": "flad"},
        {"sender": "1234567"},
        {"sequence": "00000"},
        {"sequence": "1"},
        {"date": date(999, 1, 1)},
    ],
)
def test_a_batch_name_cannot_be_built_wrong(fields: dict[str, object]) -> None:
    usual = {
        "application": "FLAD",
        "sender": "123456",
        "date": date(2025, 3, 1),
        "sequence": "00001",
        "environment": Environment.SIMULATION,
    }
    with pytest.raises(InvalidName):
        BatchName(**(usual | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "total", "part"),
    [
        (FileKind.FI, None, None),
        (FileKind.FI, 2, None),
        (FileKind.FI, 2, 3),
        (FileKind.FI, 2, 0),
        (FileKind.FI, 10, 1),
        (FileKind.FI, 0, 0),
        (FileKind.FO, None, 1),
        (FileKind.TD, None, None),
        (FileKind.GO, 2, 1),
    ],
)
def test_a_file_name_cannot_be_built_wrong(
    kind: FileKind, total: int | None, part: int | None
) -> None:
    with pytest.raises(InvalidName):
        FileName(kind, BATCH, total, part)


def test_the_files_of_a_batch() -> None:
    assert [str(name) for name in (BATCH.fi(2, 3), BATCH.fs(2, 3), BATCH.go(3), BATCH.td(3))] == [
        "FI.FLAD.012345.20250301.0000A.T.3.2",
        "FS.FLAD.012345.20250301.0000A.T.3.2",
        "GO.FLAD.012345.20250301.0000A.T.3",
        "TD.FLAD.012345.20250301.0000A.T.3",
    ]


def test_only_fo_and_co_are_answers() -> None:
    answers = {kind for kind in FileKind if kind not in (FileKind.FI, FileKind.TD)}
    assert {kind for kind in answers if FileName(kind, BATCH).is_answer} == {
        FileKind.FO,
        FileKind.CO,
    }


def test_companions() -> None:
    answer = FileName.parse("FO.NOTI.999999.20250302.00001.S")
    assert str(answer.companion(FileKind.GO)) == "GO.NOTI.999999.20250302.00001.S"
    assert str(answer.companion(FileKind.FS)) == "FS.NOTI.999999.20250302.00001.S"
    assert BATCH.fi(1, 2).companion(FileKind.FS) == BATCH.fs(1, 2)
    assert BATCH.fi(1, 2).companion(FileKind.TD) == BATCH.td(2)


@given(st.integers(1, LAST_SEQUENCE))
def test_sequences_are_numbers_in_base_36(number: int) -> None:
    text = sequence_text(number)
    assert len(text) == 5
    assert int(text, 36) == number
    assert set(text) <= set(SEQUENCE_ALPHABET)


@given(st.integers(1, LAST_SEQUENCE - 1))
def test_sequences_sort_as_they_count(number: int) -> None:
    assert sequence_text(number) < sequence_text(number + 1)


@pytest.mark.parametrize("number", [0, -1, LAST_SEQUENCE + 1])
def test_there_is_no_other_sequence(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        sequence_text(number)


def test_the_last_sequence_is_36_to_the_fifth_less_one() -> None:
    assert LAST_SEQUENCE == 60_466_175
