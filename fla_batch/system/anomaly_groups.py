"""Anomalies by their cause: one mistake in a column of 1500 rows is one thing to mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.documents import CauseOfManyJson, members
from fla_batch.vocabulary.findings import Anomaly, Labels, Source

MOST_PLACES = 5
_MOST_WAYS = 2


class Cause(NamedTuple):
    """What anomalies of one group have in common; the rule is None for the platform's own."""

    anomaly_class: str
    rule: str | None
    error_id: str
    column: str | None
    advice: Labels


@dataclass(slots=True)
class AnomalyGroup:
    """`count` anomalies of one cause; the first of them, and where the first few stand.

    `otherwise` are the first of those that are mended in another way than the first of all.
    """

    cause: Cause
    first: Anomaly
    count: int = 0
    places: list[Source] = field(default_factory=list)
    alike: bool = True
    otherwise: list[Anomaly] = field(default_factory=list)

    @property
    def label(self) -> Labels:
        """What they all say; where they quote different values, what they have in common."""
        if self.alike:
            return self.first.label
        head = catalogue.label_of(self.cause.error_id)
        return head if head.en else self.first.label

    def add(self, anomaly: Anomaly) -> None:
        """One more of the same cause."""
        self.count += 1
        self.alike = self.alike and anomaly.label == self.first.label
        if anomaly.advice != self.first.advice:
            self._note_another_way(anomaly)
        if len(self.places) < MOST_PLACES and anomaly.source not in self.places:
            self.places.append(anomaly.source)

    def _note_another_way(self, anomaly: Anomaly) -> None:
        known = {other.advice for other in self.otherwise}
        if len(known) < _MOST_WAYS and anomaly.advice not in known:
            self.otherwise.append(anomaly)

    def to_json(self) -> dict[str, Any]:
        """As `--json` gives it under `groups`."""
        return members(
            CauseOfManyJson,
            self.cause,
            **{"class": self.cause.anomaly_class},
            count=self.count,
            first_rows=[place.row for place in self.places if place.row is not None],
            label=self.label.to_json(),
            advice=self.first.advice.to_json(),
        )


class AnomalyGroups:
    """Groups in the order in which their first anomaly came.

    >>> late, soon = (Anomaly("B", "INSS-004", source=Source("a.csv", row)) for row in (7, 3))
    >>> groups = AnomalyGroups([late, soon])
    >>> [(one.count, one.to_json()["first_rows"]) for one in groups.in_order()]
    [(2, [7, 3])]
    """

    def __init__(self, anomalies: Iterable[Anomaly] = ()) -> None:
        self._groups: dict[Cause, AnomalyGroup] = {}
        for anomaly in anomalies:
            self.add(anomaly)

    def add(self, anomaly: Anomaly) -> None:
        """One more anomaly."""
        cause = cause_of(anomaly)
        group = self._groups.get(cause)
        if group is None:
            group = self._groups.setdefault(cause, AnomalyGroup(cause, anomaly))
        group.add(anomaly)

    def in_order(self) -> list[AnomalyGroup]:
        """Those that block before the others, each in the order of their first."""
        return sorted(self._groups.values(), key=lambda group: not group.first.blocks)


_NO_ADVICE = Labels()


def cause_of(anomaly: Anomaly) -> Cause:
    """What it has in common with others that are mended in the same way."""
    column = anomaly.source.column if anomaly.source.row is not None else None
    return Cause(
        anomaly.anomaly_class,
        anomaly.rule,
        anomaly.error_id,
        _without_indexes(column),
        anomaly.advice if anomaly.rule is None else _NO_ADVICE,
    )


def _without_indexes(column: str | None) -> str | None:
    """A column of a table, or a path of JSON without the numbers of its blocks.

    >>> _without_indexes("trainings[3].scope"), _without_indexes("hours")
    ('trainings[].scope', 'hours')
    """
    if column is None or "[" not in column:
        return column
    parts = column.split("[")
    return "[".join([parts[0], *(part.lstrip("0123456789") for part in parts[1:])])
