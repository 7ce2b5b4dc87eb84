"""The credit: the manual's example to the digit, each rule of the forecast, and properties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.account.remaining_credit import Forecast, TrainingTime, forecast
from fla_batch.intake.platform_answers import load_answer
from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    LegalFlaRight,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.vocabulary.terms import RightType

MANUAL = Path(__file__).parents[1] / "manual"
EMPLOYER = Employer(company_id="0880820673")
WORKER = Employee(inss="81511716525")
AT = datetime.fromisoformat("2024-03-07T12:09:16.053233")
FOLLOWED, NOT_FOLLOWED, UNSUITABLE, RESERVED = 1, 2, 3, 4
INSIDE, OUTSIDE = 1, 2


def rights(
    year: int,
    *,
    legal: int | None = None,
    sector: Sequence[int] = (),
    employer: Sequence[int] = (),
) -> TrainingRightsDeclaration:
    """Rights of one year in hundredths of an hour."""
    return TrainingRightsDeclaration(
        calendar_year=year,
        training_rights=TrainingRights(
            legal_fla_right=None if legal is None else LegalFlaRight(legal_fla_right_hours=legal),
            complementary_sector_right=tuple(
                ComplementarySectorRight(complementary_sector_right_hours=hours) for hours in sector
            ),
            complementary_employer_right=tuple(
                ComplementaryEmployerRight(complementary_employer_right_hours=hours)
                for hours in employer
            ),
        ),
    )


def period(
    start: date, hours: int | None = None, *, status: int | None = FOLLOWED, days: int | None = None
) -> DetailsPerPeriod:
    return DetailsPerPeriod(
        training_days=days,
        training_hours=hours,
        training_start_date=start,
        training_end_date=start,
        training_status=status,
    )


def training(*periods: DetailsPerPeriod, scope: int = INSIDE) -> Training:
    return Training(scope=scope, details_per_period=periods)


def trainings(
    year: int, *listed: Training, employee: Employee | None = None
) -> TrainingsDeclaration:
    return TrainingsDeclaration(
        calendar_year=year, trainings=listed, employee=employee or Employee()
    )


def counted(*declarations: Declaration, at: datetime = AT, employee: Employee = WORKER) -> Forecast:
    return forecast(declarations, employer=EMPLOYER, employee=employee, calculated_at=at)


def legal_of(credit: FlaCreditCalculation) -> dict[int, tuple[int | None, int | None]]:
    assert credit.legal_fla_credit is not None
    return {
        each.calendar_year or 0: (
            each.initial_legal_fla_credit_hours,
            each.remaining_legal_fla_credit_hours,
        )
        for each in credit.legal_fla_credit.legal_fla_credit_per_year
    }


def legal_total(*declarations: Declaration, at: datetime = AT) -> int | None:
    credit = counted(*declarations, at=at).credit.legal_fla_credit
    return credit.total_legal_fla_credit_hours if credit else None


def test_the_example_of_the_manual_comes_out_to_the_digit() -> None:
    expected = load_answer(MANUAL / "GetCreditCalculation_output.json").credit

    found = counted(
        rights(2023, legal=3800, sector=[4000]),
        rights(2024, legal=3800, sector=[4000]),
        trainings(2024, training(period(date(2024, 2, 1), 500))),
    )

    assert found.credit == expected
    assert found.uncovered == ()


def test_the_credit_in_the_answer_with_a_warning_comes_out_too() -> None:
    answer = load_answer(MANUAL / "Status200_warnings.json")
    (declared,) = answer.declarations
    assert isinstance(declared, TrainingRightsDeclaration)
    expected = answer.credit
    assert expected is not None

    found = counted(
        declared,
        rights(2024, legal=3800, sector=[4000]),
        trainings(2024, training(period(date(2024, 2, 1), 500))),
    ).credit

    assert found.legal_fla_credit == expected.legal_fla_credit
    assert found.complementary_sector_credit == expected.complementary_sector_credit


def test_legal_first_then_sector_each_oldest_first() -> None:
    found = counted(
        rights(2023, legal=1000, sector=[100, 200]),
        rights(2024, legal=1000, sector=[500]),
        trainings(2024, training(period(date(2024, 1, 8), 2400))),
    ).credit

    assert legal_of(found) == {
        **dict.fromkeys((2020, 2021, 2022), (0, 0)),
        2023: (1000, 0),
        2024: (1000, 0),
    }
    sector = found.complementary_sector_credit
    assert sector is not None
    left = [
        each.remaining_complementary_sector_credit_hours
        for each in sector.complementary_sector_credit_per_year
    ]
    assert left == [0, 0, 0, 0, 400]
    assert sector.total_complementary_sector_credit_hours == 400


def test_outside_the_scope_consumes_the_employers_credit_only() -> None:
    found = counted(
        rights(2024, legal=1000, employer=[300]),
        trainings(2024, training(period(date(2024, 1, 8), 500), scope=OUTSIDE)),
    )

    employer = found.credit.complementary_employer_credit
    assert employer is not None
    assert employer.total_complementary_employer_credit_hours == 0
    assert legal_of(found.credit)[2024] == (1000, 1000)
    day = date(2024, 1, 8)
    assert found.uncovered == (TrainingTime(day, day, OUTSIDE, 200),)


def test_only_followed_periods_consume() -> None:
    statuses = (NOT_FOLLOWED, UNSUITABLE, RESERVED, None)
    periods = [period(date(2024, 1, 8), 100, status=status) for status in statuses]

    assert legal_total(rights(2024, legal=1000), trainings(2024, training(*periods))) == 1000


def test_reserved_periods_are_listed_with_their_total() -> None:
    later, sooner = date(2025, 2, 3), date(2024, 11, 4)
    found = counted(
        trainings(
            2024,
            training(period(later, 700, status=RESERVED), period(sooner, 300, status=RESERVED)),
            training(period(sooner, 50, status=RESERVED), scope=OUTSIDE),
            training(period(sooner, 50)),
        )
    ).credit

    (reserved,) = found.reserved_training_time
    assert [
        (
            each.reserved_training_time_period_start_date,
            each.reserved_training_time_hours,
            each.scope,
        )
        for each in reserved.reserved_training_time_per_period
    ] == [(sooner, 300, INSIDE), (sooner, 50, OUTSIDE), (later, 700, INSIDE)]
    assert reserved.total_reserved_training_time_hours == 1050


def test_a_period_uses_its_own_year_and_the_four_before() -> None:
    declarations = [rights(year, legal=100) for year in range(2018, 2025)]
    consumed = trainings(2023, training(period(date(2023, 5, 2), 1000)))

    found = counted(*declarations, consumed)

    assert legal_of(found.credit) == {
        **dict.fromkeys(range(2020, 2024), (100, 0)),
        2024: (100, 100),
    }
    # 2019 to 2023 were there for it: 500 of its 1000.
    assert [time.hours_centi for time in found.uncovered] == [500]


def test_earlier_periods_are_served_first() -> None:
    early = trainings(2020, training(period(date(2020, 6, 1), 100)))
    late = trainings(2024, training(period(date(2024, 1, 8), 100)))
    old, new = rights(2020, legal=100), rights(2024, legal=100)

    found = counted(late, new, early, old)

    assert legal_of(found.credit)[2020] == (100, 0)
    assert legal_of(found.credit)[2024] == (100, 0)
    assert found.uncovered == ()


def test_days_become_hours_by_the_declarations_own_day() -> None:
    half_day = trainings(
        2024,
        training(period(date(2024, 1, 8), days=50)),
        employee=Employee(ref_hours_in_working_day=800),
    )

    assert legal_total(rights(2024, legal=1000), half_day) == 600


def test_days_become_hours_by_the_usual_day_where_it_is_unknown() -> None:
    five_days = TrainingRightsDeclaration(
        calendar_year=2024,
        training_rights=TrainingRights(legal_fla_right=LegalFlaRight(legal_fla_right_days=500)),
    )

    assert legal_total(five_days) == 3800


def test_the_hours_of_a_day_come_from_the_account_not_from_who_asks() -> None:
    five_days = TrainingRightsDeclaration(
        calendar_year=2024,
        training_rights=TrainingRights(legal_fla_right=LegalFlaRight(legal_fla_right_days=500)),
    )
    asker = Employee(ref_hours_in_working_day=700)
    later = trainings(2026, employee=Employee(ref_hours_in_working_day=800))
    earlier = trainings(2022, employee=Employee(ref_hours_in_working_day=600))

    assert legal_of(counted(five_days, employee=asker).credit)[2024] == (3800, 3800)
    assert legal_of(counted(five_days, later).credit)[2024] == (4000, 4000)
    assert legal_of(counted(five_days, later, earlier).credit)[2024] == (3000, 3000)


@pytest.mark.parametrize(
    ("on", "left", "total"),
    [
        ("2028-12-31", {2024: 3800, 2028: 3800}, 5 * 3800),
        ("2029-01-01", {2025: 0, 2028: 0, 2029: 0}, 0),
    ],
)
def test_rights_end_with_their_window(on: str, left: dict[int, int], total: int) -> None:
    found = counted(
        *(rights(year, legal=3800) for year in range(2024, 2029)), at=datetime.fromisoformat(on)
    ).credit
    per_year = legal_of(found)
    assert {year: per_year[year][1] for year in left} == left
    assert found.legal_fla_credit is not None
    assert found.legal_fla_credit.total_legal_fla_credit_hours == total
    assert per_year[2028][0] == 3800


def test_what_has_ended_cannot_be_consumed_later() -> None:
    followed = trainings(2029, training(period(date(2029, 2, 5), 500)))
    found = counted(
        rights(2024, legal=3800),
        rights(2029, legal=100),
        followed,
        at=datetime.fromisoformat("2029-06-01"),
    )
    assert legal_of(found.credit)[2029] == (100, 0)
    assert [time.hours_centi for time in found.uncovered] == [400]


def test_the_end_of_the_work_relation_comes_before_that_of_the_window() -> None:
    found = forecast(
        [rights(2024, legal=3800), rights(2025, legal=3800)],
        employer=EMPLOYER,
        employee=WORKER,
        calculated_at=datetime.fromisoformat("2026-01-01"),
        relation_ends={2024: date(2025, 6, 30)},
    )
    assert legal_of(found.credit)[2024] == (3800, 0)
    assert legal_of(found.credit)[2025] == (3800, 3800)


def test_a_period_without_a_status_is_listed_and_does_not_count() -> None:
    found = counted(
        rights(2024, legal=1000),
        trainings(2024, training(period(date(2024, 1, 8), 100, status=None))),
    )
    day = date(2024, 1, 8)
    assert found.without_status == (TrainingTime(day, day, INSIDE, 100),)
    assert legal_of(found.credit)[2024] == (1000, 1000)


def test_more_than_the_manuals_bounds_is_said_and_not_cut() -> None:
    found = counted(rights(2024, sector=[312_000, 312_000]))
    sector = found.credit.complementary_sector_credit
    assert sector is not None
    assert sector.total_complementary_sector_credit_hours == 624_000
    assert [each.zone for each in found.beyond_bounds] == [
        "InitialComplementarySectorCreditHours",
        "RemainingComplementarySectorCreditHours",
    ]


def test_the_next_year_does_not_count_yet() -> None:
    next_year: list[Declaration] = [
        rights(2025, legal=500),
        trainings(2025, training(period(date(2025, 1, 6), 100))),
    ]

    assert legal_total(rights(2024, legal=1000), *next_year) == 1000
    assert counted(*next_year).credit.legal_fla_credit is None


def test_a_kind_without_a_right_in_the_window_is_left_out() -> None:
    found = counted(rights(2019, legal=100), rights(2024, sector=[0])).credit

    assert found.legal_fla_credit is None
    assert found.complementary_employer_credit is None
    assert found.complementary_sector_credit is not None
    assert found.reserved_training_time == ()


def test_a_period_that_does_not_say_when_or_how_long_is_passed_over() -> None:
    nowhere = DetailsPerPeriod(training_hours=100, training_status=FOLLOWED)
    endless = period(date(2024, 1, 8))
    unknown = Training(details_per_period=(period(date(2024, 1, 8), 100),))

    found = counted(rights(2024, legal=1000), trainings(2024, training(nowhere, endless), unknown))

    assert legal_of(found.credit)[2024] == (1000, 1000)


def test_the_end_of_validity_stands_only_where_it_is_given() -> None:
    end = date(2028, 12, 31)
    declared = rights(2024, legal=1000)
    with_end = forecast(
        [declared],
        employer=EMPLOYER,
        employee=WORKER,
        calculated_at=AT,
        legal_validity_end_date=end,
    ).credit.legal_fla_credit
    without = counted(declared).credit.legal_fla_credit

    assert with_end is not None
    assert with_end.legal_fla_credit_validity_end_date == end
    assert without is not None
    assert without.legal_fla_credit_validity_end_date is None


YEARS = st.integers(2016, 2026)
HOURS = st.integers(0, 5000)
SOME_RIGHTS = st.builds(
    rights,
    YEARS,
    legal=st.none() | HOURS,
    sector=st.lists(HOURS, max_size=2),
    employer=st.lists(HOURS, max_size=2),
)
PERIODS = st.builds(
    period,
    st.dates(date(2016, 1, 1), date(2026, 12, 31)),
    HOURS,
    status=st.sampled_from([FOLLOWED, NOT_FOLLOWED, RESERVED, None]),
)
SOME_TRAININGS = st.builds(
    lambda year, periods, scope: trainings(year, training(*periods, scope=scope)),
    YEARS,
    st.lists(PERIODS, max_size=4),
    st.sampled_from([INSIDE, OUTSIDE]),
)
PHOTOS = st.lists(SOME_RIGHTS | SOME_TRAININGS, max_size=8)
STEMS = {
    RightType.LEGAL: "legal_fla_credit",
    RightType.SECTOR: "complementary_sector_credit",
    RightType.EMPLOYER: "complementary_employer_credit",
}


def blocks(found: Forecast) -> list[tuple[list[tuple[int, int, int]], int]]:
    """Per kind that is there: (year, initial, remaining) of each year, and the total."""
    result = []
    for stem in STEMS.values():
        block = getattr(found.credit, stem)
        if block is not None:
            years = [
                (
                    each.calendar_year,
                    getattr(each, f"initial_{stem}_hours"),
                    getattr(each, f"remaining_{stem}_hours"),
                )
                for each in getattr(block, f"{stem}_per_year")
            ]
            result.append((years, getattr(block, f"total_{stem}_hours")))
    return result


@given(PHOTOS)
def test_what_remains_lies_between_nothing_and_what_was_declared(photos: list[Declaration]) -> None:
    for years, total in blocks(counted(*photos)):
        assert [year for year, _, _ in years] == [2020, 2021, 2022, 2023, 2024]
        assert all(0 <= remaining <= initial for _, initial, remaining in years)
        assert total == sum(remaining for _, _, remaining in years)


@given(PHOTOS, st.randoms())
def test_the_order_of_the_declarations_does_not_matter(
    photos: list[Declaration], random: Random
) -> None:
    shuffled = random.sample(photos, len(photos))

    assert counted(*shuffled) == counted(*photos)


@given(PHOTOS)
def test_nothing_is_lost_between_followed_consumed_and_uncovered(
    photos: list[Declaration],
) -> None:
    """Within one window: what was followed is consumed or uncovered, and nothing else is."""
    inside = [photo for photo in photos if 2020 <= (photo.calendar_year or 0) <= 2024]
    followed = sum(
        each.training_hours or 0
        for photo in inside
        if isinstance(photo, TrainingsDeclaration)
        for one in photo.trainings
        for each in one.details_per_period
        if each.training_status == FOLLOWED
        and each.training_start_date
        and each.training_start_date.year <= 2024
    )
    found = counted(*inside)
    consumed = sum(
        initial - remaining for years, _ in blocks(found) for _, initial, remaining in years
    )

    assert consumed + sum(time.hours_centi for time in found.uncovered) == followed


@given(PHOTOS, HOURS)
def test_one_more_followed_hour_never_leaves_more_credit(
    photos: list[Declaration], hours: int
) -> None:
    more = trainings(2024, training(period(date(2024, 5, 6), hours)))

    before = sum(total for _, total in blocks(counted(*photos)))
    after = sum(total for _, total in blocks(counted(*photos, more)))
    assert after <= before
