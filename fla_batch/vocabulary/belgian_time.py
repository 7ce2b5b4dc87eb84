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


def belgian_date(at: datetime) -> date:
    """The Belgian date of the aware instant `at`."""
    return belgian(at).date()
