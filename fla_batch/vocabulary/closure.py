"""The platform's closure, and what it means for writing and for reading in production.

Source: law of 14 January 2026 (Belgian Official Gazette, 21 January 2026): employers can no
longer register in the Federal Learning Account; what was registered is kept until
31 December 2026 and erased from 1 January 2027. The individual training right stays. Until it is
erased, reading is what every user needs most: it is not guarded as writing is (decision 1301).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import Environment

CLOSED_FROM = date(2026, 1, 1)
ERASED_FROM = date(2027, 1, 1)
LAST_READABLE = date(2026, 12, 31)


class PlatformClosed(UsageMistake):
    """A batch would go to production after the platform closed."""

    hint = (
        "Nothing was sent. Environments T and S, the sandbox and everything offline still work; "
        "--after-closure sends all the same."
    )


class DataErased(UsageMistake):
    """A question would go to production after the platform's data were destroyed."""

    hint = (
        "Nothing was asked. What was rescued before is in the ledger: `fla-batch account export` "
        "writes it; --after-closure asks all the same."
    )


def require_readable(environment: Environment, today: date) -> str | None:
    """Whether a question may be asked on a Belgian date; what its user should know, if anything.

    Raises DataErased in production from the day on which the platform's data are gone.
    """
    if environment is not Environment.PRODUCTION:
        return None
    if today >= ERASED_FROM:
        raise DataErased(
            f"the platform's data were kept until {LAST_READABLE} and are destroyed since "
            f"{ERASED_FROM}"
        )
    left = (ERASED_FROM - today).days
    return (
        f"The platform keeps its data until {LAST_READABLE} ({left} days left) and destroys them "
        f"on {ERASED_FROM}: save what you need, see `fla-batch rescue`."
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
