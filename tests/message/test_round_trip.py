"""What is written is valid for two engines and reads back equal."""

from __future__ import annotations

import subprocess
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from lxml import etree

from fla_batch.message import FormReader, MessageWriter, Profile, load
from fla_batch.models import Declaration
from fla_batch.models.credit_calculation import (
    ComplementaryEmployerCredit,
    ComplementaryEmployerCreditPerYear,
    ComplementarySectorCredit,
    ComplementarySectorCreditPerYear,
    FlaCreditCalculation,
    LegalFlaCredit,
    LegalFlaCreditPerYear,
    ReservedTrainingTime,
    ReservedTrainingTimePerPeriod,
)
from fla_batch.models.form import (
    Answer,
    AnswerForm,
    EmployeeYear,
    Form,
    FormHeader,
    HandledOriginalForm,
)
from fla_batch.models.question import Question
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b
from tests.builders import answer_shape
from tests.message.profiles import PROFILES
from tests.one_zone import with_value
from tests.real_parts import real_part
from tests.rules.bounds_of_the_specification import INTEGERS, PATTERNS, TEXTS
from tests.strategies import VALID, XML_CHARACTERS

pytestmark = pytest.mark.parametrize("name", PROFILES)


def engine(name: str) -> tuple[Profile, MessageWriter, FormReader, etree.XMLSchema]:
    if name not in _ENGINES:
        profile = load(PROFILES[name])
        _ENGINES[name] = (
            profile,
            MessageWriter(profile.declaration),
            FormReader(profile, profile.declaration),
            etree.XMLSchema(file=str(profile.declaration.schema)),
        )
    return _ENGINES[name]


_ENGINES: dict[str, tuple[Profile, MessageWriter, FormReader, etree.XMLSchema]] = {}


def message(name: str, *forms: Form) -> bytes:
    return b"".join(engine(name)[1].message(forms))


def form(name: str, body: Declaration | Question, number: int = 1) -> Form:
    return b.form(body, number, engine(name)[0].identifications[body.kind])


@given(body=VALID)
def test_valid_declarations_are_valid_xml_and_read_back_equal(name: str, body: Declaration) -> None:
    _, _, reader, schema = engine(name)
    written = form(name, body)
    root = etree.fromstring(message(name, written))
    assert schema.validate(root), schema.error_log
    again, reading = reader.read(root[0])
    assert again == written
    assert (reading.unreadable, reading.unknown) == ({}, [])


@given(label=st.sampled_from(sorted([*INTEGERS, *TEXTS, *PATTERNS])), data=st.data())
@settings(max_examples=300)
def test_the_rules_block_whatever_the_xsd_refuses(
    name: str, label: str, data: st.DataObject
) -> None:
    """So that a clerk reads our words and not those of a schema engine."""
    if label in INTEGERS:
        low, high = INTEGERS[label]
        value: object = data.draw(
            st.none() | st.integers(low - 60, low + 60) | st.integers(high - 60, high + 60)
        )
    else:
        texts = st.sampled_from(
            ["", " ", "x" * 200, "x" * 201, "x" * 500, "x" * 501, "200", "200.01"]
        )
        value = data.draw(st.none() | texts | st.text(XML_CHARACTERS, max_size=4))
    body, _ = with_value(label, value)
    fits = engine(name)[3].validate(etree.fromstring(message(name, form(name, body))))
    blocked = any(anomaly.blocks for anomaly in b.found(body))
    event(f"fits {fits}, blocked {blocked}")
    assert fits or blocked


@given(bodies=st.lists(VALID, min_size=2, max_size=4))
@settings(max_examples=20)
def test_forms_stand_in_their_order(name: str, bodies: list[Declaration]) -> None:
    forms = [form(name, body, number) for number, body in enumerate(bodies, start=1)]
    root = etree.fromstring(message(name, *forms))
    profile, _, reader, _ = engine(name)
    assert {element.tag for element in root} == {profile.declaration.tree.form.tag}
    assert [reader.read(element)[0] for element in root] == forms


def test_a_message_is_head_forms_and_foot(name: str) -> None:
    writer = engine(name)[1]
    forms = [form(name, b.trainings()), form(name, b.rights(), 2)]
    head, foot = writer.around(2)
    assert message(name, *forms) == (head + writer.form(forms[0]) + writer.form(forms[1]) + foot)
    assert head.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<')
    assert writer.form(forms[0]).count(b"\n") == 1  # a form a line


QUESTIONS = [
    Question(question=FormKind.ASK_CREDIT, employer=b.employer(), employee=b.employee()),
    Question(
        question=FormKind.ASK_RIGHTS,
        employer=b.employer(),
        employee=b.employee(),
        calendar_year=2024,
        right_type="LEGAL",
    ),
    Question(
        question=FormKind.ASK_TRAININGS,
        employer=b.employer(),
        employee=b.employee(),
        calendar_year=2024,
        processing_state="toValidate",
    ),
    Question(
        question=FormKind.ASK_TO_VALIDATE,
        employer=b.employer(),
        processing_state="all",
        from_training_first_start_date=date(2024, 1, 1),
        to_training_last_end_date=date(2024, 12, 31),
    ),
    Question(
        question=FormKind.ASK_CHANGED_RIGHTS,
        employer=b.employer(),
        right_type="SECTOR",
        modified_from_date=date(2024, 2, 29),
    ),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.question.value)
