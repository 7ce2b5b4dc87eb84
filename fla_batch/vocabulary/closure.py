"""The platform's closure, and what it means for sending in production.

Source: law of 14 January 2026 (Belgian Official Gazette, 21 January 2026): employers can no
longer register in the Federal Learning Account; what was registered is kept until
31 December 2026 and erased from 1 January 2027. The individual training right stays.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import Environment

CLOSED_FROM = date(2026, 1, 1)
ERASED_FROM = date(2027, 1, 1)


class PlatformClosed(UsageMistake):
    """A batch would go to production after the platform closed."""

    hint = (
        "Nothing was sent. Environments T and S, the sandbox and everything offline still work; "
        "--after-closure sends all the same."
    )


def require_open(
    environment: Environment, today: date, last_year: Callable[[], int | None]
) -> None:
    """Raises PlatformClosed for production once the platform is closed, or for a year after it.

    `last_year` gives the latest calendar year that the batch declares, None when it declares
    none; it is asked only where the answer decides.
    """
    if environment is not Environment.PRODUCTION:
        return
    if today >= CLOSED_FROM:
        raise PlatformClosed(
            f"the Federal Learning Account closed on {CLOSED_FROM}: since the law of "
            "14 January 2026 employers can no longer register in it"
        )
    year = last_year()
    if year is not None and year >= CLOSED_FROM.year:
        raise PlatformClosed(
            f"the batch declares calendar year {year}, after the Federal Learning Account "
            f"closed on {CLOSED_FROM}"
        )
