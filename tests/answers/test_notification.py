"""NOTI: every block is read, what is new is tolerated, what is truncated never succeeds."""

from __future__ import annotations

import copy
import pickle
import random
from contextlib import suppress
from dataclasses import fields
from datetime import date, time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fla_batch.answers import notification
from fla_batch.answers.blocks import FileReference, NoForm, PortalHeader, PortalReference
from fla_batch.answers.notification import AnomalyLocation, AnomalyReport, NotificationForm
from fla_batch.system.xmlsafe import NotWellFormed, UnexpectedRoot, UnusableXml
from fla_batch.vocabulary.terms import ResultCode
from tests.answers import messages


def read(document: str | bytes) -> list[NotificationForm]:
    content = document.encode() if isinstance(document, str) else document
    return list(notification.read_forms(BytesIO(content)))


def read_form(inner: str) -> NotificationForm:
    (form,) = read(f"<NOTIFICATION><Form>{inner}</Form></NOTIFICATION>")
    return form


def handled(zones: str) -> NotificationForm:
    return read_form(f"<HandlingResult>{zones}</HandlingResult>")


@pytest.mark.official
def test_the_portals_sample_is_read_in_full() -> None:
    assert list(notification.read_forms(messages.official("samples/NOTIFICATION_20224_1.xml"))) == [
        NotificationForm(
            header=PortalHeader("NOTI001", date(2022, 11, 16), time(16, 0, 41, 628000), "0", "FA"),
            result_code="1",
            file_reference=FileReference("GO.AOAT.000001.20090728.00901.R", "2", "380000B5WX004"),
            sender_id="000001",
            handled_original_form=PortalHeader(
                "AOAT001", date(2009, 1, 22), time(9, 43, 0, 2000), "0", "SU"
            ),
            noss_registration_nbr="70500472",
            company_id="0400767772",
            inss="80111405125",
            handled_reference=PortalReference("1", "2", "340000JEDT00A"),
            application_data="<Azerty>aaz</Azerty>",
        )
    ]


@settings(deadline=None)
@given(st.lists(messages.notification_forms(), min_size=1, max_size=3))
def test_what_is_written_reads_back_equal(forms: list[NotificationForm]) -> None:
    assert list(notification.read_forms(messages.notification(*forms))) == forms


FIELDS = [field.name for field in fields(NotificationForm)]


@settings(deadline=None)
@given(st.lists(messages.notification_forms(), min_size=1, max_size=3), st.permutations(FIELDS))
def test_fields_are_the_same_whenever_and_in_whatever_order_they_are_asked_for(
    forms: list[NotificationForm], order: list[str]
) -> None:
    while_reading = [
        {name: getattr(form, name) for name in order}
        for form in notification.read_forms(messages.notification(*forms))
    ]
    read = list(notification.read_forms(messages.notification(*forms)))
    afterwards = [{name: getattr(form, name) for name in order} for form in reversed(read)]
    wanted = [{name: getattr(form, name) for name in FIELDS} for form in forms]
    assert while_reading == wanted
    assert afterwards[::-1] == wanted


def test_a_form_of_a_message_is_a_plain_value() -> None:
    whole = messages.notification_form(
        handled_original_form=PortalHeader("FLA001"),
        inss="81511716525",
        application_data="<A>1</A>",
    )
    (form,) = notification.read_forms(messages.notification(whole))
    assert pickle.loads(pickle.dumps(form)) == copy.deepcopy(form) == whole
    assert hash(form) == hash(whole)
    assert repr(form) == repr(whole)
    with pytest.raises(AttributeError, match="no 'novelty'"):
        form.novelty  # type: ignore[attr-defined] # noqa: B018
    with pytest.raises(AttributeError):
        form.inss = "0"  # type: ignore[misc]


def test_blocks_that_are_repeated_nested_or_in_a_namespace() -> None:
    form, _ = read(
        "<p:NOTIFICATION xmlns:p='urn:p'><p:Form>"
        "<p:Identification> </p:Identification><Identification>NOTI001</Identification>"
        "<FileReference><FileName> </FileName><Other><FileName>NO</FileName></Other>"
        "</FileReference><p:FileReference><p:FileName>G<b>O</b><!-- -->.<?pi?>1</p:FileName>"
        "<ReferenceOrigin>02</ReferenceOrigin><FileName>second</FileName></p:FileReference>"
        "<Reference><ReferenceNbr/><ReferenceOrigin>+1</ReferenceOrigin>"
        "<ReferenceNbr>OURS</ReferenceNbr></Reference>"
        "<HandledReference/><HandledReference><ReferenceNbr>T</ReferenceNbr></HandledReference>"
        "<HandlingResult><ResultCode>01</ResultCode></HandlingResult>"
        "<HandlingResult><Diagnosis>3</Diagnosis><ResultCode>1</ResultCode></HandlingResult>"
        "<NaturalPerson/><WorkerRecordIdentification><INSS>10100105</INSS>"
        "</WorkerRecordIdentification>"
        "<p:ApplicationData><p:A>1</p:A></p:ApplicationData></p:Form><p:Form/></p:NOTIFICATION>"
    )
    assert form == NotificationForm(
        header=PortalHeader("NOTI001"),
        result_code="1",
        file_reference=FileReference("GO.1", "2"),
        references=(PortalReference(None, "1", "OURS"),),
        handled_reference=PortalReference(),
        diagnoses=("3",),
        inss="00010100105",
        application_data='<p:A xmlns:p="urn:p">1</p:A>',
    )


