"""A small table of the user's, row by row, by the names of its columns. For lists of people.

Headings are compared without case, accents, blanks and signs; columns of other names are passed
over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fla_batch.tables.codes import bare_words
from fla_batch.tables.odd_cells import content_of
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import ROW, TableBroken
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.words import texts_of


def headings_of(part: str) -> dict[str, list[str]]:
    """What people write above INSS and CompanyID, and above the columns of `list_headings.toml`
    in `part`.
    """
    known = texts_of(__package__, "list_headings.toml")
    return {"CompanyID": known["CompanyID"], "INSS": known["INSS"], **known[part]}


def filled_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a plain list that say something, with their numbers: no blanks, no comments."""
    for row, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield row, line


class NamedRow(NamedTuple):
    """One row: its number as the user's program shows it, and its cells by our names."""

    row: int
    cells: dict[str, str]


def named_rows(path: Path, names: Mapping[str, Sequence[str]]) -> Iterator[NamedRow]:
    """The rows of a table (CSV, Excel, ODS, Parquet) that say something in the columns of `names`.

    `names` gives each of our names the headings that mean it. Raises InputUnreadable for what is no
    table, and for one without any of those columns.
    """
    meant = {bare_words(word): ours for ours, words in names.items() for word in (ours, *words)}
    table = open_table(path, lambda heading: bare_words(heading) in meant)
    if isinstance(table, Anomaly):
        said = table.label.changed(lambda text, _: f"{path.name}: {text}")
        raise InputUnreadable(said, file=path.name, hint=table.advice)
    columns = {
        place: meant[bare_words(heading)]
        for place, heading in enumerate(table.headings)
        if bare_words(heading) in meant
    }
    if not columns:
        raise InputUnreadable(
            f"{path.name} has none of the columns {', '.join(names)}",
            file=path.name,
            row=table.heading_row or None,
        )
    try:
        for frame in table.batches(list(columns)):
            for each in frame.iter_rows(named=True):
                cells = {
                    ours: content_of(each[str(place)] or "") for place, ours in columns.items()
                }
                if any(cells.values()):
                    yield NamedRow(each[ROW], cells)
    except TableBroken as broken:
        raise InputUnreadable(
            f"{path.name}: {broken.reason}", file=path.name, row=broken.row
        ) from broken
