"""Which column of a file is which: the headings, matched with the known names.

A heading that is not known stops the file: a misspelled column would lose its values without
a word, and the photo that is sent would erase them on the platform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from fla_batch.intake.zone_columns import KEY_COLUMNS, Column, columns_of
from fla_batch.models.zone import Presence
from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.nearest import nearest
from fla_batch.vocabulary.terms import FormKind

_KINDS = (FormKind.TRAININGS, FormKind.TRAINING_RIGHTS)
# They can be left out, since they follow from the periods, or are given.
_DERIVED = frozenset({"trainingSequenceNbr", "trainingFirstStartDate", "trainingLastEndDate"})
_PROVIDER = frozenset({"providerTrainingId", "trainingProviderCompanyId"})


@dataclass(frozen=True, slots=True)
class Layout:
    """The kind of table, its columns by position and by block, and the headings as written."""

    kind: FormKind
    columns: Mapping[int, Column]
    headings: Mapping[str, str]
    by_model: Mapping[type[BaseModel], Sequence[Column]]


def layout_of(headings: Sequence[str], source: Source) -> Layout | list[Anomaly]:
    """The layout, or everything that is wrong with the headings."""
    found = {i: _known_name(heading) for i, heading in enumerate(headings) if heading.strip()}
    kind = _kind(set(found.values()))
    if kind is None:
        return [*_unknown(headings, found, source), _unclear_kind(set(found.values()), source)]
    known = columns_of(kind)
    anomalies = [
        *_unknown(headings, found, source),
        *_twice(found, source),
        *_missing(kind, set(found.values()), source),
    ]
    if anomalies:
        return anomalies
    columns = {i: known[name] for i, name in found.items()}
    by_model: dict[type[BaseModel], list[Column]] = {}
    for column in columns.values():
        by_model.setdefault(column.model, []).append(column)
    written = {column.name: headings[i] for i, column in columns.items()}
    return Layout(kind, columns, written, by_model)


def _known_name(heading: str) -> str:
    """The name that a heading means; the heading itself when it means none."""
    wanted = heading.strip().lower()
    return next((name for name in _all_names() if name.lower() == wanted), heading.strip())


def _all_names() -> list[str]:
    return [name for kind in _KINDS for name in columns_of(kind)]


def _own_names(kind: FormKind) -> set[str]:
    """Names that only tables of this kind have."""
    others = (set(columns_of(other)) for other in _KINDS if other is not kind)
    return set(columns_of(kind)).difference(*others)


def _kind(names: set[str]) -> FormKind | None:
    kinds = [kind for kind in _KINDS if names & _own_names(kind)]
    return kinds[0] if len(kinds) == 1 else None


def _unclear_kind(names: set[str], source: Source) -> Anomaly:
    trainings, rights = (sorted(names & _own_names(kind)) for kind in _KINDS)
    return remark(
        "unclear-kind",
        FILE,
        source,
        parameters={"trainings": ", ".join(trainings[:3]), "rights": ", ".join(rights[:3])},
        text="both-kinds" if trainings and rights else None,
    )


def _unknown(
    headings: Sequence[str], found: Mapping[int, str], source: Source
) -> Iterator[Anomaly]:
    for i, name in found.items():
        if name not in _all_names():
            meant = nearest(name, _all_names())
            yield remark(
                "unknown-column",
                COLUMN,
                Source(source.file, source.row, headings[i].strip()),
                parameters={"name": name, "nearest": meant},
                value=name,
                text=None if meant else "unknown-column-alone",
            )


def _twice(found: Mapping[int, str], source: Source) -> Iterator[Anomaly]:
    names = list(found.values())
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            place = Source(source.file, source.row, name)
            yield remark("column-twice", COLUMN, place, parameters={"name": name})


def _missing(kind: FormKind, names: set[str], source: Source) -> Iterator[Anomaly]:
    for name, column in columns_of(kind).items():
        if name in _mandatory(kind) and name not in names:
            place = Source(source.file, source.row, name)
            zone = column.zone.label
            yield remark("missing-column", zone, place, parameters={"name": name})
    amounts = {name for name in columns_of(kind) if _is_amount(name)}
    if not amounts & names:
        place = Source(source.file, source.row, "hours")
        yield remark("missing-column", COLUMN, place, parameters={"name": "hours / days"})


def _mandatory(kind: FormKind) -> set[str]:
    """Columns without which no row can be whole; those of one kind of right are not."""
    if kind is FormKind.TRAINING_RIGHTS:
        return {*KEY_COLUMNS, "jointCommissionNbr"}
    return {
        name
        for name, column in columns_of(kind).items()
        if column.zone.presence is Presence.MANDATORY and name not in _DERIVED | _PROVIDER
    }


def _is_amount(name: str) -> bool:
    return name.lower().endswith(("hours", "days"))
