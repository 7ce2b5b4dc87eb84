"""The platform's rules as pure functions, listed once; `check` applies them all.

Source: the field tables and sections 3.1, 3.3.3 and 3.3.4 of the REST manual of 31/01/2025;
what is our own decision is marked [D] at the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models.entry import Entry
from fla_batch.models.zone import path_text
from fla_batch.rules.base import Accepted, Finding, History, Rule, RuleContext
from fla_batch.rules.bounds import bounds, half_day
from fla_batch.rules.characters import admitted_characters, xml_characters
from fla_batch.rules.dates import (
    certificate_dates,
    envelope,
    fla_window,
    future_followed,
    period_order,
    year_of_start,
)
from fla_batch.rules.deletions import delete_legal
from fla_batch.rules.duplicates import duplicate_training, sequence_unique
from fla_batch.rules.durations import days_xor_hours, more_hours_than_period
from fla_batch.rules.photo_guards import already_declared, legal_must_stay, photo_shrinks
from fla_batch.rules.presence import occurrences, presence, read_only, status_missing
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels

__all__ = [
    "RULES",
    "WITH_HISTORY",
    "Accepted",
    "Finding",
    "History",
    "Rule",
    "RuleContext",
    "anomaly_of",
    "check",
    "findings",
]

RULES: tuple[Rule, ...] = (
    presence,
    occurrences,
    days_xor_hours,
    bounds,
    half_day,
    xml_characters,
    sequence_unique,
    period_order,
    envelope,
    year_of_start,
    fla_window,
    certificate_dates,
    more_hours_than_period,
    future_followed,
    status_missing,
    read_only,
    admitted_characters,
    duplicate_training,
    delete_legal,
    legal_must_stay,
    photo_shrinks,
    already_declared,
)

WITH_HISTORY: tuple[Rule, ...] = (legal_must_stay, photo_shrinks, already_declared)
"""Those of RULES that look at what was accepted before; a screen of columns cannot clear them."""


def check(entry: Entry, context: RuleContext) -> list[Anomaly]:
    """Everything that is wrong or odd with one declaration: from reading it, then rule by rule."""
    found = list(entry.anomalies)
    found += [anomaly_of(finding, entry) for finding in findings(entry, context)]
    return found


def findings(entry: Entry, context: RuleContext) -> Iterator[Finding]:
    """What the rules find, without what the reader of the file reported already."""
    for rule in WITH_HISTORY if entry.cleared else RULES:
        for finding in rule(entry.declaration, context):
            if not (entry.unreadable and _was_unreadable(finding, entry)):
                yield finding


def _was_unreadable(finding: Finding, entry: Entry) -> bool:
    """A value or block that was there but could not be read is not missing as well."""
    path = finding.path
    if finding.text == "neither":
        duration = any(
            other[:-1] == path[:-1] and _is_duration(other[-1]) for other in entry.unreadable
        )
        if duration:
            return True
    return any(path[:length] in entry.unreadable for length in range(1, len(path) + 1))


def _is_duration(name: str | int) -> bool:
    return str(name).endswith(("Days", "Hours"))


def anomaly_of(finding: Finding, entry: Entry) -> Anomaly:
    """A finding as it is shown: with its texts, its key and its place in the input."""
    key = entry.declaration.key
    return Anomaly(
        anomaly_class=finding.anomaly_class.value,
        error_id=f"{finding.zone}-{finding.code}",
        label=_label(finding),
        rule=finding.rule,
        tag=finding.zone,
        path=path_text(finding.path),
        value=None if finding.value is None else str(finding.value),
        advice=catalogue.rule_text(finding.text, "advice", finding.parameters),
        company_id=key.company_id or None,
        inss=key.inss or None,
        calendar_year=key.calendar_year or None,
        source=entry.origin.source_of(finding.path),
    )


def _label(finding: Finding) -> Labels:
    """ "zone - meaning: what the rule says", as the platform's labels begin."""
    zone = catalogue.zone_label(finding.zone)
    meaning = catalogue.meaning(finding.code)
    says = catalogue.rule_text(finding.text, "says", finding.parameters)
    texts = []
    for language in ("en", "fr", "nl"):
        head = getattr(zone, language)
        if meaning is not None:
            head += f" - {getattr(meaning, language)}"
        colon = " : " if language == "fr" else ": "
        texts.append(head + colon + getattr(says, language))
    return Labels(*texts)
