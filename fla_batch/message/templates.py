"""Texts that a binding makes of a form's number, reference, date and hour of creation.

The reference number of a form of ours is its run and its number in that run; see `reference`.
What stands around the forms is made of the facts of their message (decision 1230).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from fla_batch.message.reference_numbers import number_of
from fla_batch.vocabulary.terms import NO_SENDER, Environment

NAMES = ("form_number", "reference", "creation_date", "creation_hour")

AROUND_NAMES = ("creation_date", "sender", "environment", "form_count")

_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What may be said around the forms: the Belgian date of creation, who sends how many where."""

    day: date | None = None
    sender: str = NO_SENDER
    environment: Environment = Environment.SIMULATION
    forms: int = 1


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
    return _NAME.sub(lambda found: str(values[found[1]]), template)


def filled_around(template: str, facts: MessageFacts) -> str:
    """The same around the forms of a message.

    >>> filled_around("{sender}/{environment}: {form_count}", MessageFacts(forms=3))
    '000000/S: 3'
    """
    values: Mapping[str, Any] = {
        "creation_date": facts.day.isoformat() if facts.day else "",
        "sender": facts.sender,
        "environment": facts.environment.value,
        "form_count": facts.forms,
    }
    return _NAME.sub(lambda found: str(values[found[1]]), template)
