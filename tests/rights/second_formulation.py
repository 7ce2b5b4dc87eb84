"""The right once more, written from the source and from the decisions, sharing no code.

Slow and plain: real dates, one day at a time, rows as they stand in the files. It knows the tables
that `random_workers` writes, and nothing of how the package goes about it.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from pathlib import Path

ORDINARY, FLEXI, STUDENT, EXCLUDED = "ordinary", "flexi", "student", "excluded"
FOREVER = date(9999, 12, 31)
ONE_DAY = timedelta(1)
Row = dict[str, str]
Pair = tuple[str, str]


@dataclass
class Occupation:
    """One row that counts, within its quarter."""

    quarter: tuple[int, int]
    begins: date
    start: date
    end: date
    committee: str
    mean: int
    ref: int
    worked: int
    kind: str
    agency: bool

    @property
    def rate(self) -> Fraction:
        return Fraction(min(self.mean, self.ref), self.ref)

    def runs(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass
class Period:
    start: date
    end: date
    kind: str

    def runs(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass
class Result:
    """Per worker and employer the rows of the output; who is held back; quarters projected."""

    rows: dict[Pair, dict[str, tuple[str, str, str, int]]] = field(default_factory=dict)
    held: set[Pair] = field(default_factory=set)
    gaps: set[tuple[str, str, str]] = field(default_factory=set)
    duplicates: int = 0
    corrections: int = 0
    sizes: dict[str, Fraction] = field(default_factory=dict)


def quarter_bounds(quarter: tuple[int, int]) -> tuple[date, date]:
    year, number = quarter
    first = date(year, 3 * number - 2, 1)
    return first, date(year + number // 4, 3 * number % 12 + 1, 1) - ONE_DAY


def days_between(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


def kind_of_code(row: Row) -> str:
    code, category = int(row["WorkerCode"]), int(row["EmployerClass"])
    if 101 <= code <= 399 or 800 <= code <= 839 or 842 <= code <= 999 or category in (27, 28):
        return EXCLUDED
    if code in (840, 841):
        return STUDENT
    return FLEXI if code in (50, 450) else ORDINARY


def plain_committee(text: str) -> str:
    while text.endswith(".00"):
        text = text[:-3]
    return text


def counted_rows(files: Iterable[list[Row]], result: Result) -> list[Row]:
    """Each occupation once, the later row instead of the earlier one."""
    known: dict[tuple[str, ...], Row] = {}
    for rows in files:
        of_file: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows:
            of_file[identity(row)].append(row)
        for key, same in of_file.items():
            versions = [added_up(same)] if undated(same[0]) else same
            for row in versions:
                if kind_of_code(row) == EXCLUDED:
                    known[(*key, str(len(known)))] = row
                    continue
                if key in known:
                    if values(known[key]) == values(row):
                        result.duplicates += 1
                        continue
                    result.corrections += 1
                known[key] = row
    return list(known.values())


def undated(row: Row) -> bool:
    return kind_of_code(row) in (STUDENT, FLEXI) and not row["OccupationStartingDate"]


def added_up(rows: list[Row]) -> Row:
    total = sum(int(row["ServiceNbrHours"]) for row in rows)
    return {**rows[0], "ServiceNbrHours": str(total)}


def identity(row: Row) -> tuple[str, ...]:
    names = ("CompanyID", "EmployerClass", "INSS", "Quarter", "WorkerCode")
    start = row["OccupationStartingDate"]
    return (*(row[name] for name in names), start, plain_committee(row["JointCommissionNbr"]))


def values(row: Row) -> tuple[object, ...]:
    found = occupation(row)
    if found.kind == STUDENT:
        return (found.end, found.worked)
    return (found.end, found.mean, found.ref, found.worked)


def occupation(row: Row) -> Occupation:
    quarter = (int(row["Quarter"][:4]), int(row["Quarter"][5]))
    first, last = quarter_bounds(quarter)
    start = row["OccupationStartingDate"]
    begins = date.fromisoformat(start) if start else first
    end = row["OccupationEndingDate"]
    kind = kind_of_code(row)
    ref = int(row["RefMeanWorkingHours"] or 3800)
    return Occupation(
        quarter,
        begins,
        max(first, begins),
        min(last, date.fromisoformat(end)) if end else last,
        plain_committee(row["JointCommissionNbr"]),
        int(row["MeanWorkingHours"] or 0) if kind == ORDINARY else 0,
        3800 if kind == STUDENT else ref,
        int(row["ServiceNbrHours"] or 0),
        kind,
        int(row["EmployerClass"]) in (97, 224, 226, 244, 254, 497)
        or row["JointCommissionNbr"] == "322",
    )


def confirmed(lines: list[Occupation], periods: list[Period]) -> list[Occupation]:
    """What Dimona confirms of the lines."""
    if not periods:
        return lines
    kept = []
    for line in lines:
        cover = [p for p in periods if p.start <= line.end and line.start <= p.end]
        if not cover:
            if not any(p.end < line.start for p in periods):
                kept.append(line)
            continue
        line.end = min(line.end, max(p.end for p in cover))
        kinds = {p.kind for p in cover}
        if line.kind == ORDINARY and ORDINARY not in kinds:
            line.kind = FLEXI if FLEXI in kinds else STUDENT
            line.ref = 3800 if line.kind == STUDENT else line.ref
        kept.append(line)
    return kept


def fte(lines: list[Occupation], quarter: tuple[int, int]) -> Fraction:
    """Day by day, at most 1."""
    first, last = quarter_bounds(quarter)
    length = (last - first).days + 1
    total = Fraction(0)
    for day in days_between(first, last):
        running = [line for line in lines if line.kind == ORDINARY and line.runs(day)]
        running = [line for line in running if line.quarter == quarter]
        if running and all(line.mean == 0 for line in running):
            total += rate_before(lines, block_start(lines, quarter, day))
        total += sum((line.rate for line in running), Fraction(0))
        total += weekend_rate(lines, day)
    for line in lines:
        if line.kind in (FLEXI, STUDENT) and line.quarter == quarter:
            total += Fraction(line.worked * 7, line.ref)
    return min(Fraction(1), total / length)


def block_start(lines: list[Occupation], quarter: tuple[int, int], day: date) -> date:
    """The first day of the run of days on which the very same lines stand."""

    def standing(at: date) -> list[int]:
        return [
            id(line)
            for line in lines
            if line.kind == ORDINARY and line.quarter == quarter and line.runs(at)
        ]

    here = standing(day)
    while standing(day - ONE_DAY) == here:
        day -= ONE_DAY
    return day


def rate_before(lines: list[Occupation], day: date) -> Fraction:
    earlier = [ln for ln in lines if ln.kind == ORDINARY and ln.mean > 0 and ln.end < day]
    if not earlier:
        return Fraction(0)
    last = max(line.end for line in earlier)
    return min(Fraction(1), sum((ln.rate for ln in earlier if ln.end == last), Fraction(0)))


def weekend_rate(lines: list[Occupation], day: date) -> Fraction:
    """A Saturday or Sunday between a Friday on which agency lines end and a Monday that begins."""
    if day.weekday() < 5:
        return Fraction(0)
    friday = day - timedelta(day.weekday() - 4)
    monday = friday + timedelta(3)
    agency = [line for line in lines if line.agency]
    if not any(line.start == monday for line in agency):
        return Fraction(0)
    rates = (line.rate for line in agency if line.end == friday)
    return min(Fraction(1), sum(rates, Fraction(0)))


class SecondFormulation:
    """All workers of a run, on one day of 2024."""

    reference = ((2022, 4), (2023, 1), (2023, 2), (2023, 3))
    year = 2024

    def __init__(self, facts: Path, day: date, merged: dict[str, str]) -> None:
        with facts.open(encoding="utf-8", newline="") as file:
            self.facts = list(csv.DictReader(file, delimiter=";"))
        self.day = day
        self.merged = merged

    def compute(self, dmfa: list[list[Row]], dimona: list[Row]) -> Result:
        result = Result()
        lines: dict[Pair, list[Occupation]] = defaultdict(list)
        excluded: set[Pair] = set()
        declared: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for row in counted_rows(dmfa, result):
            key = (row["INSS"], self.merged.get(row["CompanyID"], row["CompanyID"]))
            found = occupation(row)
            if found.quarter[0] > self.year:
                continue
            declared[key[1]].add(found.quarter)
            if found.kind == EXCLUDED:
                excluded.add(key)
            elif found.start <= found.end:
                lines[key].append(found)
        periods: dict[Pair, list[Period]] = defaultdict(list)
        kinds = {"STU": STUDENT, "FLX": FLEXI}
        for row in dimona:
            key = (row["INSS"], self.merged.get(row["CompanyID"], row["CompanyID"]))
            end = row["EndingDate"]
            last = date.fromisoformat(end) if end else FOREVER
            kind = kinds.get(row["WorkerType"], ORDINARY)
            periods[key].append(Period(date.fromisoformat(row["StartingDate"]), last, kind))
        usual = self.usual(lines)
        for key in lines:
            if self.contradicts(lines[key], periods.get(key, [])):
                result.held.add(key)
            lines[key] = confirmed(lines[key], periods.get(key, []))
        result.sizes = self.sizes(lines)
        for key in sorted(lines.keys() | periods.keys()):
            newest = max(declared[key[1]], default=(0, 0))
            one = Worker(lines.get(key, []), periods.get(key, []), self.day, newest)
            self.right(key, one, usual.get(key[1]), result, is_excluded=key in excluded)
        return result

    def contradicts(self, lines: list[Occupation], periods: list[Period]) -> bool:
        for line in lines:
            cover = [p for p in periods if p.start <= line.end and line.start <= p.end]
            if not cover or any(p.kind == line.kind for p in cover) or line.quarter[0] != self.year:
                continue
            if line.kind != ORDINARY or line.worked == 0:
                return True
        return False

    def usual(self, lines: dict[Pair, list[Occupation]]) -> dict[str, tuple[str, int]]:
        """The most frequent committee and week of each employer's last quarter, by workers."""
        seen: dict[str, dict[tuple[int, int], set[tuple[str, str, int]]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for (inss, employer), own in lines.items():
            for line in own:
                if line.kind == ORDINARY:
                    seen[employer][line.quarter].add((inss, line.committee, line.ref))
        found = {}
        for employer, quarters in seen.items():
            last = quarters[max(quarters)]
            committees = Counter(committee for _, committee, _ in last)
            weeks = Counter(week for _, _, week in last)
            committee = min(committees, key=lambda each: (-committees[each], each))
            found[employer] = (committee, max(weeks, key=lambda each: (weeks[each], each)))
        return found

    def sizes(self, lines: dict[Pair, list[Occupation]]) -> dict[str, Fraction]:
        sums: dict[str, dict[tuple[int, int], Fraction]] = defaultdict(dict)
        for (_, employer), own in lines.items():
            for quarter in self.reference:
                if any(line.quarter == quarter for line in own):
                    known = sums[employer].get(quarter, Fraction(0))
                    sums[employer][quarter] = known + fte(own, quarter)
        found = {e: sum(q.values(), Fraction(0)) / len(q) for e, q in sums.items()}
        for employer in {employer for _, employer in lines} - found.keys():
            own_lines = [own for (_, e), own in lines.items() if e == employer]
            later = sorted(
                {ln.quarter for own in own_lines for ln in own if ln.quarter > (2023, 3)}
            )
            if later:
                _, last = quarter_bounds(later[0])
                heads = sum(
                    any(ln.quarter == later[0] and ln.end == last for ln in own)
                    for own in own_lines
                )
                found[employer] = Fraction(heads)
        return found

    def right(
        self,
        key: Pair,
        worker: Worker,
        usual: tuple[str, int] | None,
        result: Result,
        *,
        is_excluded: bool,
    ) -> None:
        if not worker.concerned(self.year) or key in result.held:
            return
        if worker.unheard():
            if not is_excluded:
                result.held.add(key)
            return
        size = result.sizes.get(key[1])
        if size is None:
            return
        strands = worker.strands(self.year)
        if usual is None and any(not committee or not week for committee, week in strands):
            result.held.add(key)
            return
        for quarter in worker.gap_quarters(self.year):
            result.gaps.add((*key, f"{quarter[0]}Q{quarter[1]}"))
        per_committee: dict[str, list[tuple[int, Fraction]]] = defaultdict(list)
        for (committee, week), bc in strands.items():
            committee_or_usual = committee or (usual[0] if usual else "")
            per_committee[committee_or_usual].append((week or (usual[1] if usual else 0), bc))
        rows = {}
        for committee, parts in per_committee.items():
            a, in_hours = self.a(committee, size)
            bc = sum((part for _, part in parts), Fraction(0))
            hours = sum((a * part * week / 500 for week, part in parts), Fraction(0))
            hours = a * bc if in_hours else hours
            centi = floor(hours * 100 + Fraction(1, 2))
            rows[committee] = (six(bc), "" if in_hours else six(a * bc), hm(hours), centi)
        result.rows[key] = rows

    def a(self, committee: str, size: Fraction) -> tuple[Fraction, bool]:
        """Days a year, or hours with True."""
        name = "0_9" if size < 10 else "10_19" if size < 20 else "20_plus"
        new_year = f"{self.year}-01-01"
        numbers = [committee]
        while "." in numbers[-1]:
            numbers.append(numbers[-1].rpartition(".")[0])
        for number in [*numbers, "law"]:
            held = [
                fact
                for fact in self.facts
                if fact["joint_committee"] == number
                and fact["kind"] == "individual"
                and fact["from"] <= new_year <= (fact["to"] or "9999")
            ]
            legal = sorted(
                (fact for fact in held if fact["right"] == "legal"), key=lambda f: f["from"]
            )
            for fact in reversed(legal):
                if fact[f"hours_{name}"]:
                    return Fraction(fact[f"hours_{name}"]), True
                if fact[f"days_{name}"]:
                    return Fraction(fact[f"days_{name}"]), False
            if held:
                return self.a("law", size)
        raise AssertionError(committee)


@dataclass
class Worker:
    """One worker with one employer; `newest` is the last quarter that the employer declared."""

    lines: list[Occupation]
    periods: list[Period]
    day: date
    newest: tuple[int, int]

    def __post_init__(self) -> None:
        self.given = bool(self.periods)
        if not self.periods:
            self.periods = list(self.assumed())

    def assumed(self) -> Iterator[Period]:
        for kind in (ORDINARY, FLEXI, STUDENT):
            own = [line for line in self.lines if line.kind == kind]
            if own:
                last = max(own, key=lambda line: line.end)
                open_end = last.end == quarter_bounds(last.quarter)[1]
                start = min(min(line.begins, line.start) for line in own)
                yield Period(start, FOREVER if open_end else last.end, kind)

    def concerned(self, year: int) -> bool:
        spans = [(p.start, p.end) for p in self.periods] + [(ln.start, ln.end) for ln in self.lines]
        return any(start <= date(year, 12, 31) and end >= date(year, 1, 1) for start, end in spans)

    def running(self) -> list[tuple[str, date, date, list[Occupation], list[Period]]]:
        """Kind, start, end, lines and periods of each relation on the day."""
        found = []
        for kind in (ORDINARY, FLEXI, STUDENT):
            known = [p for p in self.periods if p.kind == kind]
            active = [p for p in known if p.runs(self.day)]
            if not active:
                continue
            start, end = min(p.start for p in active), max(p.end for p in active)
            own = []
            for line in self.lines:
                if line.kind != kind or line.start > end or line.end < start:
                    continue
                born = [p for p in known if p.start == line.begins]
                if len(known) > 1 and born and not any(p in active for p in born):
                    continue
                own.append(line)
            found.append((kind, start, end, own, active))
        return found

    def unheard(self) -> bool:
        for _, start, _, own, _ in self.running():
            quarter = (start.year, (start.month + 2) // 3)
            if not own and quarter <= self.newest:
                return True
        return False

    def strands(self, year: int) -> dict[tuple[str, int], Fraction]:
        """B x C by committee and week."""
        running = self.running()
        if not running:
            return self.nothing()
        months: dict[int, dict[tuple[str, int, str], Fraction]] = defaultdict(dict)
        for kind, start, end, own, active in running:
            for month in range(1, 13):
                rates = (
                    self.worked_rates(own, year, month)
                    if kind != ORDINARY
                    else self.month_rates(own, (start, end), active, year, month)
                )
                for (committee, week), rate in rates.items():
                    months[month][committee, week, kind] = rate
        total: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
        for parts in months.values():
            most = max(Fraction(1), sum(parts.values(), Fraction(0)))
            for (committee, week, _), rate in parts.items():
                total[committee, week] += rate / most / 12
        return dict(total) or self.nothing()

    def nothing(self) -> dict[tuple[str, int], Fraction]:
        newest = max((line.quarter for line in self.lines), default=None)
        last = sorted((ln.committee, ln.ref) for ln in self.lines if ln.quarter == newest)
        return {(c, w): Fraction(0) for c, w in dict(last).items()} or {("", 0): Fraction(0)}

    def worked_rates(
        self, own: list[Occupation], year: int, month: int
    ) -> dict[tuple[str, int], Fraction]:
        quarter = (year, (month + 2) // 3)
        first, last = quarter_bounds(quarter)
        hours: dict[tuple[str, int], int] = defaultdict(int)
        for line in own:
            if line.quarter == quarter:
                hours[line.committee, line.ref] += line.worked
        weeks = Fraction((last - first).days + 1, 7)
        return {key: min(Fraction(1), worked / (key[1] * weeks)) for key, worked in hours.items()}

    def month_rates(
        self,
        own: list[Occupation],
        span: tuple[date, date],
        active: list[Period],
        year: int,
        month: int,
    ) -> dict[tuple[str, int], Fraction]:
        quarter = (year, (month + 2) // 3)
        first = date(year, month, 1)
        last = date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
        covered = span[0] <= last and span[1] >= first
        if not own:
            return {("", 0): Fraction(1)} if covered else {}
        here = [line for line in own if line.quarter == quarter]
        if here:
            by_day = [
                rates_on(here, day) for day in days_between(max(first, span[0]), min(last, span[1]))
            ]
            worked = [rates for rates in by_day if rates]
            total: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
            for rates in worked:
                for key, rate in rates.items():
                    total[key] += rate / len(worked)
            return total
        return self.projected(own, span, active, (first, last)) if covered else {}

    def projected(
        self,
        own: list[Occupation],
        span: tuple[date, date],
        active: list[Period],
        month: tuple[date, date],
    ) -> dict[tuple[str, int], Fraction]:
        first, last = month
        quarter = (first.year, (first.month + 2) // 3)
        before = [line for line in own if line.quarter < quarter]
        after = [line for line in own if line.quarter > quarter]
        if after and not self.given:
            following = min(line.quarter for line in after)
            if min(line.begins for line in after if line.quarter == following) > last:
                return {}
        if before:
            newest = max(line.quarter for line in before)
            day = min(span[1], max(line.end for line in before if line.quarter == newest))
            return rates_on([ln for ln in own if self.goes_on(ln, active, first)], day)
        return rates_on(own, max(span[0], min(line.start for line in after)))

    def goes_on(self, line: Occupation, active: list[Period], first: date) -> bool:
        """False when the contract that the line began with is over before the month."""
        ends = [p.end for p in active if p.start == line.begins]
        return not self.given or len(active) == 1 or not ends or max(ends) >= first

    def gap_quarters(self, year: int) -> set[tuple[int, int]]:
        found = set()
        for kind, start, end, own, active in self.running():
            for month in range(1, 13) if kind == ORDINARY and own else ():
                quarter = (year, (month + 2) // 3)
                declared = any(line.quarter == quarter for line in own)
                later = any(line.quarter > quarter for line in own)
                if declared or not (later or quarter <= self.newest):
                    continue
                if self.month_rates(own, (start, end), active, year, month):
                    found.add(quarter)
        return found


def rates_on(lines: list[Occupation], day: date) -> dict[tuple[str, int], Fraction]:
    """Rates of a day, together at most 1."""
    rates: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for line in lines:
        if line.runs(day):
            rates[line.committee, line.ref] += line.rate
    most = max(Fraction(1), sum(rates.values(), Fraction(0)))
    return {key: rate / most for key, rate in rates.items()}


def six(value: Fraction) -> str:
    whole = floor(value * 10**6 + Fraction(1, 2))
    return f"{whole // 10**6}.{whole % 10**6:06d}"


def hm(hours: Fraction) -> str:
    minutes = floor(hours * 60 + Fraction(1, 2))
    return f"{minutes // 60}h{minutes % 60:02d}"
