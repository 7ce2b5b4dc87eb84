"""The reader is tolerant: it notes what it does not know or cannot read, and never raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fla_batch.message import FormReader, MessageWriter, load
from fla_batch.models import TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.form import AnswerForm, Form
from fla_batch.models.question import Question
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import Path
from tests import builders as b
from tests.builders import answer_shape

PROFILE = load("fla-20250131")
READER = FormReader(PROFILE, PROFILE.declaration)
ANSWERS = FormReader(PROFILE, answer_shape(PROFILE))
WRITER = MessageWriter(PROFILE.declaration)


def read(inside: str) -> tuple[Form, dict[Path, str], list[str]]:
    form, reading = READER.read(etree.fromstring(f"<Form>{inside}</Form>"))
    assert isinstance(form, Form)
    return form, reading.unreadable, reading.unknown


def test_nothing_at_all() -> None:
    form, unreadable, unknown = read("")
    assert form.body == TrainingRightsDeclaration()
    assert (unreadable, unknown) == ({}, [])


def test_the_order_of_elements_does_not_matter() -> None:
    form, _, _ = read(
        "<CalendarYear>2024</CalendarYear><Employee><INSS>1</INSS></Employee>"
        "<Identification>FLA001</Identification><Employer><CompanyID>2</CompanyID></Employer>"
    )
    assert isinstance(form.body, TrainingRightsDeclaration)
    assert form.body.key == ("2", "1", 2024, FormKind.TRAINING_RIGHTS)


def test_unknown_elements_are_listed_and_passed_over() -> None:
    form, _, unknown = read(
        "<New/><Employer><Also><New/></Also><CompanyID>2</CompanyID></Employer><!-- x --><?x?>"
    )
    assert unknown == ["Form/New", "Employer/Also"]
    assert form.body.employer.company_id == "2"


def test_what_cannot_be_read_is_kept_with_its_place_and_line() -> None:
    form, reading = READER.read(
        etree.fromstring(
            "<Form><Identification>FLA002</Identification>\n<CalendarYear>MMXXIV</CalendarYear>\n"
            "<Trainings><Training><Scope>1</Scope></Training>\n"
            "<Training><Scope>one</Scope><DetailsPerPeriod>\n"
            "<TrainingStartDate>soon</TrainingStartDate></DetailsPerPeriod></Training></Trainings>"
            "</Form>"
        )
    )
    assert isinstance(form.body, TrainingsDeclaration)
    assert form.body.calendar_year is None
    start = ("trainings", 1, "detailsPerPeriod", 0, "trainingStartDate")
    assert reading.unreadable == {
        ("calendarYear",): "MMXXIV",
        ("trainings", 1, "scope"): "one",
        start: "soon",
    }
    assert (reading.lines[("calendarYear",)], reading.lines[start]) == (2, 5)
    assert reading.lines[("trainings", 0)] == 3
    assert reading.lines[()] == 1


def test_an_item_of_a_list_that_cannot_be_read() -> None:
    form, reading = READER.read(
        etree.fromstring(
            "<Form><TrainingRights><LegalFlaRight><JointCommissionNbr>200</JointCommissionNbr>"
            "<JointCommissionNbr/></LegalFlaRight></TrainingRights></Form>"
        )
    )
    assert isinstance(form.body, TrainingRightsDeclaration)
    assert form.body.rights[0].joint_commission_nbr == ("200", "")
    path = ("trainingRights", "legalFlaRight", "jointCommissionNbr")
    assert reading.lines[(*path, 1)] == 1


def test_an_identification_that_nobody_knows_is_told_by_its_content() -> None:
    for inside, kind in (("<Trainings/>", TrainingsDeclaration), ("", TrainingRightsDeclaration)):
        form, _, _ = read(f"<Identification>FLA999</Identification>{inside}")
        assert type(form.body) is kind
        assert form.header.identification == "FLA999"


@pytest.mark.parametrize("kind", [kind for kind in FormKind if not kind.is_declaration])
def test_questions_are_told_by_their_identification(kind: FormKind) -> None:
    form, _, _ = read(f"<Identification>{PROFILE.identifications[kind]}</Identification>")
    assert isinstance(form.body, Question)
    assert form.body.kind is kind


def test_an_answer_that_lacks_what_answers_must_have_is_read_as_far_as_it_goes() -> None:
    form, reading = ANSWERS.read(
        etree.fromstring(
            "<Form><FlaCreditCalculation><LegalFlaCredit><LegalFlaCreditPerYear>"
            "<CalendarYear>?</CalendarYear>"
            "<RemainingLegalFlaCreditHours>760</RemainingLegalFlaCreditHours>"
            "</LegalFlaCreditPerYear></LegalFlaCredit></FlaCreditCalculation></Form>"
        )
    )
    assert isinstance(form, AnswerForm)
    credit = form.body.fla_credit_calculation
    assert credit is not None
    assert credit.legal_fla_credit is not None
    (year,) = credit.legal_fla_credit.legal_fla_credit_per_year
    assert year.remaining_legal_fla_credit_hours == 760
    assert list(reading.unreadable.values()) == ["?"]


TAGS = st.sampled_from(
    [
        "Form",
        "Trainings",
        "Training",
        "Scope",
        "INSS",
        "CalendarYear",
        "Employer",
        "Nope",
        "{u}Form",
    ]
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> etree._Element:
    element = etree.Element(draw(TAGS))
    element.text = draw(st.none() | st.text("0123456789abc <&", max_size=6))
    if depth:
        element.extend(draw(st.lists(elements(depth - 1), max_size=3)))
    return element


@given(elements())
def test_no_element_makes_it_raise(element: etree._Element) -> None:
    READER.read(element)
    ANSWERS.read(element)


def test_an_empty_block_is_not_written() -> None:
    form = b.form(TrainingsDeclaration(calendar_year=2024))
    text = WRITER.form(form).decode()
    assert "<Employer" not in text
    assert "<Employee" not in text
    # The photo itself is written even when it is empty.
    assert "<Trainings></Trainings>" in text
    assert (
        "<TrainingRights></TrainingRights>"
        in WRITER.form(b.form(TrainingRightsDeclaration())).decode()
    )