def test_questions_go_round(name: str, question: Question) -> None:
    _, _, reader, schema = engine(name)
    written = form(name, question)
    root = etree.fromstring(message(name, written))
    assert schema.validate(root), schema.error_log
    assert reader.read(root[0])[0] == written


CREDIT = FlaCreditCalculation(
    employer=b.employer(fla_importance_code=3),
    employee=b.employee(ref_hours_in_working_day=760),
    calculation_date=datetime(2025, 3, 1, 10, 15),  # noqa: DTZ001 - Belgian local time
    legal_fla_credit=LegalFlaCredit(
        legal_fla_credit_per_year=tuple(
            LegalFlaCreditPerYear(
                calendar_year=year,
                initial_legal_fla_credit_hours=3800,
                remaining_legal_fla_credit_hours=760,
            )
            for year in (2024, 2025)
        ),
        total_legal_fla_credit_hours=5,
        legal_fla_credit_validity_end_date=date(2028, 12, 31),
    ),
    complementary_sector_credit=ComplementarySectorCredit(
        complementary_sector_credit_per_year=(
            ComplementarySectorCreditPerYear(
                calendar_year=2024,
                initial_complementary_sector_credit_days=150,
                remaining_complementary_sector_credit_days=50,
            ),
        ),
        total_complementary_sector_credit_days=50,
    ),
    complementary_employer_credit=ComplementaryEmployerCredit(
        complementary_employer_credit_per_year=(
            ComplementaryEmployerCreditPerYear(
                calendar_year=2024,
                initial_complementary_employer_credit_hours=760,
                remaining_complementary_employer_credit_hours=0,
            ),
        ),
        total_complementary_employer_credit_hours=0,
    ),
    reserved_training_time=(
        ReservedTrainingTime(
            reserved_training_time_per_period=(
                ReservedTrainingTimePerPeriod(
                    reserved_training_time_period_start_date=date(2025, 4, 1),
                    reserved_training_time_period_end_date=date(2025, 4, 2),
                    reserved_training_time_hours=760,
                    scope=1,
                ),
            ),
            total_reserved_training_time_hours=760,
        ),
    ),
)
HANDLED = HandledOriginalForm(
    identification="FLA101",
    form_creation_date=date(2025, 3, 1),
    form_creation_hour=time(10, 15, 0, 123000),
    attestation_status=0,
    type_form="SU",
)
ANSWERS = {
    FormKind.ASK_CREDIT: Answer(handled_original_form=HANDLED, fla_credit_calculation=CREDIT),
    FormKind.ASK_RIGHTS: Answer(
        handled_original_form=HANDLED,
        employer=b.employer(),
        employee=b.employee(),
        calendar_year=2024,
        training_rights=b.rights(
            b.legal(source="FLA", legal_fla_right_validity_end_date=date(2028, 12, 31)),
            (b.sector(source="EMPLOYER"),),
            (b.extra(source="PROVIDER"), b.extra()),
        ).training_rights,
    ),
    FormKind.ASK_TRAININGS: Answer(
        handled_original_form=HANDLED,
        employer=b.employer(),
        employee=b.employee(),
        calendar_year=2024,
        trainings=(
            b.training(
                processing_state="toValidate", training_provider_reference=b.provider_reference()
            ),
        ),
    ),
    FormKind.ASK_TO_VALIDATE: Answer(
        handled_original_form=HANDLED,
        employee_year=tuple(
            EmployeeYear(inss=b.inss(number), calendar_year=2024) for number in (1, 2)
        ),
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers_go_round_read_only_zones_included(name: str, kind: FormKind) -> None:
    profile = engine(name)[0]
    header = FormHeader.original(profile.answer_identifications[kind], b.CREATED, "R1")
    written = AnswerForm(header=header, body=ANSWERS[kind])
    root = etree.fromstring(b"".join(MessageWriter(answer_shape(profile)).message([written])))
    schema = etree.XMLSchema(file=str(answer_shape(profile).schema))
    assert schema.validate(root), schema.error_log
    again, reading = FormReader(profile, answer_shape(profile)).read(root[0])
    assert again == written
    assert reading.unknown == []


def test_read_only_zones_are_not_sent(name: str) -> None:
    silent = form(name, b.rights(b.legal()))
    told = form(
        name, b.rights(b.legal(source="FLA", legal_fla_right_validity_end_date=date(2028, 12, 31)))
    )
    assert message(name, told) == message(name, silent)


def test_xmllint_agrees(name: str, tmp_path: Path) -> None:
    xmllint = real_part("xmllint")
    profile = engine(name)[0]
    path = tmp_path / "message.xml"
    path.write_bytes(
        message(
            name, form(name, b.trainings()), form(name, b.rights(), 2), form(name, QUESTIONS[3], 3)
        )
    )
    subprocess.run(
        [xmllint, "--noout", "--schema", profile.declaration.schema, path],
        check=True,
        capture_output=True,
    )
