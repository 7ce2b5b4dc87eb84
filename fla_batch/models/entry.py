"""Entry: a declaration together with where each of its values stood in the user's input."""

from __future__ import annotations

from dataclasses import dataclass, field

from fla_batch.models.declaration import Declaration
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import NoOrigin, Origin
from fla_batch.vocabulary.zone_path import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One declaration as read. `anomalies` are those of reading it (a date that does not exist).

    `unreadable` are the paths whose value was there but could not be converted: the model holds
    None for them, and the rules do not call them missing as well. `cleared` are the names of
    the rules that certainly find nothing, as a look at whole columns has shown. `numbers_given`
    says that the reader gave sequence numbers, by the order of the rows.
    """

    declaration: Declaration
    origin: Origin = field(default_factory=NoOrigin)
    anomalies: tuple[Anomaly, ...] = ()
    unreadable: frozenset[Path] = frozenset()
    cleared: frozenset[str] = frozenset()
    numbers_given: bool = False
