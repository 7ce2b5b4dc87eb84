"""Hours of DmfA tables in hundredths, whichever way people write them.

Under its exact name a column of hours is in hundredths of an hour, as in the DmfA. Under words of
people it may be either (decision 1512): a week has neither 100 hours nor less than one, so S and Q
tell themselves which they are; the hours of a quarter are in the unit of S and Q of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

import polars as pl

from fla_batch.rights.input_tables import InputTable, changed_texts
from fla_batch.rights.right_findings import finding
from fla_batch.tables.numbers import hours_centi, whole_number
from fla_batch.vocabulary.findings import Anomaly

WRITTEN = "#written"
"""After a column's name: its cells as they stand in the file."""

_WEEK = ("RefMeanWorkingHours", "MeanWorkingHours")
_QUARTER = "ServiceNbrHours"
_FEWEST_HUNDREDTHS = 100


class HoursUnit(Enum):
    """What whole numbers of hours stand for in a table."""

    HOURS = "hours"
    HUNDREDTHS = "hundredths"
    UNSAID = "unsaid"


def unit_of(table: InputTable) -> HoursUnit:
    """The unit of the hours of a quarter; HUNDREDTHS without a look where the name says it."""
    if _QUARTER not in table.layout.in_words:
        return HoursUnit.HUNDREDTHS
    hundredths: set[bool] = set()
    needed = False
    for frame in table.texts((*_WEEK, _QUARTER)):
        for name in frame.columns:
            numbers = [n for n in map(_whole, frame[name].unique().drop_nulls()) if n]
            if name == _QUARTER:
                needed |= bool(numbers)
            else:
                hundredths |= {number >= _FEWEST_HUNDREDTHS for number in numbers}
    if len(hundredths) != 1:
        return HoursUnit.UNSAID if needed else HoursUnit.HOURS
    return HoursUnit.HUNDREDTHS if hundredths.pop() else HoursUnit.HOURS


def unit_finding(table: InputTable) -> Anomaly:
    """What to say where nothing tells hours from hundredths."""
    place, row = table.place, table.heading_row
    told = {"column": place.written(_QUARTER)}
    return finding("hours-or-hundredths", _QUARTER, source=place.at(row, _QUARTER), parts=told)


def in_hundredths(frame: pl.DataFrame, in_words: Iterable[str], unit: HoursUnit) -> pl.DataFrame:
    """Those of the columns that stand under words of people, as the exact names have them."""

    def of_quarter(text: str) -> str:
        return text if unit is HoursUnit.HUNDREDTHS and _whole(text) is not None else _hours(text)

    for name in in_words:
        if name not in (*_WEEK, _QUARTER):
            continue
        read: Callable[[str], str] = of_quarter if name == _QUARTER else _of_week
        written = pl.col(name).alias(name + WRITTEN)
        frame = frame.with_columns(written, changed_texts(frame, name, read))
    return frame


def _of_week(text: str) -> str:
    """
    >>> [_of_week(text) for text in ("38", "38,5", "3800", "38h30", "0", "?")]
    ['3800', '3850', '3800', '3850', '0', '?']
    """
    number = _whole(text)
    return text if number is not None and number >= _FEWEST_HUNDREDTHS else _hours(text)


def _hours(text: str) -> str:
    number = hours_centi(text)
    return str(number) if isinstance(number, int) else text


def _whole(text: str) -> int | None:
    number = whole_number(text)
    return number if isinstance(number, int) else None
