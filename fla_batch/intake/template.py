"""Empty input files: headings, one example row that is never sent, lists for coded columns.

The example row begins with `#`, as every comment (`fla_batch.tables.undeclared_rows`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fla_batch.intake.amounts import FRIENDLY
from fla_batch.intake.row_columns import EXAMPLE_INSS
from fla_batch.intake.zone_columns import KEY_COLUMNS, Column, columns_of
from fla_batch.models.zone import Presence
from fla_batch.system.files import disk_trouble
from fla_batch.system.plain_texts import csv_bytes
from fla_batch.tables.reader_findings import says
from fla_batch.tables.undeclared_rows import MARK
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind, Language
from fla_batch.vocabulary.words import texts_of

_DATA = "template.toml"
# They follow from the periods when they are left out.
_LEFT_OUT = frozenset({"trainingFirstStartDate", "trainingLastEndDate"})


def write_template(kind: FormKind, path: Path, language: Language) -> None:
    """Write an empty input file for `kind` to `path`, which must not exist yet.

    Raises UsageMistake for a file that exists, an ending other than .xlsx and .csv, or a kind
    that is no declaration; DiskTrouble when the disk refuses.
    """
    if not kind.is_declaration:
        raise UsageMistake(f"there is no template for {kind.value}")
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageMistake(f"a template ends in .xlsx or .csv, not in “{path.suffix}”")
    if path.suffix.lower() == ".csv":
        content = _csv(kind, language)
    else:
        from fla_batch.intake.template_sheet import workbook

        content = workbook(kind, language)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        hint = "Choose another name: a template never replaces a file."
        raise UsageMistake(f"{path} exists already", hint=hint) from None
    except OSError as trouble:
        raise disk_trouble("write", path, trouble) from trouble


def template_columns(kind: FormKind) -> list[Column]:
    """The columns that a person fills in: friendly amounts, nothing that only answers carry."""
    return [
        column
        for name, column in columns_of(kind).items()
        if column.zone.presence is not Presence.READ_ONLY
        and (name in FRIENDLY or column.zone.presence is not Presence.ONE_OF)
        and name not in _LEFT_OUT
    ]


def example(kind: FormKind, language: Language) -> list[str | int | date | None]:
    """The example row; its first cell begins with `#`."""
    values = texts_of(__package__, _DATA)["example"][kind.value] | {"inss": EXAMPLE_INSS}
    cells = [
        _in_words(column, values.get(column.name), language) for column in template_columns(kind)
    ]
    return [f"{MARK} {cells[0]}", *cells[1:]]


def heading(column: Column, language: Language) -> str:
    """What stands above a column: its name, in French and Dutch the label of its zone.

    >>> columns = {column.name: column for column in template_columns(FormKind.TRAININGS)}
    >>> [heading(columns["hours"], language) for language in Language]
    ['hours', 'Heures', 'Uren']
    """
    if language is Language.EN:
        return column.name
    if column.name in FRIENDLY:
        return str(texts_of(__package__, _DATA)["headings"][column.name][language])
    return catalogue.zone_label(column.zone.label).text(language)


def choices(column: Column, language: Language) -> list[str]:
    """What the drop-down list of a coded column offers: `1 - passed`."""
    index = list(Language).index(language)
    return [f"{code} - {texts[index]}" for code, texts in column.zone.codes.items()]


def note(column: Column, language: Language) -> str:
    """What the heading's note says about a column."""
    if column.name in FRIENDLY:
        return says(f"template-{column.name}", {}).text(language)
    mandatory = column.name in KEY_COLUMNS or column.zone.presence is Presence.MANDATORY
    key = "template-mandatory" if mandatory else "template-optional"
    return says(key, {"zone": f"@{column.zone.label}"}).text(language)


def _in_words(
    column: Column, value: str | int | date | None, language: Language
) -> str | int | date | None:
    if value is None or not column.zone.codes:
        return value
    return next(
        text for text in choices(column, language) if text.partition(" - ")[0] == str(value)
    )


def _csv(kind: FormKind, language: Language) -> bytes:
    headings = (heading(column, language) for column in template_columns(kind))
    return csv_bytes([headings, example(kind, language)])
