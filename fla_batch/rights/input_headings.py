"""The columns of DmfA and Dimona tables, and what people write above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fla_batch.rights.right_findings import finding
from fla_batch.tables.codes import bare_words
from fla_batch.tables.column_mapping import NO_MAPPING, ColumnMapping
from fla_batch.tables.heading_matching import KnownHeadings
from fla_batch.tables.sheet_remarks import columns_twice, ignored_column
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputSheet
from fla_batch.vocabulary.words import texts_of

EMPLOYER_COLUMNS = ("CompanyID", "NOSSRegistrationNbr")
IN_HUNDREDTHS = "ServiceNbrHours"
"""A mapping to it says that it is in hundredths; S and Q tell themselves (decision 1512)."""
STOPPING = frozenset({"missing-column", "unknown-column", "column-twice", "hours-or-hundredths"})
"""Rules on headings that keep the whole file from counting."""


@dataclass(frozen=True, slots=True)
class RightsReading:
    """What the user says of the tables: sheets and the row of the headings, and a mapping.

    Of several sheets each workbook is read at the first that it has with headings of its kind.
    What is not said is found.
    """

    sheets: Sequence[str] = ()
    header_row: int | None = None
    mapping: ColumnMapping = NO_MAPPING


AS_THEY_ARE = RightsReading()


@dataclass(frozen=True)
class InputColumns:
    """The columns of one kind of table by their exact names.

    `heads` say whose a row is, and stand in all rows over which they are merged (decision 1514);
    `amounts` are those that a row of totals may sum up.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.required, *self.optional)

    @property
    def headings(self) -> KnownHeadings[str]:
        """What is written above them."""
        return _known(self.names)

    def knows(self, text: str, mapping: ColumnMapping) -> bool:
        """True for the heading of one of them, the user's own word too."""
        return self.headings.is_heading(text) or mapping.knows(text)

    def column(self, heading: str, mapping: ColumnMapping) -> str | None:
        """The column that a heading means, by the user's word or ours."""
        name = mapping.meant(heading, self.headings.meant)
        return name if name in self.names else None


@dataclass(frozen=True, slots=True)
class InputLayout:
    """Where the columns of a table are, and what there is to say of its headings.

    `columns` has the names by position, `constants` what the user gives for all rows; `in_words`
    are those that stand under words of people and not under their exact name, so that their
    hours may be hours.
    """

    columns: Mapping[int, str]
    constants: Mapping[str, str]
    sheet: InputSheet
    in_words: frozenset[str]
    remarks: Sequence[Anomaly]


def input_layout(
    texts: Sequence[str], place: InputSheet, row: int | None, ours: InputColumns, how: RightsReading
) -> InputLayout:
    """The layout of a table with those headings, which stand in `row` of `place`."""
    filled = {i: text.strip() for i, text in enumerate(texts) if text.strip()}
    columns = {
        i: name
        for i, text in filled.items()
        if (name := ours.column(text, how.mapping)) is not None
    }
    written = {name: filled[i] for i, name in reversed(list(columns.items()))}
    sheet = place._replace(headings=tuple(written.items()))
    others = [
        text
        for i, text in filled.items()
        if i not in columns and bare_words(text) not in how.mapping.ignore
    ]
    in_words = {
        name
        for name, text in written.items()
        if not ours.headings.is_exact(text)
        and (name != IN_HUNDREDTHS or not how.mapping.knows(text))
    }
    constants = {name: text for name, text in how.mapping.constants.items() if name in ours.names}
    given = {*columns.values(), *constants}
    remarks = [
        *columns_twice(columns, filled, sheet.at(row)),
        *_others(others, given, ours, sheet, row),
        *_missing({*given, *map(ours.headings.almost, others)}, ours, sheet, row),
    ]
    return InputLayout(columns, constants, sheet, frozenset(in_words), remarks)


def _others(
    others: Sequence[str], given: set[str], ours: InputColumns, sheet: InputSheet, row: int | None
) -> Iterator[Anomaly]:
    """Headings that mean no column: misspelled ones stop the file, others are left out."""
    for text in others:
        near = ours.headings.almost(text)
        if near is not None and near not in given:
            told, place = {"column": text, "nearest": near}, sheet.at(row, text)
            yield finding("unknown-column", "Column", value=text, source=place, parts=told)
        else:
            yield ignored_column(text, sheet.at(row))


def _missing(
    there: set[str | None], ours: InputColumns, sheet: InputSheet, row: int | None
) -> Iterator[Anomaly]:
    """Columns without which nothing can be computed; of the employer's two, one suffices."""
    absent = [name for name in ours.required if name not in there]
    if set(EMPLOYER_COLUMNS) <= set(ours.names) and not there & set(EMPLOYER_COLUMNS):
        absent.insert(0, EMPLOYER_COLUMNS[0])
    for name in absent:
        told, place = {"column": name}, sheet.at(row, name)
        yield finding("missing-column", "Column", source=place, parts=told)


@cache
def _known(names: tuple[str, ...]) -> KnownHeadings[str]:
    known = texts_of(__package__, "headings.toml")
    synonyms = [(text, name) for name in names for text in known.get(name, ())]
    return KnownHeadings({name: name for name in names}, [], synonyms)
