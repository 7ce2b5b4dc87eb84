"""The platform's rules, listed once: `check` applies them all, `clear` looks at whole columns.

Every way in applies this list: `check`, `build` and `validate`, to JSON, tables and messages. A
declaration is spared a rule only where the rule's own column form cleared it of it.

Source: the field tables and sections 3.1, 3.3.3 and 3.3.4 of the REST manual of 31/01/2025;
what is our own decision is marked [D] at the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.models.column_values import Blocks
from fla_batch.models.declaration import Entry
from fla_batch.rules import (
    bounds,
    characters,
    dates,
    deletions,
    duplicates,
    durations,
    photo_guards,
    presence,
)
from fla_batch.rules.base import (
    BLOCKING,
    INFORMATION,
    WARNING,
    Accepted,
    Finding,
    PlatformHistory,
    Removal,
    Rule,
    RuleContext,
    rules_of,
)
from fla_batch.rules.columns import DeclarationColumns
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.words import colon
from fla_batch.vocabulary.zone_path import path_text

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "RULES",
    "Accepted",
    "Clearance",
    "Finding",
    "PlatformHistory",
    "Removal",
    "Rule",
    "RuleContext",
    "anomaly_of",
    "check",
    "clear",
    "findings",
]

RULES: tuple[Rule, ...] = tuple(
    rule
    for module in (
        presence,
        durations,
        bounds,
        characters,
        duplicates,
        dates,
        deletions,
        photo_guards,
    )
    for rule in rules_of(module)
)
"""The rules of each module, as they stand in it."""

_BLOCKING_FIRST = tuple(each.value for each in (BLOCKING, WARNING, INFORMATION))


class Clearance(NamedTuple):
    """Which rules certainly find nothing in which of `declarations`, which count from 0.

    `questions` are the rules that have something to ask, each with the declarations it asks it of.
    """

    declarations: int
    rules: frozenset[str]
    questions: Mapping[str, pl.Series]

    def whole(self) -> pl.Series:
        """For each declaration whether it is cleared of all rules."""
        import polars as pl

        every = pl.int_range(self.declarations, eager=True)
        asked = pl.concat([every.clear(), *self.questions.values()])
        return ~every.is_in(asked.unique().implode())

    def cleared(self) -> dict[int, frozenset[str]]:
        """The rules of which each declaration that leaves a question is cleared all the same."""
        asked: dict[int, set[str]] = {}
        for name, declarations in self.questions.items():
            for index in declarations:
                asked.setdefault(index, set()).add(name)
        return {index: self.rules - names for index, names in asked.items()}


def clear(kind: FormKind, blocks: Blocks, context: RuleContext) -> Clearance:
    """What a look at whole columns tells of declarations of one `kind`."""
    import polars as pl

    columns = DeclarationColumns(kind, blocks, context)
    every = pl.int_range(len(columns), eager=True)
    # Rules may have a form in common.
    forms = {rule.clears: rule.clears(columns) for rule in RULES if rule.clears}
    left = columns.questions(forms)
    asked = {
        rule.name: left[rule.clears] if rule.clears else every
        for rule in RULES
        if not rule.clears or rule.clears in left
    }
    return Clearance(len(columns), frozenset(rule.name for rule in RULES), asked)


def check(entry: Entry, context: RuleContext) -> list[Anomaly]:
    """Everything that is wrong or odd with one declaration: from reading it, then by the rules.

    Of these what blocks comes first, then warnings, then what is for information.
    """
    found = [anomaly_of(finding, entry) for finding in findings(entry, context)]
    found.sort(key=lambda anomaly: _BLOCKING_FIRST.index(anomaly.anomaly_class))
    return [*entry.anomalies, *found]


def findings(entry: Entry, context: RuleContext) -> Iterator[Finding]:
    """What the rules find, without what the reader of the file reported already."""
    if entry.numbers_given:
        context = replace(context, numbers_given=True)
    for rule in RULES:
        if rule.name in entry.cleared:
            continue
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
        texts.append(head + colon(language) + getattr(says, language))
    return Labels(*texts)
