"""What the rules need to know besides the declaration, from the settings and the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from fla_batch.rules import Removal, RuleContext
from fla_batch.vocabulary.belgian_time import belgian_date

if TYPE_CHECKING:
    from fla_batch.configuration.sections import RulesSection
    from fla_batch.rules import PlatformHistory


def rule_context(
    section: RulesSection,
    now: datetime,
    *,
    history: PlatformHistory | None = None,
    allow_removals: bool = False,
    allowed_removals: Iterable[Removal] = (),
) -> RuleContext:
    """What the rules need to know, on the Belgian date of `now`."""
    return RuleContext(
        today=belgian_date(now),
        window_start_year=section.window_start_year,
        window_years=section.window_years,
        history=history,
        allow_removals=allow_removals,
        allowed_removals=tuple(allowed_removals),
    )
