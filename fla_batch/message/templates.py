"""Texts that a binding makes of a form's number, reference, date and hour of creation.

The reference number of a form of ours is its run and its number in that run; see `reference`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from fla_batch.message.reference_numbers import number_of

NAMES = ("form_number", "reference", "creation_date", "creation_hour")

_NAME = re.compile(r"\{([^{}]*)\}")
_KNOWN = re.compile(r"\{(" + "|".join(NAMES) + r")\}")


def unknown_names(template: str) -> list[str]:
    """The names in a template that stand for nothing.

    >>> unknown_names("{form_number}-{today}")
    ['today']
    """
    return [name for name in _NAME.findall(template) if name not in NAMES]


def names_in(template: str) -> set[str]:
    """The names that a template is made of."""
    return set(_NAME.findall(template))


def filled(
    template: str, reference: str | None, created: date | None, hour: time | None = None
) -> str:
    """The template with its names replaced; what is not known is left empty.

    >>> from fla_batch.message.reference_numbers import counter
    >>> filled("{form_number} of {creation_date}", "RUN" + counter(12), date(2025, 3, 1))
    '12 of 2025-03-01'
    >>> filled("{creation_date}T{creation_hour}", None, date(2025, 3, 1), time(10, 15))
    '2025-03-01T10:15:00.000'
    """
    values: Mapping[str, Any] = {
        "form_number": number_of(reference) if reference else "",
        "reference": reference or "",
        "creation_date": created.isoformat() if created else "",
        "creation_hour": hour.isoformat("milliseconds") if hour else "",
    }
    return _KNOWN.sub(lambda found: str(values[found[1]]), template)
