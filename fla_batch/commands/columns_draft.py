"""`columns draft`: a mapping proposed from the headings of a user's table.

Of trainings and rights, or of DmfA lines and Dimona periods (`rights ... --columns`): it is of the
kind of which it has the most headings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fla_batch.intake.heading_words import KINDS, almost
from fla_batch.intake.headings import column_name, knows, layout_of
from fla_batch.intake.zone_columns import columns_of
from fla_batch.models.zone import listed_codes
from fla_batch.rights.dimona import DIMONA_COLUMNS
from fla_batch.rights.dmfa import DMFA_COLUMNS
from fla_batch.rights.input_headings import (
    AS_THEY_ARE,
    IN_HUNDREDTHS,
    InputColumns,
    input_layout,
)
from fla_batch.system.files import disk_trouble
from fla_batch.tables.column_mapping import NO_MAPPING
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import Knows, Table, TableChoice
from fla_batch.vocabulary.errors import InputUnreadable, UsageMistake
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.input_origin import InputSheet

Say = Callable[[Labels], str]
"""What labels say to the reader."""

_INTRODUCTION = (
    Labels(
        'A heading on the left, our column on the right; "ignore" lists what is not read.',
        "À gauche votre en-tête, à droite notre colonne ; « ignore » énumère ce qui n'est pas lu.",
        'Links uw kop, rechts onze kolom; "ignore" somt op wat niet wordt gelezen.',
    ),
    Labels(
        "docs/reference/input.md lists the columns, and shows [values.COLUMN] and [constants].",
        "docs/reference/input.md énumère les colonnes et montre [values.COLUMN] et [constants].",
        "docs/reference/input.md somt de kolommen op en toont [values.COLUMN] en [constants].",
    ),
)
_AS_IT_IS = Labels("as it is", "telle quelle", "zoals ze is")
_KNOWN = Labels(
    "known without a mapping", "connu sans correspondance", "bekend zonder overeenkomst"
)
_ONLY_HUNDREDTHS = Labels(
    "only if these are hundredths of an hour",
    "seulement si ce sont des centièmes d'heure",
    "enkel als dit honderdsten van een uur zijn",
)
_IS_THAT_IT = Labels(
    "is that what it means?", "est-ce bien ce qu'il veut dire ?", "is dat wat het betekent?"
)
_LACKING = Labels(
    "Mandatory, and not in the table. One value for all rows may stand here (remove the #).",
    "Obligatoires, et absentes du tableau. Une valeur pour toutes les lignes peut figurer ici "
    "(enlevez le #).",
    "Verplicht, en niet in de tabel. Eén waarde voor alle rijen kan hier staan (haal de # weg).",
)


@dataclass(frozen=True, slots=True)
class _TableKind:
    """A kind of table: which headings it knows, and which of its columns a table lacks."""

    knows: Knows
    column: Callable[[str], str | None]
    almost: Callable[[str], str | None]
    remarks: Callable[[Table], Sequence[Anomaly]]

    def known(self, table: Table | Anomaly) -> int:
        """How many headings of the table it knows."""
        return 0 if isinstance(table, Anomaly) else sum(map(self.knows, table.headings))


def columns_draft(path: Path, choice: TableChoice, say: Say) -> str:
    """The text of a mapping file for the table in `path`. Raises InputUnreadable."""
    opened = [(kind, open_table(path, kind.knows, choice)) for kind in _kinds()]
    kind, table = max(opened, key=lambda each: each[0].known(each[1]))
    if isinstance(table, Anomaly):
        said = table.label.changed(lambda text, _: f"{path.name}: {text}")
        raise InputUnreadable(said, file=path.name, hint=table.advice)
    head = [*_head(table, path, say), "", *_ignored(table, kind), ""]
    columns = _columns(table, kind, say)
    return "\n".join([*head, "[columns]", *columns, "", *_constants(table, kind, say)])


def _kinds() -> tuple[_TableKind, ...]:
    rights = (_of_rights(ours) for ours in (DMFA_COLUMNS, DIMONA_COLUMNS))
    return (_TableKind(knows(NO_MAPPING), column_name, almost, _of_declarations), *rights)


def _of_declarations(table: Table) -> Sequence[Anomaly]:
    found = layout_of(table.headings, table.at(table.heading_row or None))
    return found if isinstance(found, list) else found.remarks


def _of_rights(ours: InputColumns) -> _TableKind:
    def remarks(table: Table) -> Sequence[Anomaly]:
        place = InputSheet(table.file, table.sheet)
        return input_layout(table.headings, place, table.heading_row, ours, AS_THEY_ARE).remarks

    headings = ours.headings
    return _TableKind(headings.is_heading, headings.meant, headings.almost, remarks)


def write_draft(text: str, path: Path) -> None:
    """Write the draft to `path`, which must not exist yet. Raises UsageMistake, DiskTrouble."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        hint = "Choose another name: a draft never replaces a file."
        raise UsageMistake(f"{path} exists already", hint=hint) from None
    except OSError as trouble:
        raise disk_trouble("write", path, trouble) from trouble


def _head(table: Table, path: Path, say: Say) -> Iterator[str]:
    sheet = "" if table.sheet is None else f', "{table.sheet}"'
    proposed = Labels(
        f"Proposed from {path.name}{sheet}, headings in row {table.heading_row}.",
        f"Proposé d'après {path.name}{sheet}, en-têtes en ligne {table.heading_row}.",
        f"Voorgesteld naar {path.name}{sheet}, koppen in rij {table.heading_row}.",
    )
    yield from (f"# {say(each)}" for each in (proposed, *_INTRODUCTION))


def _headings(table: Table) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in table.headings if text.strip()))


def _ignored(table: Table, kind: _TableKind) -> list[str]:
    headings = _headings(table)
    unknown = [text for text in headings if not kind.column(text) and not kind.almost(text)]
    return [f"ignore = [{', '.join(map(_quoted, unknown))}]"]


def _columns(table: Table, kind: _TableKind, say: Say) -> list[str]:
    lines = []
    for text in _headings(table):
        name, near = kind.column(text), kind.almost(text)
        if name == text:
            lines.append(f"# {text}: {say(_AS_IT_IS)}")
        elif (name or near) == IN_HUNDREDTHS:
            lines.append(f'# {_quoted(text)} = "{IN_HUNDREDTHS}"  # {say(_ONLY_HUNDREDTHS)}')
        elif name is not None:
            lines.append(f'{_quoted(text)} = "{name}"  # {say(_KNOWN)}')
        elif near is not None:
            lines.append(f'{_quoted(text)} = "{near}"  # {say(_IS_THAT_IT)}')
    return lines


def _constants(table: Table, kind: _TableKind, say: Say) -> list[str]:
    """The mandatory columns that the table lacks, for who has one value for all rows."""
    remarks = kind.remarks(table)
    missing = [each.source.column or "" for each in remarks if each.rule == "missing-column"]
    if not missing:
        return []
    return [
        f"# {say(_LACKING)}",
        "[constants]",
        *(f'# {name} = ""{_codes(name, say)}' for name in missing),
        "",
    ]


def _codes(name: str, say: Say) -> str:
    zones = (columns_of(kind)[name].zone for kind in KINDS if name in columns_of(kind))
    codes = next((say(listed_codes(zone)) for zone in zones if zone.codes), "")
    return f"  # {codes}" if codes else ""


def _quoted(text: str) -> str:
    """As a TOML string; JSON's are a part of them."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
