"""Dates of trainings: order, envelope, year of start, five-year windows, certificates, future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from fla_batch.models import Declaration, DetailsPerPeriod, Training
from fla_batch.models.block import Block
from fla_batch.models.zone import leaves_of
from fla_batch.rules.base import (
    BLOCKING,
    WARNING,
    Finding,
    RuleContext,
    periods_of,
    rule,
    trainings_of,
)
from fla_batch.rules.columns import OWNER, DeclarationColumns, Holds
from fla_batch.vocabulary.terms import Certificate, TrainingStatus
from fla_batch.vocabulary.zone_path import Path

if TYPE_CHECKING:
    import polars as pl

_CERTIFICATE_DATES = ("certificateValidityStartDate", "certificateValidityEndDate")
_PAIRS: tuple[tuple[type[Block], str, str], ...] = (
    (Training, "trainingFirstStartDate", "trainingLastEndDate"),
    (Training, *_CERTIFICATE_DATES),
    (DetailsPerPeriod, "trainingStartDate", "trainingEndDate"),
)
"""Blocks with their start and end dates."""


def _or_missing(holds: pl.Expr, *names: str) -> pl.Expr:
    """`holds`, or one of the zones has no value, of which these rules say nothing."""
    import polars as pl

    return pl.any_horizontal(holds, *(pl.col(name).is_null() for name in names))


def _in_order(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    for level, start, end in _PAIRS:
        yield Holds(level, _or_missing(pl.col(end) >= pl.col(start), start, end))


@rule(clears=_in_order)
def period_order(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """An end date is not before its start date (014), certificate dates included."""
    for training, path in trainings_of(declaration):
        pairs = [
            (
                training.training_first_start_date,
                # Dates that only repeat a reversed period, as those of a table do, are its trouble.
                None if _repeats_a_reversed_period(training) else training.training_last_end_date,
                "TrainingLastEndDate",
                (*path, "trainingLastEndDate"),
            ),
            (
                training.certificate_validity_start_date,
                training.certificate_validity_end_date,
                "CertificateValidityEndDate",
                (*path, "certificateValidityEndDate"),
            ),
        ]
        pairs += [
            (
                period.training_start_date,
                period.training_end_date,
                "TrainingEndDate",
                (*path, "detailsPerPeriod", number, "trainingEndDate"),
            )
            for number, period in enumerate(training.details_per_period)
        ]
        for start, end, label, here in pairs:
            if start is not None and end is not None and end < start:
                yield Finding(
                    "period-order",
                    BLOCKING,
                    label,
                    "014",
                    here,
                    "end-before-start",
                    {"start": start, "end": end},
                    value=end,
                )


def _repeats_a_reversed_period(training: Training) -> bool:
    dates = (training.training_first_start_date, training.training_last_end_date)
    return any(
        dates == (period.training_start_date, period.training_end_date)
        for period in training.details_per_period
    )


def _edges_fit(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    first, last = "trainingFirstStartDate", "trainingLastEndDate"
    earliest = pl.col("trainingStartDate").min().over(OWNER)
    latest = pl.col("trainingEndDate").max().over(OWNER)
    yield Holds(DetailsPerPeriod, _or_missing(pl.col(first) == earliest, first))
    yield Holds(DetailsPerPeriod, _or_missing(pl.col(last) == latest, last))


@rule(clears=_edges_fit)
def envelope(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """First start and last end are those of the periods (399, 400)."""
    for training, path in trainings_of(declaration):
        starts = [period.training_start_date for period in training.details_per_period]
        ends = [period.training_end_date for period in training.details_per_period]
        known_starts = [day for day in starts if day is not None]
        known_ends = [day for day in ends if day is not None]
        first, last = training.training_first_start_date, training.training_last_end_date
        # A period whose date is missing might be the earliest or latest: nothing is said then.
        if known_starts and len(known_starts) == len(starts) and first is not None:
            yield from _edge(first, min(known_starts), path, start=True)
        if known_ends and len(known_ends) == len(ends) and last is not None:
            yield from _edge(last, max(known_ends), path, start=False)


def _edge(found: date, expected: date, path: Path, *, start: bool) -> Iterator[Finding]:
    if found == expected:
        return
    label = "TrainingFirstStartDate" if start else "TrainingLastEndDate"
    name = "trainingFirstStartDate" if start else "trainingLastEndDate"
    yield Finding(
        "envelope",
        BLOCKING,
        label,
        "399" if start else "400",
        (*path, name),
        "envelope-start" if start else "envelope-end",
        {"found": found, "expected": expected},
        value=found,
    )


def _in_its_year(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    start, year = "trainingFirstStartDate", "calendarYear"
    same = pl.col(start).dt.year() == pl.col(year)
    yield Holds(Training, _or_missing(same, start, year))


@rule(clears=_in_its_year)
def year_of_start(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """A training is declared whole, in the year in which its first period starts (021)."""
    year = declaration.calendar_year
    for training, path in trainings_of(declaration):
        start = training.training_first_start_date
        if start is not None and year is not None and start.year != year:
            yield Finding(
                "year-of-start",
                BLOCKING,
                "TrainingFirstStartDate",
                "021",
                (*path, "trainingFirstStartDate"),
                "year-of-start",
                {"start": start, "year": year, "start_year": start.year},
                value=start,
            )


def _in_windows(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    window_of = columns.context.window_of_year
    first, last = (
        window_of(pl.col(name).dt.year()) for name in ("trainingStartDate", "trainingEndDate")
    )
    yield Holds(
        DetailsPerPeriod, _or_missing(first == last, "trainingStartDate", "trainingEndDate")
    )
    # From period to period into the next window at most: then none between is left out.
    step = first.diff().abs() <= columns.context.window_years
    yield Holds(DetailsPerPeriod, step | pl.col(OWNER).ne_missing(pl.col(OWNER).shift(1)))


@rule(clears=_in_windows)
def fla_window(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """No period crosses a five-year window, and each window spanned has a period (271)."""
    for training, path in trainings_of(declaration):
        covered: set[int] = set()
        for number, period in enumerate(training.details_per_period):
            start, end = period.training_start_date, period.training_end_date
            if start is None or end is None or end < start:
                continue
            first, last = context.window_of(start), context.window_of(end)
            covered.update(range(first, last + 1, context.window_years))
            if first != last:
                yield Finding(
                    "fla-window",
                    BLOCKING,
                    "TrainingEndDate",
                    "271",
                    (*path, "detailsPerPeriod", number, "trainingEndDate"),
                    "window-crossed",
                    {"start": start, "end": end, "border": first + context.window_years},
                    value=end,
                )
        yield from _windows_without_period(training, path, covered, context)


def _windows_without_period(
    training: Training, path: Path, covered: set[int], context: RuleContext
) -> Iterator[Finding]:
    for window, following in pairwise(sorted(covered)):
        if following - window > context.window_years:
            yield Finding(
                "fla-window",
                BLOCKING,
                "Training",
                "271",
                path,
                "window-empty",
                {"first": window + context.window_years, "last": following - 1},
                value=training.training_sequence_nbr,
            )


def _no_dates_without(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    leads = pl.col("trainingLeadingToCertificate")
    none = pl.all_horizontal(pl.col(name).is_null() for name in _CERTIFICATE_DATES)
    yield Holds(Training, leads.is_null() | (leads != Certificate.NO.value) | none)


@rule(clears=_no_dates_without)
def certificate_dates(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Certificate dates only where the training leads to a certificate (005) [D]."""
    for training, path in trainings_of(declaration):
        if training.training_leading_to_certificate != Certificate.NO:
            continue
        for field, zone, name in leaves_of(Training):
            day = getattr(training, field)
            if name in _CERTIFICATE_DATES and day is not None:
                yield Finding(
                    "certificate-dates",
                    WARNING,
                    zone.label,
                    "005",
                    (*path, name),
                    "certificate-dates",
                    value=day,
                )


def _over_or_not_followed(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    status, end = pl.col("trainingStatus"), pl.col("trainingEndDate")
    not_followed = status.is_null() | (status != TrainingStatus.FOLLOWED.value)
    over = end.is_null() | (end <= columns.context.today)
    yield Holds(DetailsPerPeriod, not_followed | over)


@rule(clears=_over_or_not_followed)
def future_followed(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """A period that ends after today is not "followed" yet (264) [D]."""
    for period, path in periods_of(declaration):
        end = period.training_end_date
        followed = period.training_status == TrainingStatus.FOLLOWED
        if followed and end is not None and end > context.today:
            yield Finding(
                "future-followed",
                WARNING,
                "TrainingStatus",
                "264",
                (*path, "trainingStatus"),
                "future-followed",
                {"end": end},
                value=period.training_status,
            )
