"""What the gateway checks when a GO arrives: names, counts, sizes and content.

One implementation for the tool, before anything is sent, and for the sandbox. Pure: names are
raw text as they lie in the folder; the day, the names that were used before and what was found
in each part are arguments. `CHECKS` maps each code to its check; all of them run,
and what they find comes back together in the table's order. Meanings of the codes are in the
catalogue. Source: the portal's codes for files received over sFTP.

>>> files = (("FI.FLAD.123456.20250301.00001.S.1.1", 9), ("GO.FLAD.123456.20250301.00001.S.1", 0))
>>> check(Delivery("INTEST-S", "123456", files), today=date(2025, 3, 1))
[]
>>> check(Delivery("IN", "654321", files), today=date(2025, 2, 28))
['ACRF-108', 'ACRF-111', 'ACRF-257']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from fla_batch.channel.gateway_checks.checks import CHECKS
from fla_batch.channel.gateway_checks.delivery import (
    Case,
    Delivery,
    DeliveryLimits,
    PartFacts,
    RawName,
    files_of,
)

__all__ = ["CHECKS", "Delivery", "DeliveryLimits", "PartFacts", "check", "files_of"]

_NO_LIMITS_GIVEN = DeliveryLimits()


def check(
    delivery: Delivery,
    *,
    today: date,
    used: Callable[[str], bool] = lambda _: False,
    limits: DeliveryLimits = _NO_LIMITS_GIVEN,
    parts: Iterable[PartFacts] = (),
) -> list[str]:
    """Every fault of the delivery as an error id (`ACRF-125`), in the order of `CHECKS`.

    `today` is the day in Belgium; `used` says whether a file name was used before.
    """
    names = tuple(RawName(text, size) for text, size in delivery.files)
    case = Case(delivery, names, today, used, limits, tuple(parts))
    return [f"ACRF-{code}" for code, finds in CHECKS.items() if finds(case)]
