"""Belgian local time: what file names, forms and pages show. The ledger keeps UTC.

>>> from datetime import UTC
>>> belgian(datetime(2025, 3, 1, 23, 30, tzinfo=UTC)).isoformat()
'2025-03-02T00:30:00+01:00'
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

BELGIUM = ZoneInfo("Europe/Brussels")


def belgian(at: datetime) -> datetime:
    """The aware instant `at` in Belgium."""
    return at.astimezone(BELGIUM)


def shown(at: datetime) -> str:
    """The aware instant `at` for people: Belgian time to the minute, in each language (1918).

    >>> from datetime import UTC
    >>> shown(datetime(2025, 3, 1, 9, 15, tzinfo=UTC))
    '2025-03-01 10:15'
    """
    return f"{belgian(at):%Y-%m-%d %H:%M}"


def belgian_date(at: datetime) -> date:
    """The Belgian date of the aware instant `at`."""
    return belgian(at).date()
