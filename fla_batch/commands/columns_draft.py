"""`columns draft`: a mapping proposed from the headings of a user's table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from fla_batch.intake.heading_words import KINDS, almost
from fla_batch.intake.headings import column_name, knows, layout_of
from fla_batch.intake.zone_columns import columns_of
from fla_batch.models.zone import listed_codes
from fla_batch.tables.column_mapping import NO_MAPPING
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import Table, TableChoice
from fla_batch.vocabulary.errors import DiskTrouble, InputUnreadable, UsageMistake
from fla_batch.vocabulary.findings import Anomaly, Labels

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
_IS_THAT_IT = Labels(
    "is that what it means?", "est-ce bien ce qu'il veut dire ?", "is dat wat het betekent?"
)
_LACKING = Labels(
    "Mandatory, and not in the table. One value for all rows may stand here (remove the #).",
    "Obligatoires, et absentes du tableau. Une valeur pour toutes les lignes peut figurer ici "
    "(enlevez le #).",
    "Verplicht, en niet in de tabel. Eén waarde voor alle rijen kan hier staan (haal de # weg).",
)


def columns_draft(path: Path, choice: TableChoice, say: Say) -> str:
    """The text of a mapping file for the table in `path`. Raises InputUnreadable."""
    table = open_table(path, knows(NO_MAPPING), choice)
    if isinstance(table, Anomaly):
        said = table.label.changed(lambda text, _: f"{path.name}: {text}")
        raise InputUnreadable(said, file=path.name, hint=table.advice)
    head = [*_head(table, path, say), "", *_ignored(table), ""]
    return "\n".join([*head, "[columns]", *_columns(table, say), "", *_constants(table, say)])


def write_draft(text: str, path: Path) -> None:
    """Write the draft to `path`, which must not exist yet. Raises UsageMistake, DiskTrouble."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        hint = "Choose another name: a draft never replaces a file."
        raise UsageMistake(f"{path} exists already", hint=hint) from None
    except OSError as trouble:
        raise DiskTrouble(f"{path} cannot be written: {trouble.strerror}") from trouble


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


def _ignored(table: Table) -> list[str]:
    unknown = [text for text in _headings(table) if column_name(text) is None and not almost(text)]
    return [f"ignore = [{', '.join(map(_quoted, unknown))}]"]


def _columns(table: Table, say: Say) -> list[str]:
    lines = []
    for text in _headings(table):
        name, near = column_name(text), almost(text)
        if name == text:
            lines.append(f"# {text}: {say(_AS_IT_IS)}")
        elif name is not None:
            lines.append(f'{_quoted(text)} = "{name}"  # {say(_KNOWN)}')
        elif near is not None:
            lines.append(f'{_quoted(text)} = "{near}"  # {say(_IS_THAT_IT)}')
    return lines


def _constants(table: Table, say: Say) -> list[str]:
    """The mandatory columns that the table lacks, for who has one value for all rows."""
    found = layout_of(table.headings, table.at(table.heading_row or None))
    remarks = found if isinstance(found, list) else found.remarks
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
