"""Rows of a table of rights, one per right, to one TrainingRightsDeclaration.

`rightType` says which right a row is. Without it, the exact columns do: a row that fills in
legalFlaRightHours is the legal right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fla_batch.intake.amounts import amounts
from fla_batch.intake.conversion import Mistakes
from fla_batch.intake.drafts import Draft, TableRow
from fla_batch.intake.headings import TableLayout
from fla_batch.intake.zone_columns import HEADS, column_named, columns_of, is_head
from fla_batch.models import Entry, Right, TrainingRights, TrainingRightsDeclaration
from fla_batch.models.training_rights import RIGHT_FIELDS, RIGHT_MODELS
from fla_batch.models.zone import json_name, listed_codes, zones_of
from fla_batch.tables.table import SEPARATOR
from fla_batch.vocabulary.terms import RightType
from fla_batch.vocabulary.zone_path import Path

PREFIXES = {kind: json_name(TrainingRights, field) for kind, field in RIGHT_FIELDS.items()}
ANY_RIGHT = frozenset({"rightType", "hours", "days"})


def rights_entry(
    rows: Sequence[TableRow], file: str, layout: TableLayout, mistakes: Mistakes
) -> Entry:
    """The declaration that `rows` make; they share employer, worker and year."""
    draft = Draft(file, layout, mistakes)
    heads = draft.heads(rows)
    draft.note_extra(rows)
    rights: dict[RightType, list[Right]] = {kind: [] for kind in RightType}
    first_legal: TableRow | None = None
    for row in rows:
        kind = _kind(draft, row)
        if kind is None:
            continue
        if kind is RightType.LEGAL and first_legal is not None:
            _legal_twice(draft, first_legal, row)
            continue
        if kind is RightType.LEGAL:
            first_legal = row
        rights[kind].append(_right(draft, row, kind, _path(kind, len(rights[kind]))))
    legal = rights[RightType.LEGAL]
    block: dict[str, Any] = {RIGHT_FIELDS[kind]: tuple(found) for kind, found in rights.items()}
    block |= {RIGHT_FIELDS[RightType.LEGAL]: legal[0] if legal else None}
    return draft.entry(TrainingRightsDeclaration(**heads, training_rights=TrainingRights(**block)))


def _path(kind: RightType, index: int) -> Path:
    path: Path = ("trainingRights", PREFIXES[kind])
    return path if kind is RightType.LEGAL else (*path, index)


def _kind(draft: Draft, row: TableRow) -> RightType | None:
    """Which right the row is; None when that is not clear, which is then reported."""
    path: Path = ("trainingRights",)
    draft.note_row(row, ["rightType"], path)
    written = row.cells.get("rightType")
    if written is None:
        mistaken = draft.is_misread(row.number, "rightType")
        return None if mistaken else _kind_by_columns(draft, row)
    if written in RightType.__members__:
        return RightType(written)
    codes = {"codes": listed_codes(column_named(draft.layout.kind, "rightType").zone)}
    draft.say(
        "unknown-code", "RightType", path, row.number, "rightType", value=written, parameters=codes
    )
    return None


def _kind_by_columns(draft: Draft, row: TableRow) -> RightType | None:
    prefixed = {
        kind
        for kind, prefix in PREFIXES.items()
        if any(name.startswith(prefix) for name in row.cells)
    }
    if len(prefixed) == 1:
        return prefixed.pop()
    path: Path = ("trainingRights",)
    if not all(map(is_head, row.cells)) or row.number in draft.mistakes:
        draft.say("right-type-missing", "RightType", path, row.number, "rightType")
    else:
        draft.say("nothing-in-row", "TrainingRights", path, row.number, None)
    return None


def _legal_twice(draft: Draft, first: TableRow, row: TableRow) -> None:
    draft.say(
        "legal-right-twice",
        "LegalFlaRight",
        _path(RightType.LEGAL, 0),
        row.number,
        "rightType",
        parameters={"first_row": first.number, "row": row.number},
    )


def _right(draft: Draft, row: TableRow, kind: RightType, path: Path) -> Right:
    draft.rows[path] = row.number
    model = RIGHT_MODELS[kind]
    draft.note_absent(model, path)
    prefix = PREFIXES[kind]
    found = amounts(draft, row, prefix, path)
    names = {json_name(model, field): field for field in zones_of(model)}
    draft.note_row(
        row, [name for name in names if name not in (prefix + "Hours", prefix + "Days")], path
    )
    _say_foreign(draft, row, kind, names.keys(), path)
    values: dict[str, Any] = {}
    for name, field in names.items():
        value = found.get(name, row.cells.get(name))
        if value is not None:
            many = zones_of(model)[field].many > 1
            values[field] = tuple(value.split(SEPARATOR)) if many else value
    return model(**values)


def _say_foreign(
    draft: Draft, row: TableRow, kind: RightType, own: Iterable[str], path: Path
) -> None:
    """Report cells of columns that a right of this kind does not have."""
    filled = {*row.cells, *(name for name, _ in draft.mistakes.get(row.number, ()))}
    allowed = HEADS | ANY_RIGHT | set(own)
    for name, column in columns_of(draft.layout.kind).items():
        if name in filled and name not in allowed:
            draft.say(
                "right-type-mismatch",
                column.zone.label,
                (*path, name),
                row.number,
                name,
                parameters={"kind": kind.value},
            )