def test_a_file_is_read_as_a_stream_is(tmp_path: Path) -> None:
    file = tmp_path / "FO.NOTI.999999.20250302.00001.S"
    file.write_bytes(messages.notification(messages.notification_form()).getvalue())
    assert list(notification.read_forms(file)) == [messages.notification_form()]


XSI = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:noNamespaceSchemaLocation"

REPORT = """
<AnomalyReport>
  <ErrorID>FLA39-008</ErrorID><TagName>TrainingHours</TagName><Value>-5</Value>
  <AnomalyClass>B</AnomalyClass><AnomalyLabel>Buiten bereik</AnomalyLabel>
  <SystemCorrection><CorrectionType>RC</CorrectionType></SystemCorrection>
  <AnomalyLocation>
    <LineNbr>0012</LineNbr><ColumnNbr>3</ColumnNbr><Location>1,1,7,2</Location>
  </AnomalyLocation>
  <Path><CompanyID>0880820673</CompanyID><INSS>81511716525</INSS>
    <JointCommissionNbr>200</JointCommissionNbr><CalendarYear>2024</CalendarYear></Path>
</AnomalyReport>
"""


def test_an_anomaly_report_is_read_in_full() -> None:
    form = handled(f"<ResultCode>0</ResultCode><Diagnosis>3</Diagnosis>{REPORT}")
    assert form.refused
    assert form.diagnoses == ("3",)
    assert form.anomaly_reports == (
        AnomalyReport(
            "FLA39-008",
            "TrainingHours",
            "-5",
            "B",
            "Buiten bereik",
            has_system_correction=True,
            location=AnomalyLocation("12", "3", "1,1,7,2"),
            path=(
                ("CompanyID", "0880820673"),
                ("INSS", "81511716525"),
                ("JointCommissionNbr", "200"),
                ("CalendarYear", "2024"),
            ),
        ),
    )


@pytest.mark.parametrize("count", [0, 1, 2, 100_000])
def test_any_number_of_anomalies_is_read(count: int) -> None:
    report = "<AnomalyReport><ErrorID>00024-152</ErrorID></AnomalyReport>"
    form = handled("<ResultCode>0</ResultCode>" + report * count)
    assert len(form.anomaly_reports) == count
    assert form.refused


def test_many_forms_for_one_worker_are_all_kept_in_order() -> None:
    forms = [
        messages.notification_form(inss="81511716525", diagnoses=(str(number % 10),))
        for number in range(1000)
    ]
    assert list(notification.read_forms(messages.notification(*forms))) == forms


@pytest.mark.parametrize(
    ("code", "accepted", "refused"),
    [
        (ResultCode.ACCEPTED, True, False),
        (ResultCode.REFUSED, False, True),
        (ResultCode.PROPOSAL, False, False),
        (ResultCode.PROVISIONAL, False, False),
        (ResultCode.TIME_OUT, False, False),
        ("7", False, False),
        ("", False, False),
        ("true", False, False),
    ],
)
def test_the_verdict_is_the_result_code_alone(code: str, accepted: bool, refused: bool) -> None:
    blocking = "<AnomalyReport><AnomalyClass>B</AnomalyClass></AnomalyReport>"
    form = handled(f"<ResultCode>{code}</ResultCode>{blocking}")
    assert (form.accepted, form.refused) == (accepted, refused)


def test_a_form_without_any_known_block_is_read_and_accepts_nothing() -> None:
    form = read_form("<Novelty><Deep>1</Deep></Novelty>")
    assert form == NotificationForm(PortalHeader(), "")
    assert (form.accepted, form.refused, form.ticket) == (False, False, None)
    assert form.our_reference_nbrs == ()


def test_unknown_elements_between_known_ones_change_nothing() -> None:
    whole = messages.notification(
        messages.notification_form(
            company_id="0880820673", noss_registration_nbr="0", inss="81511716525"
        )
    ).getvalue()
    known = read(whole)
    for end in (b"</Form>", b"</EmployerId>", b"</NaturalPerson>", b"</HandlingResult>"):
        assert whole.count(end) == 1
        assert read(whole.replace(end, b"<New xmlns='urn:new'><Form>1</Form></New>" + end)) == known


