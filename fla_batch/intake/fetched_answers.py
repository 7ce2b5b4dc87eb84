"""Answers that were fetched by another way: GET answers of the REST manual, as files.

A folder or an archive (zip, tar) of JSON files, or one of them. A file holds one answer, a list of
answers, or a document of `ask --json`. What was asked about whom stands in the path, spelled as the
resource (3.3.3.3 to 3.3.7.2), and in the answer:

    employers/0880820673/employees/81511716525/calendarYears/2024/trainings?processingState=all.json

Decision 1304.
"""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from fla_batch.intake.platform_answers import RestAnswer, load_answer
from fla_batch.models import (
    Employee,
    Employer,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.form import Answer, EmployeeYear
from fla_batch.models.question import Question
from fla_batch.system.files import disk_errors
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_inss,
    is_valid_company_id,
    is_valid_inss,
)
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightType

MOST_BYTES = 50_000_000
"""An answer that is larger is none."""
_EMPLOYER = re.compile(r"employers?[/_=-](\d{9,10})")
_EMPLOYEE = re.compile(r"employees?[/_=-](\d{10,11})")
_YEAR = re.compile(r"calendarYears?[/_=-](\d{4})")
# The longer names first: each of the others is the beginning of one of them.
_RESOURCES = {
    "employeesTrainingRights": FormKind.ASK_CHANGED_RIGHTS,
    "employeesTrainings": FormKind.ASK_TO_VALIDATE,
    "creditCalculation": FormKind.ASK_CREDIT,
    "trainingRights": FormKind.ASK_RIGHTS,
    "trainings": FormKind.ASK_TRAININGS,
}
_RIGHT_TYPE = re.compile(rf"\b({'|'.join(each.value for each in RightType)})\b")
_STATE = re.compile(rf"\b({'|'.join(each.value for each in ProcessingState)})\b")
_LISTS = (FormKind.ASK_TO_VALIDATE, FormKind.ASK_CHANGED_RIGHTS)
_OF_A_YEAR = (FormKind.ASK_RIGHTS, FormKind.ASK_TRAININGS)
_SINCE = re.compile(r"modifiedFromDate=(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class FetchedAnswer:
    """One answer, the question that it answers, and the file (or member of an archive)."""

    file: str
    question: Question
    answer: Answer
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NotAnAnswer:
    """A file, or a part of one, that answers nothing, and why."""

    file: str
    reason: str


def fetched_answers(source: Path) -> Iterator[FetchedAnswer | NotAnAnswer]:
    """Every answer in `source`, in the order of the files' names. Raises InputUnreadable."""
    for name, content in _files(source):
        if len(content) > MOST_BYTES:
            yield NotAnAnswer(name, f"larger than {MOST_BYTES} bytes")
            continue
        try:
            documents = list(_documents(content))
        except (ValueError, RecursionError) as error:
            yield NotAnAnswer(name, f"no JSON: {error}")
            continue
        for document in documents:
            yield _fetched(name, document)


def answer_to(question: Question, raw: Mapping[str, Any]) -> Answer:
    """What the body of a GET (200) says to `question`, read tolerantly."""
    told = _told(load_answer(json.dumps(raw)), question.kind)
    return _complete(told, question)


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    if not source.exists():
        raise InputUnreadable(f"{source.name} is not there", file=source.name)
    with disk_errors("read", source):
        if source.is_dir():
            for path in sorted(source.rglob("*.json*")):
                if path.is_file():
                    yield path.relative_to(source).as_posix(), path.read_bytes()
        elif zipfile.is_zipfile(source):
            yield from _zipped(source)
        elif tarfile.is_tarfile(source):
            yield from _tarred(source)
        else:
            yield source.name, source.read_bytes()


def _zipped(source: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(source) as archive:
        for member in sorted(archive.infolist(), key=lambda one: one.filename):
            if not member.is_dir() and ".json" in member.filename:
                with archive.open(member) as stream:
                    yield member.filename, stream.read(MOST_BYTES + 1)


def _tarred(source: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(source) as archive:
        for member in sorted(archive.getmembers(), key=lambda one: one.name):
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is not None and ".json" in member.name:
                yield member.name, stream.read(MOST_BYTES + 1)


def _documents(content: bytes) -> Iterator[Any]:
    text = content.decode("utf-8-sig")
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


def _fetched(name: str, raw: Any) -> FetchedAnswer | NotAnAnswer:
    if not isinstance(raw, dict):
        return NotAnAnswer(name, "an answer is a JSON object")
    read = load_answer(json.dumps(raw))
    if read.problem is not None:
        return NotAnAnswer(name, f"the platform refused: {read.problem.title or read.problem.type}")
    kind = _kind(name, raw)
    if kind is None:
        return NotAnAnswer(name, "neither its name nor its content tells what was asked")
    told = _told(read, kind)
    about = _Subject.of(name, told)
    wrong = about.fault(kind, told)
    if wrong is not None:
        return NotAnAnswer(name, wrong)
    question = Question(
        question=kind,
        employer=Employer(company_id=about.company_id),
        employee=Employee(inss=about.inss) if kind not in _LISTS else None,
        calendar_year=about.year if kind in _OF_A_YEAR else None,
        **_filters(kind, name, told),
    )
    return FetchedAnswer(name, question, _complete(told, question), raw)


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
    for word, kind in _RESOURCES.items():
        if word.lower() in last.lower():
            return kind
    declared = raw.get("flaDataDeclaration")
    body = declared if isinstance(declared, dict) else raw
    if "calculationDate" in raw:
        return FormKind.ASK_CREDIT
    if "trainings" in body:
        return FormKind.ASK_TRAININGS
    return FormKind.ASK_RIGHTS if "trainingRights" in body else None


def _told(read: RestAnswer, kind: FormKind) -> Answer:
    """What was told, as an answer of the other channel would say it."""
    if kind in _LISTS:
        listed = tuple(
            EmployeeYear(inss=one.inss, calendar_year=one.year) for one in read.employees
        )
        return Answer(employee_year=listed)
    wanted = TrainingsDeclaration if kind is FormKind.ASK_TRAININGS else TrainingRightsDeclaration
    declared = next((one for one in read.declarations if isinstance(one, wanted)), None)
    declared = declared or next(iter(read.declarations), None)
    credit = read.credit
    source = declared or credit
    trainings = declared.trainings if isinstance(declared, TrainingsDeclaration) else ()
    return Answer(
        employer=source.employer if source else None,
        employee=source.employee if source else None,
        calendar_year=declared.calendar_year if declared else None,
        training_rights=declared.training_rights
        if isinstance(declared, TrainingRightsDeclaration)
        and declared.training_rights != TrainingRights()
        else None,
        # The number belongs to a declaration: answers have none, and readers give some.
        trainings=tuple(
            each.model_copy(update={"training_sequence_nbr": None}) for each in trainings
        ),
        fla_credit_calculation=credit,
    )


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
        if kind not in _LISTS and not is_valid_inss(self.inss):
            return "neither its name nor its content tells which worker"
        if kind in _OF_A_YEAR and self.year is None:
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
    kinds = {
        RightType.LEGAL: (rights.legal_fla_right,) if rights.legal_fla_right else (),
        RightType.SECTOR: rights.complementary_sector_right,
        RightType.EMPLOYER: rights.complementary_employer_right,
    }
    there = [kind for kind, found in kinds.items() if any(right.source for right in found)]
    return there[0].value if len(there) == 1 and sum(map(bool, kinds.values())) == 1 else None


def _only_state(told: Answer) -> str | None:
    states = {training.processing_state for training in told.trainings}
    if ProcessingState.TO_VALIDATE in states:
        both = states - {ProcessingState.TO_VALIDATE.value}
        return ProcessingState.ALL.value if both else ProcessingState.TO_VALIDATE.value
    return ProcessingState.VALIDATED.value if ProcessingState.VALIDATED in states else None
