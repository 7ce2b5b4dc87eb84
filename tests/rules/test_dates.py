"""Order, envelope, year of start, five-year windows, certificates and the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from fla_batch.models import Declaration, DetailsPerPeriod
from fla_batch.vocabulary.terms import TrainingStatus
from tests import builders as b

DAY = timedelta(days=1)


def between(start: date | None, end: date | None, **fields: Any) -> DetailsPerPeriod:
    return b.period(training_start_date=start, training_end_date=end, **fields)


def of(*periods: DetailsPerPeriod, year: int = 2024, **fields: Any) -> Declaration:
    return b.trainings(b.training(*periods, **fields), calendar_year=year)


class TestPeriodOrder:
    def test_of_a_period(self) -> None:
        day = date(2024, 2, 5)
        assert b.ids(of(between(day, day, training_hours=100))) == []
        assert (
            "period-order",
            "TrainingEndDate-014",
            "trainings[0].detailsPerPeriod[0].trainingEndDate",
        ) in (b.ids(of(between(day, day - DAY))))

    def test_of_the_training(self) -> None:
        declaration = of(
            training_first_start_date=date(2024, 2, 5), training_last_end_date=date(2024, 2, 4)
        )
        assert ("period-order", "TrainingLastEndDate-014", "trainings[0].trainingLastEndDate") in (
            b.ids(declaration)
        )

    def test_dates_that_repeat_a_period_are_told_once(self) -> None:
        day = date(2024, 2, 5)
        reversed_period = between(day, day - DAY)
        (told,) = b.ids(of(reversed_period))
        assert told[1] == "TrainingEndDate-014"

    def test_of_the_certificate(self) -> None:
        day = date(2024, 3, 1)
        fields: dict[str, Any] = {"certificate_validity_start_date": day}
        assert b.ids(of(**fields, certificate_validity_end_date=day)) == []
        assert b.ids(of(**fields, certificate_validity_end_date=day - DAY)) == [
            (
                "period-order",
                "CertificateValidityEndDate-014",
                "trainings[0].certificateValidityEndDate",
            )
        ]
        assert b.ids(of(**fields)) == []
        assert b.ids(of(certificate_validity_end_date=day)) == []


class TestEnvelope:
    first, last = date(2024, 2, 5), date(2024, 5, 9)
    periods = (between(date(2024, 5, 6), last), between(first, date(2024, 2, 9)))

    def test_fits(self) -> None:
        assert b.ids(of(*self.periods)) == []

    @pytest.mark.parametrize("shift", [-DAY, DAY])
    def test_start_differs(self, shift: timedelta) -> None:
        declaration = of(*self.periods, training_first_start_date=self.first + shift)
        assert b.ids(declaration) == [
            ("envelope", "TrainingFirstStartDate-399", "trainings[0].trainingFirstStartDate")
        ]

    @pytest.mark.parametrize("shift", [-DAY, DAY])
    def test_end_differs(self, shift: timedelta) -> None:
        declaration = of(*self.periods, training_last_end_date=self.last + shift)
        assert b.ids(declaration) == [
            ("envelope", "TrainingLastEndDate-400", "trainings[0].trainingLastEndDate")
        ]

    def test_nothing_is_said_while_a_period_has_no_date(self) -> None:
        declaration = of(
            between(None, None),
            *self.periods,
            training_first_start_date=date(2024, 1, 1),
            training_last_end_date=date(2024, 12, 31),
        )
        assert "envelope" not in {each.rule for each in b.found(declaration)}


class TestYearOfStart:
    @pytest.mark.parametrize("year", [2023, 2025])
    def test_a_training_of_another_year(self, year: int) -> None:
        assert b.ids(of(year=year)) == [
            ("year-of-start", "TrainingFirstStartDate-021", "trainings[0].trainingFirstStartDate")
        ]

    def test_a_training_that_ends_in_a_later_year_stays_in_the_first(self) -> None:
        periods = (
            between(date(2024, 12, 16), date(2025, 1, 10)),
            between(date(2025, 2, 3), date(2025, 2, 7)),
        )
        assert b.ids(of(*periods)) == []

    @pytest.mark.parametrize("day", [date(2024, 1, 1), date(2024, 12, 31)])
    def test_both_ends_of_the_year(self, day: date) -> None:
        assert b.ids(of(between(day, day, training_hours=700))) == []

    def test_nothing_without_a_year(self) -> None:
        assert {each.rule for each in b.found(b.trainings(calendar_year=None))} == {"presence"}


class TestFlaWindow:
    """Windows of five years from 1 January 2024: 2019-2023, 2024-2028, 2029-2033."""

    past = replace(b.CONTEXT, today=date(2060, 1, 1))

    def windows(self, *periods: DetailsPerPeriod, **context: Any) -> list[tuple[str, str]]:
        declaration = of(*periods, year=min(p.training_start_date.year for p in periods))  # type: ignore[union-attr]
        found = b.found(declaration, replace(self.past, **context))
        assert {each.rule for each in found} <= {"fla-window"}
        return [(each.error_id, each.path or "") for each in found]

    def test_up_to_the_border(self) -> None:
        assert self.windows(between(date(2024, 1, 1), date(2028, 12, 31))) == []
        assert self.windows(between(date(2019, 1, 1), date(2023, 12, 31))) == []

    @pytest.mark.parametrize("border", [2024, 2029, 2034])
    def test_across_the_border(self, border: int) -> None:
        last_day = date(border - 1, 12, 31)
        assert self.windows(between(last_day, last_day, training_hours=100)) == []
        assert self.windows(between(last_day, date(border, 1, 1))) == [
            ("TrainingEndDate-271", "trainings[0].detailsPerPeriod[0].trainingEndDate")
        ]

    def test_a_period_in_each_window(self) -> None:
        periods = [
            between(date(2023, 12, 4), date(2023, 12, 31)),
            between(date(2024, 1, 1), date(2024, 1, 31)),
            between(date(2029, 1, 1), date(2029, 1, 31)),
        ]
        assert self.windows(*periods) == []
        assert self.windows(periods[0], periods[2]) == [("Training-271", "trainings[0]")]

    def test_one_anomaly_names_all_years_of_a_gap(self) -> None:
        periods = (
            between(date(2023, 12, 4), date(2023, 12, 5)),
            between(date(2049, 1, 1), date(2049, 1, 31)),
        )
        (anomaly,) = b.found(of(*periods, year=2023), self.past)
        assert "no period lies in 2024 to 2048" in (anomaly.label.en or "")

    def test_a_period_that_crosses_two_borders_is_one_anomaly(self) -> None:
        assert self.windows(between(date(2023, 12, 31), date(2029, 1, 1))) == [
            ("TrainingEndDate-271", "trainings[0].detailsPerPeriod[0].trainingEndDate")
        ]

    def test_windows_are_configurable(self) -> None:
        two_years: dict[str, Any] = {"window_start_year": 2021, "window_years": 2}
        period = between(date(2024, 12, 31), date(2025, 1, 1))
        assert self.windows(period) == []
        assert self.windows(period, **two_years) == [
            ("TrainingEndDate-271", "trainings[0].detailsPerPeriod[0].trainingEndDate")
        ]

    def test_nothing_of_periods_whose_dates_are_not_known(self) -> None:
        declaration = of(
            between(date(2023, 1, 2), None),
            between(None, date(2029, 1, 2)),
            between(date(2030, 1, 1), date(2020, 1, 1)),
            year=2023,
        )
        assert "fla-window" not in {each.rule for each in b.found(declaration, self.past)}


class TestCertificateDates:
    dates: dict[str, Any] = {  # noqa: RUF012 - a constant
        "certificate_validity_start_date": date(2024, 3, 1),
        "certificate_validity_end_date": date(2029, 3, 1),
    }

    def test_without_a_certificate(self) -> None:
        declaration = of(training_leading_to_certificate=1, **self.dates)
        assert b.ids(declaration) == [
            (
                "certificate-dates",
                f"CertificateValidity{end}Date-005",
                f"trainings[0].certificateValidity{end}Date",
            )
            for end in ("Start", "End")
        ]
        assert not any(each.blocks for each in b.found(declaration))

    def test_with_a_certificate(self) -> None:
        assert b.ids(of(training_leading_to_certificate=2, **self.dates)) == []

    def test_without_dates(self) -> None:
        assert b.ids(of(training_leading_to_certificate=1)) == []


class TestFutureFollowed:
    def ending(self, day: date, status: int | None) -> Declaration:
        return of(between(day - DAY, day, training_status=status, training_hours=760), year=2025)

    def test_followed_until_today(self) -> None:
        assert b.ids(self.ending(b.TODAY, 1)) == []

    def test_followed_until_tomorrow(self) -> None:
        (anomaly,) = b.found(self.ending(b.TODAY + DAY, TrainingStatus.FOLLOWED))
        assert (anomaly.rule, anomaly.error_id, anomaly.anomaly_class) == (
            "future-followed",
            "TrainingStatus-264",
            "W",
        )
        assert anomaly.path == "trainings[0].detailsPerPeriod[0].trainingStatus"
        assert "2025-03-02" in (anomaly.label.nl or "")

    @pytest.mark.parametrize("status", [2, 3, 4])
    def test_any_other_status(self, status: int) -> None:
        assert b.ids(self.ending(b.TODAY + DAY, status)) == []


def test_nothing_of_dates_is_said_of_rights() -> None:
    assert b.ids(b.rights()) == []
