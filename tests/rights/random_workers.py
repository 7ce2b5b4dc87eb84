"""Workers of every kind, with gaps, corrections and contradictions, the same for one seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.rights.cases import DIMONA_COLUMNS, DMFA_COLUMNS, inss_of

QUARTERS = ("2022Q4", "2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3")
COMMITTEES = (
    "200",
    "200.00",
    "227",
    "124",
    "111",
    "149.01.02",
    "119",
    "209",
    "126",
    "330",
    "106.01",
)
WEEKS = (3800, 3800, 3600, 4000)
Row = dict[str, str]


def company(number: int) -> str:
    body = 4_031_700 + number
    return f"0{body:07d}{97 - body % 97:02d}"


def bounds(quarter: str) -> tuple[date, date]:
    year, number = int(quarter[:4]), int(quarter[5])
    first = date(year, number * 3 - 2, 1)
    return first, date(year + number // 4, number * 3 % 12 + 1, 1) - timedelta(1)


@dataclass
class RandomWorkers:
    """Two DmfA files, the second with corrections, and one Dimona file; `seen` counts the kinds."""

    seed: int
    count: int
    dmfa: list[Row] = field(default_factory=list)
    later: list[Row] = field(default_factory=list)
    dimona: list[Row] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        kinds: list[Callable[[str, str], None]] = [
            *(self.continuing,) * 6,
            *(self.starter,) * 3,
            *(self.leaver,) * 2,
            self.two_contracts,
            self.beside,
            self.parallel,
            self.changing,
            self.changing,
            self.interrupted,
            self.flexi,
            self.student,
            self.agency,
            self.excluded,
            self.without_dimona,
            self.only_dimona,
            self.contradicting,
            self.severance,
            self.moved,
        ]
        for number in range(self.count):
            kind = self.draw.choice(kinds)
            self.seen[kind.__name__] += 1
            born = f"{60 + number // 900:02d}0101"
            employer = company(1 + min(int(self.draw.expovariate(0.06)), 60))
            kind(inss_of(1 + number % 900, born), employer)
        self.spoil()

    def line(
        self, inss: str, employer: str, quarter: str, start: date | None, **cells: object
    ) -> Row:
        row = dict.fromkeys(DMFA_COLUMNS, "")
        row |= {
            "CompanyID": employer,
            "INSS": inss,
            "Quarter": quarter,
            "EmployerClass": "010",
            "WorkerCode": "495",
            "OccupationStartingDate": start.isoformat() if start else "",
            "JointCommissionNbr": "200",
            "RefMeanWorkingHours": "3800",
            "MeanWorkingHours": "3800",
        }
        row |= {name: str(value) for name, value in cells.items()}
        self.dmfa.append(row)
        return row

    def period(
        self, inss: str, employer: str, start: date, end: date | None = None, kind: str = "OTH"
    ) -> None:
        row = dict.fromkeys(DIMONA_COLUMNS, "")
        row |= {"CompanyID": employer, "INSS": inss, "StartingDate": start.isoformat()}
        row |= {"EndingDate": end.isoformat() if end else "", "WorkerType": kind}
        self.dimona.append(row)

    def terms(self) -> dict[str, object]:
        week = self.draw.choice(WEEKS)
        part = self.draw.choice((100, 100, 100, 80, 75, 50, 60, 33))
        return {
            "JointCommissionNbr": self.draw.choice(COMMITTEES),
            "RefMeanWorkingHours": week,
            "MeanWorkingHours": week * part // 100,
        }

    def day(self, first: date, days: int) -> date:
        return first + timedelta(self.draw.randrange(days))

    def lines(
        self, inss: str, employer: str, start: date, end: date | None, **cells: object
    ) -> None:
        for quarter in QUARTERS:
            first, last = bounds(quarter)
            if start > last or (end and end < first):
                continue
            until = end.isoformat() if end and end <= last else ""
            self.line(inss, employer, quarter, start, OccupationEndingDate=until, **cells)

    def continuing(self, inss: str, employer: str) -> None:
        start = self.day(date(2005, 1, 1), 6000)
        self.lines(inss, employer, start, None, **self.terms())
        self.period(inss, employer, start)

    def starter(self, inss: str, employer: str) -> None:
        start = self.day(date(2023, 1, 1), 700)
        self.lines(inss, employer, start, None, **self.terms())
        self.period(inss, employer, start)

    def leaver(self, inss: str, employer: str) -> None:
        start, end = self.day(date(2015, 1, 1), 2500), self.day(date(2023, 6, 1), 600)
        self.lines(inss, employer, start, end, **self.terms())
        self.period(inss, employer, start, end)

    def two_contracts(self, inss: str, employer: str) -> None:
        end = self.day(date(2024, 1, 10), 250)
        again = end + timedelta(self.draw.choice((1, 1, 15, 40)))
        start = self.day(date(2023, 1, 1), 365)
        self.lines(inss, employer, start, end, **self.terms())
        self.lines(inss, employer, again, None, **self.terms())
        self.period(inss, employer, start, end)
        self.period(inss, employer, again)

    def beside(self, inss: str, employer: str) -> None:
        """A second contract beside the first, with an end of its own."""
        start, other = date(2019, 3, 1), self.day(date(2023, 11, 1), 250)
        end = other + timedelta(self.draw.randrange(30, 300))
        terms = self.terms() | {"MeanWorkingHours": 1900}
        self.lines(inss, employer, start, None, **terms)
        self.lines(inss, employer, other, end, **(self.terms() | {"MeanWorkingHours": 1000}))
        self.period(inss, employer, start)
        self.period(inss, employer, other, end)

    def parallel(self, inss: str, employer: str) -> None:
        """Two occupations side by side, often more than full time together."""
        start = self.day(date(2021, 1, 1), 1000)
        self.lines(inss, employer, start, None, **self.terms())
        self.lines(inss, employer, start - timedelta(1), None, **self.terms())
        self.period(inss, employer, start - timedelta(1))

    def changing(self, inss: str, employer: str) -> None:
        """Other hours from some day on, within a quarter."""
        start, turn = date(2018, 5, 1), self.day(date(2023, 10, 2), 330)
        first, second = self.terms(), self.terms()
        self.lines(inss, employer, start, turn - timedelta(1), **first)
        self.lines(inss, employer, turn, None, **(second | self.draw.choice(({}, _same(first)))))
        self.period(inss, employer, start)

    def interrupted(self, inss: str, employer: str) -> None:
        start, turn = date(2017, 2, 1), self.day(date(2022, 11, 1), 600)
        terms = self.terms()
        self.lines(inss, employer, start, turn - timedelta(1), **terms)
        self.lines(inss, employer, turn, None, **(terms | {"MeanWorkingHours": 0}))
        self.period(inss, employer, start)

    def by_hours(self, inss: str, employer: str, code: str, kind: str, dated: bool) -> None:
        for quarter in self.draw.sample(QUARTERS, self.draw.randrange(1, 6)):
            first, last = bounds(quarter)
            for _ in range(1 if dated else self.draw.choice((1, 1, 2))):
                self.line(
                    inss,
                    employer,
                    quarter,
                    first if dated else None,
                    WorkerCode=code,
                    ServiceNbrHours=self.draw.randrange(1, 40_000),
                )
            self.period(inss, employer, first, last, kind)
        if self.draw.random() < 0.5:
            self.period(inss, employer, date(2024, 10, 1), None, kind)

    def flexi(self, inss: str, employer: str) -> None:
        self.by_hours(inss, employer, "050", "FLX", self.draw.random() < 0.7)

    def student(self, inss: str, employer: str) -> None:
        self.by_hours(inss, employer, "841", "STU", self.draw.random() < 0.3)

    def agency(self, inss: str, employer: str) -> None:
        monday = date(2023, 1, 2) + timedelta(7 * self.draw.randrange(0, 70))
        first = monday
        cells = self.terms() | {"EmployerClass": "097", "JointCommissionNbr": "322"}
        for _ in range(self.draw.randrange(1, 9)):
            friday = monday + timedelta(4)
            for quarter in QUARTERS:
                begin, end = bounds(quarter)
                if monday <= end and friday >= begin:
                    until = friday.isoformat()
                    self.line(inss, employer, quarter, monday, OccupationEndingDate=until, **cells)
            monday += timedelta(self.draw.choice((7, 7, 7, 14)))
        self.period(inss, employer, first, monday if self.draw.random() < 0.5 else None)

    def excluded(self, inss: str, employer: str) -> None:
        self.lines(inss, employer, date(2020, 1, 1), None, WorkerCode="107")
        self.period(inss, employer, date(2020, 1, 1))

    def without_dimona(self, inss: str, employer: str) -> None:
        start = self.day(date(2022, 1, 1), 900)
        end = self.draw.choice((None, self.day(date(2024, 1, 1), 270)))
        if end is None or end > start:
            self.lines(inss, employer, start, end, **self.terms())

    def only_dimona(self, inss: str, employer: str) -> None:
        self.period(inss, employer, self.day(date(2024, 1, 1), 330))

    def contradicting(self, inss: str, employer: str) -> None:
        kind = self.draw.choice(("STU", "FLX"))
        start = date(2024, 1, 1)
        if self.draw.random() < 0.5:
            worked = self.draw.choice((0, 15_000))
            self.lines(inss, employer, start, None, **self.terms(), ServiceNbrHours=worked)
            self.period(inss, employer, start, None, kind)
        else:
            cells = {"WorkerCode": "840", "ServiceNbrHours": 5000}
            self.lines(inss, employer, start, None, **cells)
            self.period(inss, employer, start)

    def severance(self, inss: str, employer: str) -> None:
        end = self.day(date(2023, 6, 1), 400)
        self.lines(inss, employer, date(2016, 1, 1), end, **self.terms())
        until = end + timedelta(60)
        self.lines(inss, employer, end + timedelta(1), until, **self.terms())
        self.period(inss, employer, date(2016, 1, 1), end)

    def moved(self, inss: str, employer: str) -> None:
        """To the last number of a merger."""
        terms = self.terms()
        self.lines(inss, company(900), date(2012, 1, 1), date(2023, 12, 31), **terms)
        self.period(inss, company(900), date(2012, 1, 1), date(2023, 12, 31))
        self.lines(inss, company(1), date(2024, 1, 1), None, **terms)
        self.period(inss, company(1), date(2024, 1, 1))

    def spoil(self) -> None:
        """Gaps, rows twice, and corrections in the second file and further down in the first."""
        kept = [row for row in self.dmfa if self.draw.random() > 0.06]
        self.seen["rows forgotten"] = len(self.dmfa) - len(kept)
        self.dmfa = kept
        for row in list(kept):
            luck = self.draw.random()
            target = self.later if self.draw.random() < 0.7 else self.dmfa
            undated = not row["OccupationStartingDate"]
            if undated:
                target = self.later
            if luck < 0.02:
                target.append(dict(row))
                self.seen["rows twice"] += 1
            elif luck < 0.05 and row["MeanWorkingHours"] != "0":
                half = int(row["RefMeanWorkingHours"]) // 2
                hours = {"ServiceNbrHours": "1200"} if row["ServiceNbrHours"] else {}
                target.append(row | {"MeanWorkingHours": str(half)} | hours)
                self.seen["corrections"] += 1


def _same(terms: dict[str, object]) -> dict[str, object]:
    names = ("JointCommissionNbr", "RefMeanWorkingHours")
    return {name: terms[name] for name in names}
