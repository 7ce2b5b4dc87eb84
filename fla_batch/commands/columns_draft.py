"""`columns draft`: a mapping proposed from the headings of a user's table."""

from __future__ import annotations

import json
from pathlib import Path

from fla_batch.intake.heading_words import KINDS, almost
from fla_batch.intake.headings import column_name, knows, layout_of
from fla_batch.intake.zone_columns import columns_of
from fla_batch.models.zone import listed_codes
from fla_batch.tables.column_mapping import NO_MAPPING
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import Table, TableChoice
from fla_batch.vocabulary.errors import DiskTrouble, InputUnreadable, UsageMistake
from fla_batch.vocabulary.findings import Anomaly


def columns_draft(path: Path, choice: TableChoice) -> str:
    """The text of a mapping file for the table in `path`. Raises InputUnreadable."""
    table = open_table(path, knows(NO_MAPPING), choice)
    if isinstance(table, Anomaly):
        said = table.label.changed(lambda text, _: f"{path.name}: {text}")
        raise InputUnreadable(said, file=path.name, hint=table.advice)
    parts = [*_head(table, path), *_ignored(table), "", "[columns]", *_columns(table), ""]
    return "\n".join([*parts, *_constants(table)])


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


def _head(table: Table, path: Path) -> list[str]:
    sheet = f', sheet "{table.sheet}"' if table.sheet else ""
    return [
        f"# Proposed from {path.name}{sheet}, headings in row {table.heading_row}.",
        '# A heading on the left, our column on the right; "ignore" lists what is not read.',
        "# docs/reference/input.md lists the columns, and shows [values.COLUMN] and [constants].",
        "",
    ]


def _headings(table: Table) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in table.headings if text.strip()))


def _ignored(table: Table) -> list[str]:
    unknown = [text for text in _headings(table) if column_name(text) is None and not almost(text)]
    return [f"ignore = [{', '.join(map(_quoted, unknown))}]"]


def _columns(table: Table) -> list[str]:
    lines = []
    for text in _headings(table):
        name, near = column_name(text), almost(text)
        if name == text:
            lines.append(f"# {text}: as it is")
        elif name is not None:
            lines.append(f'{_quoted(text)} = "{name}"  # known without a mapping')
        elif near is not None:
            lines.append(f'{_quoted(text)} = "{near}"  # is that what it means?')
    return lines


def _constants(table: Table) -> list[str]:
    """The mandatory columns that the table lacks, for who has one value for all rows."""
    found = layout_of(table.headings, table.at(table.heading_row or None))
    remarks = found if isinstance(found, list) else found.remarks
    missing = [each.source.column or "" for each in remarks if each.rule == "missing-column"]
    if not missing:
        return []
    return [
        "# Mandatory, and not in the table. One value for all rows may stand here (remove the #).",
        "[constants]",
        *(f'# {name} = ""{_codes(name)}' for name in missing),
        "",
    ]


def _codes(name: str) -> str:
    zones = (columns_of(kind)[name].zone for kind in KINDS if name in columns_of(kind))
    codes = next((listed_codes(zone) for zone in zones if zone.codes), "")
    return f"  # {codes}" if codes else ""


def _quoted(text: str) -> str:
    """As a TOML string; JSON's are a part of them."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
