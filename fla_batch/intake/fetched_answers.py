"""Answers that were fetched by another way: GET answers of the REST manual, as files.

A file holds one answer, a list of answers, or a document of `ask --json`. What was asked about whom
stands in the path, spelled as the resource (3.3.3.3 to 3.3.7.2), and in the answer:

    employers/0880820673/employees/81511716525/calendarYears/2024/trainings?processingState=all.json

Decision 1304.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from fla_batch.intake.answer_files import NotAnAnswer, answer_files
from fla_batch.intake.platform_answers import load_answer
from fla_batch.intake.told_answers import not_told, told_answer, without_nulls
from fla_batch.models import Employee, Employer, TrainingRights
from fla_batch.models.declaration import FIRST_YEAR, LAST_YEAR
from fla_batch.models.form import Answer
from fla_batch.models.question import RESOURCES, Question
from fla_batch.tables.decoding import json_text
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_inss,
    is_valid_company_id,
    is_valid_inss,
)
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightType

_EMPLOYER = re.compile(r"employers?[/_=-](\d{9,10})")
_EMPLOYEE = re.compile(r"employees?[/_=-](\d{10,11})")
_YEAR = re.compile(r"calendarYears?[/_=-](\d{4})")
_RIGHT_TYPE = re.compile(rf"\b({'|'.join(each.value for each in RightType)})\b")
_STATE = re.compile(rf"\b({'|'.join(each.value for each in ProcessingState)})\b")
_SINCE = re.compile(r"modifiedFromDate=(\d{4}-\d{2}-\d{2})")


class FetchedAnswer(NamedTuple):
    """One answer, the question that it answers, and the file (or member of an archive)."""

    file: str
    question: Question
    answer: Answer
    raw: dict[str, Any]


def fetched_answers(source: Path) -> Iterator[FetchedAnswer | NotAnAnswer]:
    """Every answer in `source`, and everything in it that is none or cannot be read whole.

    Raises InputUnreadable, DiskTrouble.
    """
    for found in answer_files(source):
        if isinstance(found, NotAnAnswer):
            yield found
            continue
        name, content = found
        try:
            documents = list(_documents(content, name))
        except (ValueError, RecursionError) as error:
            yield NotAnAnswer(name, f"no JSON: {error}")
            continue
        if not documents:
            yield NotAnAnswer(name, "it is empty")
        for document in documents:
            yield from _fetched(name, document)


def answer_to(question: Question, raw: Mapping[str, Any]) -> Answer:
    """What the body of a GET (200) says to `question`, read tolerantly."""
    told = told_answer(question.kind, load_answer(json.dumps(without_nulls(raw))))
    return _complete(told, question)


def _documents(content: bytes, name: str) -> Iterator[Any]:
    text = json_text(content, Source(name))
    if isinstance(text, Anomaly):
        raise ValueError(text.label.en)  # noqa: TRY004 - a value of the file, not of a caller
    try:
        whole = json.loads(text)
    except ValueError:
        # JSON Lines, or the file is none at all.
        lines = [line for line in text.splitlines() if line.strip()]
        for line in lines:
            yield from _answers_in(json.loads(line))
        return
    yield from _answers_in(whole)


def _answers_in(whole: Any) -> Iterator[Any]:
    if isinstance(whole, dict) and isinstance(whole.get("answers"), list):
        whole = whole["answers"]
    yield from whole if isinstance(whole, list) else [whole]


def _fetched(name: str, raw: Any) -> Iterator[FetchedAnswer | NotAnAnswer]:
    if not isinstance(raw, dict):
        yield NotAnAnswer(name, "an answer is a JSON object")
        return
    body = without_nulls(raw)
    read = load_answer(json.dumps(body))
    if read.problem is not None:
        title = read.problem.title or read.problem.type
        yield NotAnAnswer(name, f"the platform refused: {title}")
        return
    kind = _kind(name, body)
    if kind is None:
        yield NotAnAnswer(name, "neither its name nor its content tells what was asked")
        return
    told = told_answer(kind, read)
    about = _Subject.of(name, told)
    wrong = not_told(kind, body, read) or about.fault(kind, told)
    if wrong is not None:
        yield NotAnAnswer(name, wrong)
        return
    question = Question(
        question=kind,
        employer=Employer(company_id=about.company_id),
        employee=Employee(inss=about.inss) if not kind.is_list else None,
        calendar_year=about.year if kind.is_of_a_year else None,
        **_filters(kind, name, told),
    )
    yield FetchedAnswer(name, question, _complete(told, question), raw)
    for gap in read.trouble:
        yield NotAnAnswer(name, f"a part of it: {gap.label.en or gap.error_id}")


def _complete(told: Answer, question: Question) -> Answer:
    """With employer, worker and year as they were asked, where the answer leaves them out."""
    return told.model_copy(
        update={
            "employer": told.employer or question.employer,
            "employee": told.employee or question.employee,
            "calendar_year": question.calendar_year,
        }
    )


def _kind(name: str, raw: dict[str, Any]) -> FormKind | None:
    """What was asked: as the name says, else as the content shows it."""
    last = name.rsplit("calendarYears", maxsplit=1)[-1].rsplit("employers", maxsplit=1)[-1]
    # The longer names first: each of the others is the beginning of one of them.
    for kind in sorted(RESOURCES, key=lambda each: -len(RESOURCES[each])):
        if RESOURCES[kind].lower() in last.lower():
            return kind
    declared = raw.get("flaDataDeclaration")
    body = declared if isinstance(declared, dict) else raw
    if "calculationDate" in raw:
        return FormKind.ASK_CREDIT
    if "trainings" in body:
        return FormKind.ASK_TRAININGS
    return FormKind.ASK_RIGHTS if "trainingRights" in body else None


class _Subject(NamedTuple):
    """About whom and which year, by the name of the file or else by what it holds."""

    company_id: str
    inss: str
    year: int | None

    @classmethod
    def of(cls, name: str, told: Answer) -> _Subject:
        employer = _in_name(name, _EMPLOYER) or (told.employer and told.employer.company_id) or ""
        employee = _in_name(name, _EMPLOYEE) or (told.employee and told.employee.inss) or ""
        year = _in_name(name, _YEAR)
        return cls(
            compact_company_id(employer),
            compact_inss(employee),
            int(year) if year else told.calendar_year,
        )

    def fault(self, kind: FormKind, told: Answer) -> str | None:
        """Why this is no answer about anybody."""
        if not is_valid_company_id(self.company_id):
            return "neither its name nor its content tells which employer"
        if not kind.is_list and not is_valid_inss(self.inss):
            return "neither its name nor its content tells which worker"
        if kind.is_of_a_year and not FIRST_YEAR <= (self.year or 0) <= LAST_YEAR:
            return "neither its name nor its content tells which year"
        held = (
            told.employer and told.employer.company_id,
            told.employee and told.employee.inss,
            told.calendar_year,
        )
        if any(each not in (None, named) for each, named in zip(held, self, strict=True)):
            return "it is about somebody else than its name says"
        return None


def _in_name(name: str, pattern: re.Pattern[str]) -> str | None:
    found = pattern.search(name)
    return found[1] if found else None


def _filters(kind: FormKind, name: str, told: Answer) -> dict[str, Any]:
    """The query: as the name says, else as it shows in what was told."""
    if kind is FormKind.ASK_RIGHTS:
        return {"right_type": _in_name(name, _RIGHT_TYPE) or _only_right_type(told)}
    if kind is FormKind.ASK_TRAININGS:
        return {"processing_state": _in_name(name, _STATE) or _only_state(told)}
    if kind is FormKind.ASK_TO_VALIDATE:
        return {"processing_state": _in_name(name, _STATE) or ProcessingState.TO_VALIDATE.value}
    if kind is FormKind.ASK_CHANGED_RIGHTS:
        since = _in_name(name, _SINCE)
        return {"modified_from_date": date.fromisoformat(since) if since else None}
    return {}


def _only_right_type(told: Answer) -> str | None:
    """The one kind of right whose Source was told; with several the question named none."""
    rights = told.training_rights or TrainingRights()
    kinds = [kind for kind in RightType if rights.of(kind)]
    alone = len(kinds) == 1 and any(right.source for right in rights.of(kinds[0]))
    return kinds[0].value if alone else None


def _only_state(told: Answer) -> str | None:
    states = {training.processing_state for training in told.trainings}
    if ProcessingState.TO_VALIDATE in states:
        both = states - {ProcessingState.TO_VALIDATE.value}
        return ProcessingState.ALL.value if both else ProcessingState.TO_VALIDATE.value
    return ProcessingState.VALIDATED.value if ProcessingState.VALIDATED in states else None
