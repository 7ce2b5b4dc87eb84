"""The whole arithmetic of one right as a page: what a person needs to redo it by hand.

The page is a list of headings, paragraphs and tables in one language; `worksheet_page` writes it
as text or HTML. Numbers are shown rounded; the right itself is computed exactly and rounded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from fla_batch.rights.evidence import Evidence
from fla_batch.rights.factor import Factor, FactorBasis
from fla_batch.rights.law import Law
from fla_batch.rights.local_text import LocalText
from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.right import CommitteeRight, WorkerRight, hours_centi, hours_of, hours_text
from fla_batch.rights.sector_findings import size_class_text
from fla_batch.rights.share import Share
from fla_batch.rights.size import Size, SizeBasis
from fla_batch.rights.worksheet_months import month_rows, week_place
from fla_batch.vocabulary.terms import Language

_HOURS_KINDS = {int(Kind.FLEXI): "flexi", int(Kind.STUDENT): "student"}


class Heading(NamedTuple):
    """A heading; `level` 1 is the title."""

    text: str
    level: int = 2


class Paragraph(NamedTuple):
    """A sentence of its own."""

    text: str


class Grid(NamedTuple):
    """A table."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Grid


class WorksheetRequest(NamedTuple):
    """The law of the year, the date that was asked for, and the language of the page."""

    law: Law
    as_of: date
    language: Language


def worksheet(
    right: WorkerRight,
    evidence: Evidence,
    asked: WorksheetRequest,
    workers: Sequence[tuple[str, str, Fraction]] = (),
) -> list[Block]:
    """The page of one worker with one employer.

    `workers` are those that make up the size, if asked for: masked INSS, quarter, FTE.
    """
    return list(_Page(right, evidence, asked).blocks(workers))


