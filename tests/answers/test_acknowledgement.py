"""ACRF: the verdict is ResultCode alone; what is unknown or missing does not stop the reading."""

from __future__ import annotations

from datetime import date, time
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fla_batch.answers import acknowledgement
from fla_batch.answers.acknowledgement import Acknowledgement
from fla_batch.answers.blocks import FileReference, NoForm, PortalHeader
from fla_batch.system.xmlsafe import NotWellFormed, UnexpectedRoot
from fla_batch.vocabulary.terms import AnomalyOrigin
from tests.answers import messages


def read(inner: str) -> tuple[Acknowledgement, ...]:
    return acknowledgement.read(BytesIO(f"<ACRF>{inner}</ACRF>".encode()))


def verdict(zones: str) -> Acknowledgement:
    (form,) = read(f"<Form><ReceptionResult>{zones}</ReceptionResult></Form>")
    return form


@pytest.mark.official
def test_the_portals_sample_is_read_in_full() -> None:
    assert acknowledgement.read(messages.official("samples/ACRF_20231_1.xml")) == (
        Acknowledgement(
            PortalHeader("ACRF001", date(2025, 11, 16), time(15, 29, 46, 123000), "0", "PA"),
            FileReference("GO.DMPI.012996.20090718.50002.R.1", "2", "3400001Y1P01G"),
            "1",
        ),
    )


@settings(deadline=None)
@given(st.lists(messages.acknowledgement_forms, min_size=1, max_size=3))
def test_what_is_written_reads_back_equal(forms: list[Acknowledgement]) -> None:
    assert acknowledgement.read(messages.acknowledgements(*forms)) == tuple(forms)


@pytest.mark.parametrize(
    ("zones", "accepted", "refused"),
    [
        ("<ResultCode>1</ResultCode>", True, False),
        ("<ResultCode> 01\n</ResultCode>", True, False),
        ("<ResultCode>1</ResultCode><ErrorID>ACRF-125</ErrorID>", True, False),
        ("<ResultCode>0</ResultCode>", False, True),
        ("<ResultCode>2</ResultCode>", False, False),
        ("<ResultCode>-1</ResultCode>", False, False),
        ("<ResultCode>11</ResultCode>", False, False),
        ("<ResultCode>\N{FULLWIDTH DIGIT ONE}</ResultCode>", False, False),
        ("<ResultCode>OK</ResultCode>", False, False),
        ("<ResultCode/>", False, False),
        ("<ResultCode>1</ResultCode><ResultCode>0</ResultCode>", False, False),
        ("<ResultCode>1</ResultCode><ResultCode>1</ResultCode>", True, False),
        ("", False, False),
    ],
)
def test_only_result_code_one_accepts(zones: str, accepted: bool, refused: bool) -> None:
    form = verdict(zones)
    assert (form.accepted, form.refused) == (accepted, refused)


@pytest.mark.parametrize("type_form", ["FA", "PA", "XX"])
def test_the_type_of_form_says_nothing_about_the_verdict(type_form: str) -> None:
    result = "<ReceptionResult><ResultCode>0</ResultCode></ReceptionResult>"
    (form,) = read(f"<Form><TypeForm>{type_form}</TypeForm>{result}</Form>")
    assert form.refused


def test_contradicting_blocks_accept_nothing() -> None:
    block = "<ReceptionResult><ResultCode>{}</ResultCode></ReceptionResult>"
    (form,) = read(f"<Form>{block.format(1)}{block.format(0)}</Form>")
    assert form.result_code == "1/0"
    assert not form.accepted


def test_errors_become_blocking_anomalies_once_each() -> None:
    form = messages.acknowledgement(
        result_code="0", error_ids=("ACRF-125", "ACRF-120", "ACRF-125", "NEW-999")
    )
    found = form.anomalies
    assert [anomaly.error_id for anomaly in found] == ["ACRF-125", "ACRF-120", "NEW-999"]
    assert all(anomaly.blocks for anomaly in found)
    assert {anomaly.origin for anomaly in found} == {AnomalyOrigin.REMOTE}
    assert found[0].label.fr == "Fichier - Signature invalide"
    assert found[2].label.en is None


def test_errors_of_an_accepted_file_are_warnings() -> None:
    form = messages.acknowledgement(error_ids=("ACRF-126",))
    assert [anomaly.anomaly_class for anomaly in form.anomalies] == ["W"]


def test_file_name_and_ticket_may_be_missing() -> None:
    form = verdict("<ResultCode>1</ResultCode>")
    assert (form.file_name, form.ticket, form.file_reference) == (None, None, None)
    whole = messages.acknowledgement()
    assert (whole.file_name, whole.ticket) == (messages.GO_NAME, "3400001Y1P01G")


@pytest.mark.parametrize(
    ("zone", "read_as"),
    [
        ("<FormCreationDate>2025-03-01+01:00</FormCreationDate>", date(2025, 3, 1)),
        ("<FormCreationDate>2025-02-30</FormCreationDate>", None),
        ("<FormCreationDate>yesterday</FormCreationDate>", None),
        ("", None),
    ],
)
def test_dates_are_read_when_they_are_dates(zone: str, read_as: date | None) -> None:
    (form,) = read(f"<Form>{zone}</Form>")
    assert form.header.form_creation_date == read_as


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("10:15:00.123", time(10, 15, 0, 123000)),
        ("10:15:00", time(10, 15)),
        ("10:15:00.123+01:00", time(10, 15, 0, 123000)),
        ("25:00:00", None),
    ],
)
def test_hours_are_read_when_they_are_hours(text: str, read_as: time | None) -> None:
    (form,) = read(f"<Form><FormCreationHour>{text}</FormCreationHour></Form>")
    assert form.header.form_creation_hour == read_as


def test_texts_are_made_harmless() -> None:
    (form,) = read(
        "<Form><FileReference><FileName> GO\N{RIGHT-TO-LEFT OVERRIDE}\x9b.X<b>Y</b>\n"
        "</FileName></FileReference></Form>"
    )
    assert form.file_name == "GO\ufffd\ufffd.XY"


def test_an_acknowledgement_without_a_form_is_no_answer() -> None:
    with pytest.raises(NoForm, match="holds no form"):
        read("<Other/>")


def test_other_messages_and_truncated_ones_are_refused() -> None:
    with pytest.raises(UnexpectedRoot):
        acknowledgement.read(messages.notification(messages.notification_form()))
    whole = messages.acknowledgements(messages.acknowledgement()).getvalue()
    with pytest.raises(NotWellFormed):
        acknowledgement.read(BytesIO(whole[:-10]))