@pytest.mark.parametrize(
    "root",
    [
        "<NOTIFICATION xmlns='urn:fgov:notification:20991'>{}</NOTIFICATION>",
        "<p:NOTIFICATION xmlns:p='urn:p' xmlns='urn:q'>{}</p:NOTIFICATION>",
        f"<NOTIFICATION {XSI}='NOTIFICATION_20994.xsd'>{{}}</NOTIFICATION>",
    ],
)
def test_namespace_and_schema_version_do_not_matter(root: str) -> None:
    inner = f"<Form><HandlingResult><ResultCode>0</ResultCode>{REPORT}</HandlingResult></Form>"
    assert read(root.format(inner)) == read(f"<NOTIFICATION>{inner}</NOTIFICATION>")


def test_the_workers_record_stands_in_for_employer_and_person() -> None:
    form = read_form(
        "<WorkerRecordIdentification><CompanyID>880820673</CompanyID><INSS>81511716525</INSS>"
        "</WorkerRecordIdentification>"
    )
    assert (form.company_id, form.inss) == ("0880820673", "81511716525")


def test_zero_stands_for_no_number() -> None:
    form = read_form(
        "<EmployerId><NOSSRegistrationNbr>0</NOSSRegistrationNbr><CompanyID>0</CompanyID>"
        "</EmployerId><NaturalPerson><INSS>0</INSS></NaturalPerson>"
    )
    assert (form.company_id, form.inss) == (None, None)


def test_our_references_are_those_with_origin_one() -> None:
    form = messages.notification_form(
        references=(
            PortalReference("1", "2", "THEIRS"),
            PortalReference("1", "1", "OURS"),
            PortalReference("1", "1", "OURS"),
            PortalReference("1", "1", None),
            PortalReference("1", "1", "OTHER"),
        )
    )
    assert form.our_reference_nbrs == ("OURS", "OTHER")
    assert form.ticket == "340000JEDT00A"


@pytest.mark.parametrize(
    ("inner", "kept"),
    [
        ("<A>1</A>", "<A>1</A>"),
        (" <A/> <B>2</B> ", "<A/><B>2</B>"),
        ("only text", "only text"),
        ("", None),
    ],
)
def test_application_data_is_kept_as_it_came(inner: str, kept: str | None) -> None:
    assert read_form(f"<ApplicationData>{inner}</ApplicationData>").application_data == kept


def test_a_form_within_application_data_is_no_verdict() -> None:
    inner = "<Form><HandlingResult><ResultCode>0</ResultCode></HandlingResult></Form>"
    form = read_form(
        f"<HandlingResult><ResultCode>1</ResultCode></HandlingResult>"
        f"<ApplicationData>{inner}</ApplicationData>"
    )
    assert form.accepted


WHOLE = messages.notification(
    *(messages.notification_form(inss="81511716525") for _ in range(300))
).getvalue()


@pytest.mark.parametrize("cut", [1, 8, 16, 100, 1000, len(WHOLE) // 2, len(WHOLE) - 130])
def test_a_truncated_file_raises_whatever_was_seen_of_it(cut: int) -> None:
    with pytest.raises(NotWellFormed):
        read(WHOLE[:-cut].rstrip())


def test_other_messages_and_empty_ones_are_refused() -> None:
    with pytest.raises(UnexpectedRoot, match="the root is ACRF, not NOTIFICATION"):
        list(notification.read_forms(messages.acknowledgements(messages.acknowledgement())))
    with pytest.raises(NoForm, match="holds no form"):
        read("<NOTIFICATION/>")


def test_control_characters_of_the_server_are_made_harmless() -> None:
    form = handled(
        "<AnomalyReport><AnomalyLabel>\x9b31m\N{RIGHT-TO-LEFT OVERRIDE}a\nb</AnomalyLabel>"
        "<Path><INSS>\x81</INSS></Path></AnomalyReport>"
    )
    (report,) = form.anomaly_reports
    assert report.anomaly_label == "\ufffd31m\ufffda b"
    assert report.path == (("INSS", "\ufffd"),)


@settings(deadline=None)
@given(st.data())
def test_a_mutated_message_is_read_or_unusable(data: st.DataObject) -> None:
    sample = messages.notification(data.draw(messages.notification_forms())).getvalue()
    at = data.draw(st.integers(0, len(sample)))
    cut = data.draw(st.integers(0, 40))
    insert = data.draw(st.binary(max_size=10) | st.sampled_from([b"<A>", b"</Form>", b"&amp;"]))
    with suppress(UnusableXml):
        read(sample[:at] + insert + sample[at + cut :])


def test_random_mutants_of_every_length_are_read_or_unusable() -> None:
    chance = random.Random(17)
    outcomes = set()
    for _ in range(500):
        mutant = bytearray(WHOLE[:4000])
        for _ in range(chance.randint(1, 4)):
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
        try:
            read(bytes(mutant) + WHOLE[4000:])
            outcomes.add("read")
        except UnusableXml:
            outcomes.add("unusable")
    assert outcomes == {"read", "unusable"}
