"""Whole columns at once: which trainings declarations certainly break no rule?

A screen and not a second set of rules: it is derived from the same Zones, it is cautious, and
whatever it does not clear is looked at by the rules themselves, row by row. That a cleared
declaration has no finding of any rule is proved on mutated data (tests/rules/test_screen.py).
The guards that need history are not part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fla_batch.models import DetailsPerPeriod, Employee, Employer, Training, TrainingsDeclaration
from fla_batch.models.trainings import TRAININGS_MAX
from fla_batch.models.zone import Presence, Zone, ZoneType, json_name, zones_of
from fla_batch.rules.base import RuleContext
from fla_batch.rules.characters import ADMITTED
from fla_batch.vocabulary.identifiers import is_valid_company_id
from fla_batch.vocabulary.terms import Certificate, TrainingStatus

if TYPE_CHECKING:
    import polars as pl

_ZONES: dict[str, Zone] = {
    json_name(model, name): zone
    for model in (TrainingsDeclaration, Employer, Employee, Training, DetailsPerPeriod)
    for name, zone in zones_of(model).items()
}
# They follow from the periods when a table leaves them out.
_DERIVED = frozenset({"trainingFirstStartDate", "trainingLastEndDate"})
_HEADS = ("companyId", "inss", "flaImportanceCode", "language", "refHoursInWorkingDay")
_AMOUNTS = ("trainingHours", "trainingDays", "hours", "days")
_HOURS_A_DAY, _DAYS_A_DAY = 2400, 100
# python-stdnum takes a year of birth in the 2000s only once it has begun.
_YOUNGEST = 25


def cleared(frame: pl.DataFrame, key: str, context: RuleContext) -> pl.Series:
    """True for the rows of each declaration that certainly breaks no rule but those of history.

    `frame` has a row per period and a typed column per zone, under its JSON name; hours and
    days are in hundredths. Rows with the same `key` are one declaration, whole in the frame.
    Only declarations whose trainings have one period each are cleared.
    """
    import polars as pl

    known = set(_ZONES) | set(_AMOUNTS)
    foreign = [name for name in frame.columns if name not in known and name != key]
    missing = [name for name in known if name not in frame.columns]
    whole = frame.with_columns(pl.lit(None).alias(name) for name in missing)
    by_row = pl.all_horizontal(
        *_zones(), *_durations(), *_dates(context), *_numbers(whole), _absent(foreign)
    )
    rows = whole.with_columns(by_row.fill_null(value=False).alias("#row fine"))
    verdict = rows.group_by(key).agg(_together().alias("#fine"))
    return rows.select(key).join(verdict, on=key, how="left", maintain_order="left")["#fine"]


def _zones() -> Iterator[pl.Expr]:
    """Presence, ranges, codes, steps, lengths and characters of every zone."""
    import polars as pl

    admitted = "^[" + "".join(_escaped(character) for character in sorted(ADMITTED)) + "]*$"
    for name, zone in _ZONES.items():
        value = pl.col(name)
        if zone.presence is Presence.READ_ONLY:
            yield value.is_null()
            continue
        if name == "trainingStatus" or (
            zone.presence is Presence.MANDATORY and name not in _DERIVED
        ):
            yield value.is_not_null()
        if zone.type is ZoneType.INTEGER:
            number = value.cast(pl.Int64)
            fits = number.is_between(zone.low or 0, zone.high or 0) & (number % zone.step == 0)
            yield value.is_null() | fits
        elif zone.is_text:
            text = value.cast(pl.String)
            fits = text.str.len_chars().is_between(zone.shortest or 1, zone.longest or 0)
            yield value.is_null() | (fits & text.str.contains(admitted))


def _escaped(character: str) -> str:
    return "\\" + character if character in "\\-[]^&~" else character


def _durations() -> Iterator[pl.Expr]:
    """Exactly one of days and hours, and no more than the period holds."""
    import polars as pl

    filled = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int8) for name in _AMOUNTS)
    yield filled == 1
    length = (pl.col("trainingEndDate") - pl.col("trainingStartDate")).dt.total_days() + 1
    hours = pl.coalesce("trainingHours", "hours").cast(pl.Int64)
    days = pl.coalesce("trainingDays", "days").cast(pl.Int64)
    zone = _ZONES["trainingDays"]
    yield hours.is_null() | hours.is_between(0, length * _HOURS_A_DAY)
    yield hours.is_null() | (hours <= (_ZONES["trainingHours"].high or 0))
    yield days.is_null() | (days.is_between(0, length * _DAYS_A_DAY) & (days % zone.step == 0))
    yield days.is_null() | (days <= (zone.high or 0))


def _dates(context: RuleContext) -> Iterator[pl.Expr]:
    """Order, envelope, year of start, five-year window, certificate, future."""
    import polars as pl

    start, end = pl.col("trainingStartDate"), pl.col("trainingEndDate")
    yield end >= start
    for name, expected in (("trainingFirstStartDate", start), ("trainingLastEndDate", end)):
        given = pl.col(name).cast(pl.Date)
        yield given.is_null() | (given == expected)
    yield start.dt.year() == pl.col("calendarYear")
    first, length = context.window_start_year, context.window_years
    yield (start.dt.year() - first) // length == (end.dt.year() - first) // length
    valid_from = pl.col("certificateValidityStartDate").cast(pl.Date)
    valid_until = pl.col("certificateValidityEndDate").cast(pl.Date)
    leads = pl.col("trainingLeadingToCertificate") == Certificate.YES
    yield (valid_from.is_null() & valid_until.is_null()) | leads
    yield valid_from.is_null() | valid_until.is_null() | (valid_until >= valid_from)
    yield (pl.col("trainingStatus") != TrainingStatus.FOLLOWED) | (end <= context.today)


def _numbers(frame: pl.DataFrame) -> Iterator[pl.Expr]:
    """Company numbers and INSS that are certainly valid; odd ones are left to the rules."""
    import polars as pl

    companies = frame["companyId"].unique().drop_nulls()
    yield pl.col("companyId").is_in([one for one in companies if is_valid_company_id(one)])
    inss = pl.col("inss").cast(pl.String)
    yield inss.str.contains(r"^[0-9]{2}(0[1-9]|1[0-2])[0-9]{7}$")
    body = inss.str.slice(0, 9).cast(pl.Int64, strict=False)
    check = inss.str.slice(9, 2).cast(pl.Int64, strict=False)
    year = inss.str.slice(0, 2).cast(pl.Int64, strict=False)
    old = check == 97 - body % 97
    young = (year <= _YOUNGEST) & (check == 97 - (body + 2_000_000_000) % 97)
    yield old | young


def _absent(columns: list[str]) -> pl.Expr:
    import polars as pl

    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name).is_null() for name in columns))


def _together() -> pl.Expr:
    """What concerns all rows of a declaration: one head, numbers and trainings only once."""
    import polars as pl

    alike = pl.struct(
        pl.col("trainingDenomination").cast(pl.String).str.to_lowercase(),
        "trainingStartDate",
        "trainingEndDate",
        *_AMOUNTS,
    )
    return pl.all_horizontal(
        pl.col("#row fine").all(),
        pl.len() <= TRAININGS_MAX,
        pl.col("trainingSequenceNbr").n_unique() == pl.len(),
        alike.n_unique() == pl.len(),
        *(pl.col(name).n_unique() == 1 for name in _HEADS),
    )