class _Page:
    """One page: everything about one right, in one language."""

    def __init__(self, right: WorkerRight, evidence: Evidence, asked: WorksheetRequest) -> None:
        self._right = right
        self._evidence = evidence
        self._asked = asked
        self._local = LocalText(asked.language)

    def blocks(self, workers: Sequence[tuple[str, str, Fraction]]) -> Iterator[Block]:
        local, right = self._local, self._right
        line = local.line
        as_of = local.date(self._asked.as_of)
        yield Heading(line("title", year=right.calendar_year, as_of=as_of), level=1)
        standing = line(right.standing.value)
        yield Paragraph(
            line("worker", inss=right.inss, company=right.company_id, standing=standing)
        )
        total = local.hours(right.hours)
        yield Paragraph(line("result", hours=total, hm=hours_text(right.hours)))
        yield from self._given()
        yield Heading(line("head-size"))
        yield Paragraph(self._size(right.size))
        name = right.committees[0].factor.size_class.name
        yield Paragraph(line("size-class", size_class=size_class_text(name)))
        if workers:
            yield self._workers(workers)
        for committee in right.committees:
            yield Heading(line("head-committee", committee=committee.joint_committee))
            yield from self._committee(committee)
        yield Heading(line("head-total"))
        each = " + ".join(local.decimal(each.amounts.hours, 6) for each in right.committees)
        yield Paragraph(line("result", hours=each, hm=total))
        centi = str(hours_centi(right.hours))
        yield Paragraph(line("rounding", centi=centi, hm=hours_text(right.hours)))

    def _given(self) -> Iterator[Block]:
        """Every line and period used, with its place."""
        line, local, evidence = self._local.line, self._local, self._evidence
        yield Heading(line("head-lines"))
        names = ("place", "quarter", "from", "to", "committee", "rate", "worked")
        rows = tuple(
            (
                evidence.place(row),
                quarter_text(row["quarter"]),
                local.day(row["start"]),
                local.day(row["end"]),
                row["joint_committee"],
                local.quotient(row["mean"], row["regime_centi"]) if not row["kind"] else "",
                local.hours_a_week(row["hours_centi"]) if row["kind"] else "",
            )
            for row in evidence.lines
        )
        yield self._grid(names, rows) if rows else Paragraph(line("no-lines"))
        yield Heading(line("head-periods"))
        periods = tuple(
            (evidence.place(row), *map(local.day, (row["start"], row["end"])), row["worker_type"])
            for row in evidence.periods
        )
        given = self._grid(("place", "from", "to", "type"), periods)
        yield given if periods else Paragraph(line("no-periods"))

    def _grid(self, names: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Grid:
        return Grid(tuple(self._local.line(f"col-{name}") for name in names), rows)

    def _size(self, size: Size) -> str:
        local = self._local
        value = local.plain(size.value)
        period = self._asked.law.period
        if size.frozen:
            return local.line("size-frozen", size=value, period=period)
        if size.basis is SizeBasis.HEAD_COUNT:
            quarters = ", ".join(quarter_text(quarter) for quarter, _ in size.quarters)
        else:
            quarters = " + ".join(
                f"{quarter_text(q)}: {local.decimal(fte, 6)}" for q, fte in size.quarters
            )
        key = f"size-{size.basis.value}"
        return local.line(key, size=value, quarters=quarters, count=len(size.quarters))

    def _workers(self, workers: Sequence[tuple[str, str, Fraction]]) -> Grid:
        rows = tuple((inss, q, self._local.decimal(fte, 6)) for inss, q, fte in workers)
        return self._grid(("worker", "quarter", "share"), rows)

    def _committee(self, right: CommitteeRight) -> Iterator[Block]:
        yield from self._factor(right)
        for share in right.shares:
            yield from self._share(share, right.factor)

    def _factor(self, right: CommitteeRight) -> Iterator[Block]:
        local, factor = self._local, right.factor
        fact = factor.fact
        yield Paragraph(
            local.line(
                f"factor-{factor.basis.value}",
                **{
                    "a": self._a(factor.days, factor.hours),
                    "row": fact.joint_committee,
                    "from": local.date(fact.first),
                    "to": local.date(fact.last) if fact.last else local.line("no-end"),
                    "agreement": fact.agreement or local.line("no-agreement"),
                    "file": fact.file,
                    "source": fact.source,
                    "confidence": self._confidence(fact.confidence),
                },
            )
        )
        added = right.supplement
        for note in factor.notes:
            parts = {"confidence": self._confidence(fact.confidence), "hm": "", "supplement": ""}
            if factor.supplement is not None and added is not None:
                given = factor.supplement
                parts |= {"hm": added.hours_hm, "supplement": self._a(given.days, given.hours)}
                if factor.basis is FactorBasis.LAW:
                    parts["confidence"] = self._confidence(given.fact.confidence)
            yield Paragraph(local.line(f"note-{note.value}", **parts))

    def _a(self, days: Fraction | None, hours: Fraction | None) -> str:
        if hours is not None:
            return self._local.hours(hours)
        return self._local.days(days or Fraction(0))

    def _confidence(self, confidence: str) -> str:
        """high, medium and low in the language; what a user's own table says as it stands."""
        key = f"confidence-{confidence}"
        return self._local.line(key) if self._local.knows(key) else confidence

    def _share(self, share: Share, factor: Factor) -> Iterator[Block]:
        local = self._local
        if share.is_new:
            yield Paragraph(local.line("assumed"))
        if share.kind in _HOURS_KINDS:
            yield Paragraph(local.line(_HOURS_KINDS[share.kind]))
        week = local.hours_a_week(share.regime_centi)
        place = week_place(share, self._evidence, local)
        yield Paragraph(local.line("week", regime=week, place=place))
        rows = tuple(month_rows(share, self._evidence, local))
        names = ("month", "share", "how")
        yield self._grid(names, rows) if rows else Paragraph(local.line("no-months"))
        bc = local.decimal(share.bc, 6)
        yield Paragraph(local.line("share", sum=local.decimal(share.bc * 12, 6), bc=bc))
        if factor.hours is not None:
            a, hours = local.plain(factor.hours), local.decimal(factor.hours * share.bc, 6)
            yield Paragraph(local.line("hours-of-hours", a=a, bc=bc, hours=hours))
            return
        days = (factor.days or Fraction(0)) * share.bc
        shown = local.decimal(days, 6)
        a = local.plain(factor.days or Fraction(0))
        yield Paragraph(local.line("days", a=a, bc=bc, days=shown))
        hours = local.decimal(hours_of(days, share.regime_centi), 6)
        yield Paragraph(local.line("hours", days=shown, regime=week, hours=hours))
