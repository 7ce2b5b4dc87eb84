"""What the sandbox writes is what the portal would write: valid by its schemas, and ours."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from fla_batch.answers import notification
from fla_batch.answers import portal_writer as writer
from fla_batch.answers.acknowledgement import Acknowledgement
from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.notification import AnomalyLocation, AnomalyReport, NotificationForm
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import AnomalyClass, Language
from tests.answers import messages
from tests.real_parts import real_part

ANOMALY = Anomaly(
    AnomalyClass.BLOCKING,
    "TrainingHours-008",
    Labels("Outside", "Hors", "Buiten"),
    rule="bounds",
    tag="TrainingHours",
    path="trainings[0].detailsPerPeriod[1].trainingHours",
    value="-5",
    company_id="0880820673",
    inss="81511716525",
    calendar_year=2024,
)


@cache
def compiled(schema: Path) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(schema))


def errors(document: bytes, schema: Path) -> str:
    validator = compiled(schema)
    validator.validate(etree.fromstring(document))
    return str(validator.error_log)


@settings(deadline=None)
@given(st.lists(messages.acknowledgement_forms, min_size=1, max_size=3))
def test_acknowledgements_fit_our_schema(forms: list[Acknowledgement]) -> None:
    document = messages.acknowledgements(*forms).getvalue()
    assert errors(document, messages.PORTAL_SCHEMAS / "ACRF.xsd") == ""


@settings(deadline=None)
@given(st.lists(messages.notification_forms(), min_size=1, max_size=3))
def test_notifications_fit_our_schema(forms: list[NotificationForm]) -> None:
    document = messages.notification(*forms).getvalue()
    assert errors(document, messages.PORTAL_SCHEMAS / "NOTIFICATION.xsd") == ""


@pytest.mark.official
@settings(deadline=None)
@given(st.lists(messages.acknowledgement_forms, min_size=1, max_size=3))
def test_acknowledgements_fit_the_portals_schema(forms: list[Acknowledgement]) -> None:
    schema = messages.official("xsd/ACRF_20231.xsd")
    assert errors(messages.acknowledgements(*forms).getvalue(), schema) == ""


@pytest.mark.official
@settings(deadline=None)
@given(st.lists(messages.notification_forms(), min_size=1, max_size=3))
def test_notifications_fit_the_portals_schema(forms: list[NotificationForm]) -> None:
    schema = messages.official("xsd/NOTIFICATION_20223.xsd")
    assert errors(messages.notification(*forms).getvalue(), schema) == ""


@pytest.mark.official
@pytest.mark.parametrize("language", Language)
def test_our_anomalies_fit_the_portals_schema(language: Language) -> None:
    form = messages.notification_form(
        result_code="0", anomaly_reports=(writer.report_of(ANOMALY, language),)
    )
    schema = messages.official("xsd/NOTIFICATION_20223.xsd")
    assert errors(messages.notification(form).getvalue(), schema) == ""


@pytest.mark.parametrize("name", ["ACRF", "NOTIFICATION"])
def test_xmllint_agrees(name: str, tmp_path: Path) -> None:
    xmllint = real_part("xmllint")
    schema = messages.PORTAL_SCHEMAS / f"{name}.xsd"
    whole = {
        "ACRF": messages.acknowledgements(messages.acknowledgement()),
        "NOTIFICATION": messages.notification(messages.notification_form()),
    }[name].getvalue()
    for document, verdict in ((whole, 0), (whole.replace(b"ResultCode", b"Result"), 3)):
        file = tmp_path / "message.xml"
        file.write_bytes(document)
        command = [str(xmllint), "--noout", "--nonet", "--schema", str(schema), str(file)]
        done = subprocess.run(command, check=False, capture_output=True)
        assert done.returncode == verdict, done.stderr


def test_an_acknowledgement_is_written_byte_for_byte() -> None:
    form = messages.acknowledgement(result_code="0", error_ids=("ACRF-125", "ACRF-120"))
    assert messages.acknowledgements(form).getvalue().decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<ACRF xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="ACRF_20251.xsd">\n'
        "<Form><Identification>ACRF001</Identification>"
        "<FormCreationDate>2025-03-01</FormCreationDate>"
        "<FormCreationHour>10:15:00.123</FormCreationHour>"
        "<AttestationStatus>0</AttestationStatus><TypeForm>FA</TypeForm>"
        "<FileReference><FileName>GO.FLAD.123456.20250301.00001.S.1</FileName>"
        "<ReferenceOrigin>2</ReferenceOrigin><ReferenceNbr>3400001Y1P01G</ReferenceNbr>"
        "</FileReference><ReceptionResult><ResultCode>0</ResultCode>"
        "<ErrorID>ACRF-125</ErrorID><ErrorID>ACRF-120</ErrorID></ReceptionResult></Form>\n"
        "</ACRF>"
    )


def test_our_anomaly_becomes_the_report_that_the_portal_would_make() -> None:
    assert writer.report_of(ANOMALY, Language.NL) == AnomalyReport(
        "FLA39-008",
        "TrainingHours",
        "-5",
        "B",
        "Buiten",
        location=AnomalyLocation(location="trainings[0].detailsPerPeriod[1].trainingHours"),
        path=(("CompanyID", "0880820673"), ("INSS", "81511716525"), ("CalendarYear", "2024")),
    )


def test_what_the_portal_cannot_hold_is_fitted() -> None:
    long = Anomaly(
        "W",
        "Nowhere-1234",
        Labels(en="x" * 600),
        value="a\x00\ud800b",
        path="y" * 300,
        company_id="1999999944",
        inss="short",
        calendar_year=12,
    )
    report = writer.report_of(long, Language.EN)
    assert report.error_id == "FLA00-123"
    assert report.anomaly_label == "x" * 500
    assert report.value == "a\ufffd\ufffdb"
    assert report.location == AnomalyLocation(location="y" * 200)
    assert report.path == ()
    messages.notification(messages.notification_form(anomaly_reports=(report,)))


def test_an_anomaly_that_says_little_gives_a_short_report() -> None:
    assert writer.report_of(Anomaly("W", "ACRF-126", tag=""), Language.FR) == AnomalyReport(
        "ACRF-126", anomaly_class="W"
    )


def test_forms_are_written_one_at_a_time() -> None:
    stream = BytesIO()
    sizes = []

    def forms() -> list[NotificationForm]:
        sizes.append(stream.tell())
        return [messages.notification_form(diagnoses=("1",) * 2000)]

    written = writer.write_notification(stream, (form for _ in range(50) for form in forms()))
    assert written == 50
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 10  # it left the buffer long before the last one
    stream.seek(0)
    assert sum(1 for _ in notification.read_forms(stream)) == 50


@pytest.mark.parametrize(
    ("moment", "day", "hour"),
    [
        (datetime(2025, 1, 31, 23, 30, tzinfo=UTC), "2025-02-01", "00:30:00"),
        (datetime(2025, 6, 30, 22, 0, 0, 999999, tzinfo=UTC), "2025-07-01", "00:00:00.999000"),
    ],
)
def test_headers_are_made_in_belgian_time(moment: datetime, day: str, hour: str) -> None:
    header = PortalHeader.at(moment, "NOTI001", "FA")
    assert str(header.form_creation_date) == day
    assert str(header.form_creation_hour) == hour


@pytest.mark.parametrize("data", ["", "text", "<A/><B/>", "<A>", "<!DOCTYPE A><A/>"])
def test_application_data_must_be_one_element(data: str) -> None:
    with pytest.raises(ValueError, match="exactly one element"):
        messages.notification(messages.notification_form(application_data=data))


def test_a_message_without_forms_is_refused() -> None:
    with pytest.raises(ValueError, match="ACRF message needs at least one form"):
        writer.write_acknowledgements(BytesIO(), [])


def test_a_text_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="XML compatible"):
        messages.acknowledgements(messages.acknowledgement(file_reference=FileReference("a\x00b")))


def test_a_form_is_written_as_far_as_it_is_known() -> None:
    forms = [
        NotificationForm(PortalHeader(), ""),
        NotificationForm(
            PortalHeader(),
            "3",
            file_reference=FileReference(),
            handled_reference=PortalReference(),
        ),
    ]
    assert list(notification.read_forms(messages.notification(*forms))) == forms
