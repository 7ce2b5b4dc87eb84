"""The months of the explanation: what each rate comes from, day by day and line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from fla_batch.rights.evidence import Evidence, MonthPart, declared_parts, parts_around
from fla_batch.rights.local_text import LocalText
from fla_batch.rights.occupation import Kind
from fla_batch.rights.quarters import quarter_days, quarter_of
from fla_batch.rights.relation import Relation, by_hours
from fla_batch.rights.segments import Strand, strand_of
from fla_batch.rights.share import Basis, Month, Share


def month_rows(share: Share, evidence: Evidence, local: LocalText) -> Iterator[tuple[str, ...]]:
    """Month, rate, and how the rate comes about."""
    relation = _relation(share, evidence)
    for month in share.months:
        how = _how(share, month, relation, evidence, local) if relation else ""
        yield local.month(month.month), local.percent(month.rate), how


def week_place(share: Share, evidence: Evidence, local: LocalText) -> str:
    """Where the full-time week of a share stands: a line, or a rule."""
    if share.kind == Kind.STUDENT:
        return local.line("week-student")
    lines = [
        line
        for line in evidence.history.lines
        if line.joint_committee == share.joint_committee and line.regime_centi == share.regime_centi
    ]
    if share.is_new or not lines:
        return local.line("week-usual")
    return evidence.place_of([max(lines, key=lambda line: (line.quarter, line.end))])


def _relation(share: Share, evidence: Evidence) -> Relation | None:
    """The relation of a share; one of no kind runs when the worker is not employed."""
    return next((each for each in evidence.relations() if each.kind == share.kind), None)


def _how(
    share: Share, month: Month, relation: Relation, evidence: Evidence, local: LocalText
) -> str:
    if share.is_new:
        return local.line("new")
    strand = _strand(share, relation)
    if by_hours(relation):
        return _hours(month, relation, strand, evidence.year, local)
    if month.basis is Basis.DECLARED:
        parts = declared_parts(relation, evidence.year, month.month, strand)
        return local.line("declared", parts=_sum(parts, local))
    parts = parts_around(relation, evidence.year, month.month, strand)
    place = evidence.place_of([line for part in parts for line in part.lines])
    return local.line(month.basis.value, parts=_sum(parts, local), place=place)


def _strand(share: Share, relation: Relation) -> Strand:
    """The strand of a share; where no week was declared the usual one stands in."""
    committee = share.joint_committee or ""
    known = set(map(strand_of, relation.lines))
    found = Strand(committee, share.regime_centi)
    return found if found in known else Strand(committee, 0)


def _hours(month: Month, relation: Relation, strand: Strand, year: int, local: LocalText) -> str:
    quarter = quarter_of(year, month.month)
    own = [line for line in relation.lines if line.quarter == quarter and strand_of(line) == strand]
    return local.line(
        "by-hours",
        hours=local.hours_a_week(sum(line.hours_centi for line in own)),
        regime=local.hours_a_week(strand.regime_centi),
        days=quarter_days(quarter),
    )


def _sum(parts: Sequence[MonthPart], local: LocalText) -> str:
    return " + ".join(_part(part, local) for part in parts)


def _part(part: MonthPart, local: LocalText) -> str:
    rate = f"{local.percent(part.rate)} ({_quotients(part, local)})"
    if part.days == part.of:
        return local.line("whole", rate=rate)
    return local.line("part", days=part.days, of=part.of, rate=rate)


def _quotients(part: MonthPart, local: LocalText) -> str:
    shown = " + ".join(local.quotient(line.mean, line.regime_centi) for line in part.lines)
    if part.whole > Fraction(1):
        shown += local.line("reduced", whole=local.percent(part.whole))
    return shown
