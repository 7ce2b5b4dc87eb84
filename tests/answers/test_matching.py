"""An answer finds its form in the order of the clues, and two candidates are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

import pytest

from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.matching import (
    MatchedBy,
    MatchedForm,
    Reason,
    Scope,
    Unmatched,
    batch_named,
    match_batch,
    match_form,
    subject_of,
)
from fla_batch.answers.notification import AnomalyReport, NotificationForm
from fla_batch.answers.remote_anomalies import Subject
from fla_batch.ledger.records import FoundForm
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment
from tests.answers import messages

S = Environment.SIMULATION
ONE = BatchName.parse("FLAD.123456.20250301.00001.S")
TWO = BatchName.parse("FLAD.123456.20250301.00002.S")
IN_PRODUCTION = BatchName.parse("FLAD.123456.20250301.00001.R")
DAY, HOUR = date(2025, 3, 1), time(10, 15, 0, 123000)
COMPANY, WORKER = "0880820673", "81511716525"


@dataclass(frozen=True)
class Record:
    """A form as a ledger would keep it."""

    form: FoundForm
    reference: str
    hour: time
    identification: str
    company_id: str = COMPANY
    inss: str = WORKER
    year: int = 2024


class Sent:
    """A ledger of a few forms, in memory."""

    def __init__(self, *records: Record) -> None:
        self.records = records

    def has_batch(self, batch: BatchName) -> bool:
        return any(record.form.batch == batch for record in self.records)

    def by_ticket(self, ticket: str) -> BatchName | None:
        return TICKETS.get(ticket)

    def by_reference(self, reference_nbr: str) -> Sequence[FoundForm]:
        return [record.form for record in self.records if record.reference == reference_nbr]

    def by_creation(
        self,
        scope: Scope,
        form_creation_date: date,
        form_creation_hour: time,
        identification: str | None,
    ) -> Sequence[FoundForm]:
        return [
            record.form
            for record in self._within(scope)
            if (DAY, record.hour) == (form_creation_date, form_creation_hour)
            and identification in (None, record.identification)
        ]

    def by_subject(
        self,
        scope: Scope,
        company_id: str,
        inss: str,
        calendar_year: int | None,
        identification: str | None,
    ) -> Sequence[FoundForm]:
        return [
            record.form
            for record in self._within(scope)
            if (record.company_id, record.inss) == (company_id, inss)
            and calendar_year in (None, record.year)
            and identification in (None, record.identification)
        ]

    def _within(self, scope: Scope) -> list[Record]:
        return [
            record
            for record in self.records
            if scope in (record.form.batch, record.form.batch.environment)
        ]


RIGHTS = Record(FoundForm("rights", ONE), "REF-1", HOUR, "FLA001")
TRAININGS = Record(FoundForm("trainings", ONE), "REF-2", time(10, 15, 0, 124000), "FLA002")
LATER = Record(FoundForm("later", TWO), "REF-3", HOUR, "FLA001")
REAL = Record(FoundForm("real", IN_PRODUCTION), "REF-4", HOUR, "FLA001")
TICKETS = {"TICKET-1": ONE, "TICKET-2": TWO, "TICKET-R": IN_PRODUCTION}
SENT = Sent(RIGHTS, TRAININGS, LATER, REAL)


def about(file_name: str | None, **clues: Any) -> NotificationForm:
    """A notification about a file, with whatever other clues."""
    reference = None if file_name is None else FileReference(file_name)
    return messages.notification_form(file_reference=reference, **clues)


GO = "GO.FLAD.123456.20250301.00001.S.1"


def our(number: str) -> dict[str, Any]:
    return {"references": (PortalReference("1", "1", number),)}


def ticketed(number: str, reference_type: str = "0") -> dict[str, Any]:
    return {"references": (PortalReference(reference_type, "2", number),)}


def created(
    hour: time | None = HOUR, identification: str | None = "FLA001", day: date | None = DAY
) -> dict[str, Any]:
    return {"handled_original_form": PortalHeader(identification, day, hour)}


def subject(year: int | None = 2024, inss: str = WORKER) -> dict[str, Any]:
    zones = [("CompanyID", COMPANY), ("INSS", inss)]
    if year:
        zones.append(("CalendarYear", str(year)))
    return {"anomaly_reports": (AnomalyReport("00024-152", path=tuple(zones)),)}


@pytest.mark.parametrize(
    ("form", "key", "by"),
    [
        (about(GO, **our("REF-2")), "trainings", MatchedBy.REFERENCE),
        (about(None, **ticketed("TICKET-1"), **created()), "rights", MatchedBy.CREATION),
        (about(None, **ticketed("TICKET-2"), **created()), "later", MatchedBy.CREATION),
        (about(None, **ticketed("TICKET-2", "1"), **created()), "later", MatchedBy.CREATION),
        (about(None, **ticketed("TICKET-2"), **subject()), "later", MatchedBy.SUBJECT),
        (about("not a name", **ticketed("TICKET-2"), **created()), "later", MatchedBy.CREATION),
        (about(GO, **ticketed("TICKET-2"), **created()), "rights", MatchedBy.CREATION),
        (about(None, **our("REF-3")), "later", MatchedBy.REFERENCE),
        (about("not a name", **our("REF-1")), "rights", MatchedBy.REFERENCE),
        (about(GO, **our("REF-2"), **created()), "trainings", MatchedBy.REFERENCE),
        (about(GO, **created()), "rights", MatchedBy.CREATION),
        (about(GO, **created(identification=None)), "rights", MatchedBy.CREATION),
        (about(GO, **our("UNKNOWN"), **created()), "rights", MatchedBy.CREATION),
        (about(None, **created(TRAININGS.hour, "FLA002")), "trainings", MatchedBy.CREATION),
        (about(GO, **created(), **subject(2023)), "rights", MatchedBy.CREATION),
        (about(GO, **subject(), **created(None, "FLA002")), "trainings", MatchedBy.SUBJECT),
        (about(GO, **subject(), **created(day=None)), "rights", MatchedBy.SUBJECT),
        (about(GO, **subject(), **created(time(9))), "rights", MatchedBy.SUBJECT),
        (about(GO.replace("00001", "00002"), **subject()), "later", MatchedBy.SUBJECT),
        (
            about(GO.replace("00001", "00002"), company_id=COMPANY, inss=WORKER),
            "later",
            MatchedBy.SUBJECT,
        ),
    ],
)
def test_the_first_clue_that_leads_somewhere_decides(
    form: NotificationForm, key: str, by: MatchedBy
) -> None:
    (record,) = (record for record in SENT.records if record.form.key == key)
    assert match_form(form, S, SENT) == MatchedForm(record.form, by)


BOTH = (RIGHTS.form, TRAININGS.form)


@pytest.mark.parametrize(
    ("form", "unmatched"),
    [
        (about(None), Unmatched(Reason.NO_CLUE)),
        (about(GO), Unmatched(Reason.NO_CLUE, ONE)),
        (about(GO, **our("NEW")), Unmatched(Reason.UNKNOWN_FORM, ONE)),
        (about(None, **created(time(9))), Unmatched(Reason.UNKNOWN_FORM)),
        (about(GO, **subject(2023)), Unmatched(Reason.UNKNOWN_FORM, ONE)),
        (about(GO, **subject()), Unmatched(Reason.SEVERAL_FORMS, ONE, BOTH)),
        (
            about(None, **created()),
            Unmatched(Reason.SEVERAL_FORMS, None, (RIGHTS.form, LATER.form)),
        ),
        (about(GO, **our("REF-3")), Unmatched(Reason.OTHER_BATCH, ONE, (LATER.form,))),
        (about(None, **our("REF-4")), Unmatched(Reason.OTHER_ENVIRONMENT, None, (REAL.form,))),
        (
            about(GO.replace("00001", "0000Z"), **our("REF-1")),
            Unmatched(Reason.UNKNOWN_BATCH, BatchName.parse("FLAD.123456.20250301.0000Z.S")),
        ),
        (
            about(GO.replace(".S", ".R"), **our("REF-4")),
            Unmatched(Reason.OTHER_ENVIRONMENT, IN_PRODUCTION),
        ),
    ],
)
def test_what_leads_nowhere_is_returned_with_its_reason(
    form: NotificationForm, unmatched: Unmatched
) -> None:
    assert match_form(form, S, SENT) == unmatched


def test_two_references_to_two_forms_are_none() -> None:
    form = about(
        GO, references=(PortalReference("1", "1", "REF-1"), PortalReference("1", "1", "REF-2"))
    )
    assert match_form(form, S, SENT) == Unmatched(Reason.SEVERAL_FORMS, ONE, BOTH)


def test_a_reference_of_the_portal_is_no_clue() -> None:
    form = about(GO, references=(PortalReference("1", "2", "REF-1"),))
    assert match_form(form, S, SENT) == Unmatched(Reason.NO_CLUE, ONE)


def test_a_reference_that_was_given_twice_decides_by_its_batch() -> None:
    again = replace(LATER, reference="REF-1")
    sent = Sent(RIGHTS, again)
    assert match_form(about(GO, **our("REF-1")), S, sent) == MatchedForm(
        RIGHTS.form, MatchedBy.REFERENCE
    )
    assert match_form(about(None, **our("REF-1")), S, sent) == Unmatched(
        Reason.SEVERAL_FORMS, None, (RIGHTS.form, LATER.form)
    )


def test_the_order_of_the_notifications_does_not_matter() -> None:
    forms = [about(GO, **our("REF-1")), about(GO, **our("REF-2")), about(None, **our("REF-3"))]
    found = [match_form(form, S, SENT) for form in forms]
    assert [match_form(form, S, SENT) for form in reversed(forms)] == found[::-1]


@pytest.mark.parametrize(
    "name",
    [
        "GO.FLAD.123456.20250301.00001.S.1",
        "GO.FLAD.123456.20250301.00001.S",
        "FI.FLAD.123456.20250301.00001.S.1.1",
        "FI.FLAD.123456.20250301.00001.S.9.4",
        "FS.FLAD.123456.20250301.00001.S.1.1.more",
        "FLAD.123456.20250301.00001.S",
        " GO.FLAD.123456.20250301.00001.S.1 ",
    ],
)
def test_an_acknowledgement_finds_its_batch_by_any_of_its_names(name: str) -> None:
    acknowledgement = messages.acknowledgement(file_reference=FileReference(name))
    assert match_batch(acknowledgement, S, SENT) == ONE


@pytest.mark.parametrize(
    "reference", [FileReference(None, "2", "TICKET-2"), FileReference("x", "2", "TICKET-2")]
)
def test_an_acknowledgement_without_a_name_finds_its_batch_by_the_ticket(
    reference: FileReference,
) -> None:
    assert match_batch(messages.acknowledgement(file_reference=reference), S, SENT) == TWO


def test_a_ticket_of_another_environment_is_no_match() -> None:
    assert match_form(about(None, **ticketed("TICKET-R"), **created()), S, SENT) == Unmatched(
        Reason.OTHER_ENVIRONMENT, IN_PRODUCTION
    )


def test_two_clues_that_agree_on_one_form_are_no_guess() -> None:
    other = replace(LATER, inss="70081500504")
    form = about(None, **created(), **subject(inss=other.inss))
    assert match_form(form, S, Sent(RIGHTS, other)) == MatchedForm(other.form, MatchedBy.SUBJECT)
    stranger = about(None, **created(), **subject(inss="85061210108"))
    assert match_form(stranger, S, Sent(RIGHTS, other)) == Unmatched(
        Reason.SEVERAL_FORMS, None, (RIGHTS.form, other.form)
    )


@pytest.mark.parametrize(
    ("reference", "unmatched"),
    [
        (None, Unmatched(Reason.NO_CLUE)),
        (FileReference(None), Unmatched(Reason.NO_CLUE)),
        (FileReference("answer.xml"), Unmatched(Reason.NO_CLUE)),
        (FileReference("GO.FLAD.123456.20250230.00001.S.1"), Unmatched(Reason.NO_CLUE)),
        (
            FileReference("GO.FLAD.123456.20250301.00009.S.1"),
            Unmatched(Reason.UNKNOWN_BATCH, BatchName.parse("FLAD.123456.20250301.00009.S")),
        ),
        (
            FileReference("GO.FLAD.123456.20250301.00001.R.1"),
            Unmatched(Reason.OTHER_ENVIRONMENT, IN_PRODUCTION),
        ),
    ],
)
def test_an_acknowledgement_without_a_batch_says_why(
    reference: FileReference | None, unmatched: Unmatched
) -> None:
    acknowledgement = messages.acknowledgement(file_reference=reference)
    assert match_batch(acknowledgement, S, SENT) == unmatched


def test_names_of_no_batch_are_none() -> None:
    assert batch_named("") is None
    assert batch_named("GO") is None


def test_the_subject_is_what_all_anomalies_agree_on() -> None:
    reports = tuple(
        AnomalyReport("00024-152", path=(("CompanyID", COMPANY), ("INSS", inss)))
        for inss in (WORKER, "70081500504")
    )
    form = messages.notification_form(anomaly_reports=reports)
    assert subject_of(form) == Subject(COMPANY, None, None)
    assert match_form(form, S, SENT) == Unmatched(Reason.NO_CLUE)
    assert subject_of(replace(form, inss=WORKER)) == Subject(COMPANY, WORKER, None)
