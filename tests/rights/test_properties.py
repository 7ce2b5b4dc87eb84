"""What holds for every history, whatever its numbers."""

from __future__ import annotations

import random
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fla_batch.rights.factor import factor_a
from fla_batch.rights.fte import ftes
from fla_batch.rights.law import law_of
from fla_batch.rights.occupation import History, Kind, Line, Period, employed_lines
from fla_batch.rights.quarters import OPEN, parse_quarter, quarter_end, quarter_start, year_bounds
from fla_batch.rights.relation import relations
from fla_batch.rights.sector import sector_table
from fla_batch.rights.share import recent, shares
from fla_batch.rights.size import Census, count_heads, count_reference, size_of

YEAR = 2024
QUARTERS = range(parse_quarter("2023Q4"), parse_quarter("2024Q4") + 1)
REFERENCE = law_of(YEAR).reference_quarters
COMMITTEES = ("200", "227", "999")
STUDENT_CENTI = 3800
unhurried = settings(deadline=None)  # a busy machine is no failure


@st.composite
def lines(draw: st.DrawFn, quarters: range = QUARTERS) -> Line:
    """A line of any kind within a quarter."""
    quarter = draw(st.sampled_from(quarters))
    first, last = quarter_start(quarter), quarter_end(quarter)
    start = draw(st.integers(first, last))
    end = draw(st.integers(start, last))
    kind = draw(st.sampled_from([Kind.ORDINARY, Kind.ORDINARY, Kind.ORDINARY, Kind.FLEXI]))
    ref = draw(st.sampled_from([3800, 3600, 3750]))
    mean = draw(st.integers(0, ref))
    committee = draw(st.sampled_from(COMMITTEES))
    hours = draw(st.integers(0, 40_000))
    agency = draw(st.booleans())
    return Line(start, quarter, start, end, committee, mean, ref, ref, hours, kind, agency)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """A Dimona period that touches the year."""
    first, last = year_bounds(YEAR)
    start = draw(st.integers(first - 400, last))
    end = draw(st.one_of(st.just(OPEN), st.integers(start, last)))
    return Period(start, end, draw(st.sampled_from([Kind.ORDINARY, Kind.ORDINARY, Kind.FLEXI])))


histories = st.lists(lines(), min_size=1, max_size=7)
dimonas = st.lists(periods(), max_size=3)
days = st.integers(*year_bounds(YEAR))


def bc_by_committee(found: list[Line], known: list[Period], day: int) -> dict[str | None, Fraction]:
    """B x C as `compute` reaches it: confirm, choose the relations, add up."""
    confirmed = employed_lines(sorted(found), known, STUDENT_CENTI)
    result: dict[str | None, Fraction] = {}
    for relation in relations(confirmed, known, day):
        for share in shares(recent(relation, YEAR), YEAR):
            total = result.get(share.joint_committee, Fraction(0)) + share.bc
            result[share.joint_committee] = min(Fraction(1), total)
    return result


def a_of(committee: str) -> Fraction:
    """Days a year at a size of 25."""
    days = factor_a(law_of(YEAR), sector_table(), Fraction(25), committee).days
    assert days is not None
    return days


def split(found: Line, at: int) -> list[Line]:
    """The line as two that touch; a line of one day stays. Hours worked go along with the first."""
    if found.start == found.end:
        return [found]
    cut = found.start + 1 + at % (found.end - found.start)
    first = found._replace(end=cut - 1)
    second = found._replace(start=cut, begins=cut, hours_centi=0)
    return [first, second]


def starts_with_dimona(found: list[Line], known: list[Period]) -> bool:
    """True when a line begins on a day on which a period begins, which says whose line it is."""
    return bool({line.begins for line in found} & {period.start for period in known})


@unhurried
@given(histories, dimonas, days)
def test_never_negative_and_never_above_a(found: list[Line], known: list[Period], day: int) -> None:
    for committee, bc in bc_by_committee(found, known, day).items():
        a = a_of(committee or "999")
        assert 0 <= a * bc <= a


@unhurried
@given(histories, dimonas, days, st.integers(0, 6), st.integers(0, 6000))
def test_more_hours_never_give_less_right(
    found: list[Line], known: list[Period], day: int, which: int, more: int
) -> None:
    line = found[which % len(found)]
    richer = line._replace(
        mean=min(line.ref, line.mean + more), hours_centi=line.hours_centi + more
    )
    raised = [richer if each is line else each for each in found]
    before = bc_by_committee(found, known, day)
    after = bc_by_committee(raised, known, day)
    assert before.keys() == after.keys()
    # Committees share full time among them, so one may lose what another one gains.
    assert sum(after.values()) >= sum(before.values())


@unhurried
@given(histories, dimonas, days, st.integers(0, 6), st.integers(0, 91))
def test_splitting_a_line_changes_no_share(
    found: list[Line], known: list[Period], day: int, which: int, at: int
) -> None:
    line = found[which % len(found)]
    parts = [part for each in found for part in (split(line, at) if each is line else [each])]
    assume(not starts_with_dimona(parts, known))
    assert bc_by_committee(parts, known, day) == bc_by_committee(found, known, day)


@unhurried
@given(
    st.lists(lines(range(REFERENCE[0] - 1, REFERENCE[-1] + 1)), min_size=1, max_size=7),
    st.integers(0, 6),
    st.integers(0, 91),
)
def test_splitting_a_line_changes_no_size(found: list[Line], which: int, at: int) -> None:
    line = found[which % len(found)]
    parts = [part for each in found for part in (split(line, at) if each is line else [each])]
    if any(part.agency for part in parts):
        parts = [part._replace(agency=False) for part in parts]
        found = [each._replace(agency=False) for each in found]
    assert ftes(tuple(sorted(parts)), REFERENCE) == ftes(tuple(sorted(found)), REFERENCE)


@unhurried
@given(histories, dimonas, days, st.randoms(use_true_random=False))
def test_order_of_lines_and_periods_changes_nothing(
    found: list[Line], known: list[Period], day: int, order: random.Random
) -> None:
    before = bc_by_committee(found, known, day)
    shuffled, periods_shuffled = found[:], known[:]
    order.shuffle(shuffled)
    order.shuffle(periods_shuffled)
    assert bc_by_committee(shuffled, periods_shuffled, day) == before


@unhurried
@given(
    st.lists(
        st.tuples(st.integers(1, 900), lines(range(REFERENCE[0] - 1, REFERENCE[-1] + 3))),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_workers_changes_neither_size_nor_fingerprint(
    counted: list[tuple[int, Line]], order: random.Random
) -> None:
    law = law_of(YEAR)
    shuffled = counted[:]
    order.shuffle(shuffled)
    sizes = []
    for workers in (counted, shuffled):
        census = Census()
        for number, line in workers:
            history = History((line,), ())
            count_reference(census, history, number, law)
            count_heads(census, history, number, law)
        sizes.append(size_of(census, law))
    assert sizes[0] == sizes[1]


@unhurried
@given(st.lists(lines(range(REFERENCE[0] - 1, REFERENCE[-1] + 1)), min_size=1, max_size=7))
def test_fte_lies_between_nothing_and_one(found: list[Line]) -> None:
    assert all(0 <= fte <= 1 for _, fte in ftes(tuple(sorted(found)), REFERENCE))
