"""What the platform may hold of employers and workers, and which answers cover it. Pure.

`rescue` asks until everything that is wanted is covered. Lists and credits reveal workers and years
that nobody had named; those are wanted then too, so that it goes round until nothing is new.
Sources: REST manual 3.3.3.3 to 3.3.7.2. Decision 1304.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.models import Employee, Employer
from fla_batch.models.question import Question
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightType

if TYPE_CHECKING:
    from fla_batch.ledger.records import ConsultationRow

FIRST_FLA_YEAR = 2024
"""The first calendar year of the FLA; earlier ones are wanted where something names them."""
LAST_FLA_YEAR = 2026
EVERYTHING_SINCE = date(2000, 1, 1)
"""ModifiedFromDate for every change that ever was."""


class Holding(Enum):
    """Something that the platform holds, as its resource and query name it."""

    TRAININGS_LIST = "employeesTrainings?processingState=all"
    RIGHTS_LIST = "employeesTrainingRights"
    CREDIT = "creditCalculation"
    LEGAL_RIGHT = "trainingRights?rightType=LEGAL"
    SECTOR_RIGHTS = "trainingRights?rightType=SECTOR"
    EMPLOYER_RIGHTS = "trainingRights?rightType=EMPLOYER"
    VALIDATED_TRAININGS = "trainings?processingState=validated"
    TRAININGS_TO_VALIDATE = "trainings?processingState=toValidate"


_LISTS = (Holding.TRAININGS_LIST, Holding.RIGHTS_LIST)
_RIGHTS = {
    RightType.LEGAL: Holding.LEGAL_RIGHT,
    RightType.SECTOR: Holding.SECTOR_RIGHTS,
    RightType.EMPLOYER: Holding.EMPLOYER_RIGHTS,
}
_TRAININGS = {
    None: (Holding.VALIDATED_TRAININGS,),
    ProcessingState.VALIDATED.value: (Holding.VALIDATED_TRAININGS,),
    ProcessingState.TO_VALIDATE.value: (Holding.TRAININGS_TO_VALIDATE,),
    ProcessingState.ALL.value: (Holding.VALIDATED_TRAININGS, Holding.TRAININGS_TO_VALIDATE),
}
_OF_A_YEAR = (*_RIGHTS.values(), *_TRAININGS[ProcessingState.ALL.value])


class Wanted(NamedTuple):
    """One thing to have from the platform; worker and year are empty where it has none."""

    company_id: str
    inss: str
    calendar_year: int
    holding: Holding

    @property
    def path(self) -> str:
        """The resource of the REST manual that gives it.

        >>> Wanted("0880820673", "81511716525", 2024, Holding.LEGAL_RIGHT).path[-49:]
        'calendarYears/2024/trainingRights?rightType=LEGAL'
        """
        worker = f"employees/{self.inss}/" if self.inss else ""
        year = f"calendarYears/{self.calendar_year}/" if self.calendar_year else ""
        return f"/employers/{self.company_id}/{worker}{year}{self.holding.value}"


@dataclass(slots=True)
class Holdings:
    """Employers, workers and years that are known of, and what is known of them already."""

    employers: dict[str, None] = field(default_factory=dict)
    workers: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    covered: set[Wanted] = field(default_factory=set)

    def name(self, company_id: str, inss: str = "", year: int | None = None) -> None:
        """There is that employer, that worker, something in that year."""
        self.employers[company_id] = None
        if inss:
            years = self.workers[company_id, inss]
            if year:
                years.add(year)

    def learn(self, row: ConsultationRow) -> None:
        """What an answer covers, and whom and which years it reveals."""
        if row.company_id is None:
            return
        self.covered.update(_covered_by(row))
        self.name(row.company_id, row.inss or "", row.calendar_year)
        for inss, year in _revealed_by(row):
            self.name(row.company_id, inss or row.inss or "", year)

    def wanted(self, today: date) -> Iterator[Wanted]:
        """Everything that is not covered yet, employer by employer."""
        return (each for each in self._wanted(today) if each not in self.covered)

    def _wanted(self, today: date) -> Iterator[Wanted]:
        usual = set(range(FIRST_FLA_YEAR, min(today.year, LAST_FLA_YEAR) + 1))
        of_employer: defaultdict[str, list[str]] = defaultdict(list)
        for company_id, inss in self.workers:
            of_employer[company_id].append(inss)
        for company_id in self.employers:
            for holding in _LISTS:
                yield Wanted(company_id, "", 0, holding)
            for inss in of_employer[company_id]:
                yield Wanted(company_id, inss, 0, Holding.CREDIT)
                for year in sorted(usual | self.workers[company_id, inss]):
                    for holding in _OF_A_YEAR:
                        yield Wanted(company_id, inss, year, holding)


def question_of(wanted: Wanted) -> Question:
    """The question that gives it; trainings of both states come by one."""
    kind, zones = _QUESTIONS[wanted.holding]
    return Question(
        question=kind,
        employer=Employer(company_id=wanted.company_id),
        employee=Employee(inss=wanted.inss) if wanted.inss else None,
        calendar_year=wanted.calendar_year or None,
        **zones,
    )


def answered_by(question: Question) -> Iterator[Wanted]:
    """What an answer to `question` gives."""
    inss = question.employee.inss if question.employee else None
    company_id = question.employer.company_id or ""
    for holding in _holdings(question.kind, question.right_type, question.processing_state):
        yield Wanted(company_id, inss or "", question.calendar_year or 0, holding)


_ALL_TRAININGS: dict[str, Any] = {"processing_state": ProcessingState.ALL.value}
_QUESTIONS: dict[Holding, tuple[FormKind, dict[str, Any]]] = {
    Holding.TRAININGS_LIST: (FormKind.ASK_TO_VALIDATE, _ALL_TRAININGS),
    Holding.RIGHTS_LIST: (FormKind.ASK_CHANGED_RIGHTS, {"modified_from_date": EVERYTHING_SINCE}),
    Holding.CREDIT: (FormKind.ASK_CREDIT, {}),
    **{
        holding: (FormKind.ASK_RIGHTS, {"right_type": right_type.value})
        for right_type, holding in _RIGHTS.items()
    },
    Holding.VALIDATED_TRAININGS: (FormKind.ASK_TRAININGS, _ALL_TRAININGS),
    Holding.TRAININGS_TO_VALIDATE: (FormKind.ASK_TRAININGS, _ALL_TRAININGS),
}


def _holdings(kind: FormKind, right_type: str | None, state: str | None) -> tuple[Holding, ...]:
    if kind is FormKind.ASK_CREDIT:
        return (Holding.CREDIT,)
    if kind is FormKind.ASK_RIGHTS:
        return (_RIGHTS[RightType(right_type)],) if right_type else tuple(_RIGHTS.values())
    if kind is FormKind.ASK_TRAININGS:
        return _TRAININGS[state]
    if kind is FormKind.ASK_CHANGED_RIGHTS:
        return (Holding.RIGHTS_LIST,)
    return (Holding.TRAININGS_LIST,) if state == ProcessingState.ALL else ()


def _covered_by(row: ConsultationRow) -> Iterable[Wanted]:
    asked: dict[str, Any] = (row.asked or {}) if row.kind is not FormKind.ASK_CREDIT else {}
    if row.kind is FormKind.ASK_CHANGED_RIGHTS and not _asks_for_every_change(asked):
        return
    year = row.calendar_year or 0
    if row.kind in (FormKind.ASK_TO_VALIDATE, FormKind.ASK_CHANGED_RIGHTS) and year:
        return  # a list of one year is not the list
    for holding in _holdings(row.kind, asked.get("rightType"), asked.get("processingState")):
        of_year = year if holding in _OF_A_YEAR else 0
        yield Wanted(row.company_id or "", row.inss or "", of_year, holding)


def _asks_for_every_change(asked: dict[str, Any]) -> bool:
    since = str(asked.get("modifiedFromDate") or EVERYTHING_SINCE.isoformat())
    return since <= f"{FIRST_FLA_YEAR}-01-01" and not asked.get("rightType")


def _revealed_by(row: ConsultationRow) -> Iterator[tuple[str | None, int | None]]:
    for each in row.body.get("employeeYear", ()):
        yield each.get("inss"), each.get("calendarYear")
    if row.kind is FormKind.ASK_CREDIT:
        for block in row.body.values():
            if isinstance(block, dict):
                yield from _years_with_credit(block)


def _years_with_credit(block: dict[str, Any]) -> Iterator[tuple[None, int | None]]:
    for name, years in block.items():
        if name.endswith("PerYear"):
            for year in years:
                amounts = (value for zone, value in year.items() if zone != "calendarYear")
                if any(amounts):
                    yield None, year.get("calendarYear")
