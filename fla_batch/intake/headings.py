"""Which column of a file is which: the headings, matched with the known names.

A heading that nearly is a known one stops the file: a misspelled column would lose its values,
and the photo that is sent would erase them on the platform. One that resembles none is another's
column: it is left out, and the user is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pydantic import BaseModel

from fla_batch.intake.heading_words import KINDS, almost, column_for, is_heading
from fla_batch.intake.zone_columns import KEY_COLUMNS, Column, column_named, columns_of
from fla_batch.models.zone import Presence, ZoneType
from fla_batch.tables.codes import bare_words
from fla_batch.tables.column_mapping import NO_MAPPING, ColumnMapping
from fla_batch.tables.column_reading import ReadCell
from fla_batch.tables.date_notations import any_date_1904
from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.sheet_remarks import columns_twice, ignored_column
from fla_batch.tables.table import Knows
from fla_batch.tables.values import Mistake, Tolerated, Value
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.input_origin import InputSheet
from fla_batch.vocabulary.nearest import nearest
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

# They can be left out, since they follow from the periods, or are given.
_DERIVED = frozenset({"trainingSequenceNbr", "trainingFirstStartDate", "trainingLastEndDate"})
_AMOUNTS = Labels("Hours or Days", "Heures ou Jours (hours, days)", "Uren of Dagen (hours, days)")
_PROVIDER = frozenset({"providerTrainingId", "trainingProviderCompanyId"})


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The kind of table, its columns by position and by block, and the headings as written.

    `constants` are texts for columns that the user gives a value for all rows: those at positions
    beyond the headings are not in the file. `ignored` are the headings that are not read, and
    `remarks` what there is to say of all; `sheet` is where they stand. `absent` are the zones,
    by their blocks, whose column is missing although it is mandatory.
    """

    kind: FormKind
    columns: Mapping[int, Column]
    headings: Mapping[str, str]
    by_model: Mapping[type[BaseModel], Sequence[Column]]
    constants: Mapping[int, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()
    remarks: Sequence[Anomaly] = ()
    sheet: str | None = None
    absent: Mapping[type[BaseModel], Sequence[str]] = field(default_factory=dict)

    def input_sheet(self, file: str) -> InputSheet:
        """What all values of the table have in common, in a `file` of that name."""
        return InputSheet(file, self.sheet, tuple(self.headings.items()))


def knows(mapping: ColumnMapping) -> Knows:
    """Tells headings from other texts, those of the user's mapping too."""

    def is_known(text: str) -> bool:
        return is_heading(text) or mapping.knows(text)

    return is_known


def layout_of(
    headings: Sequence[str],
    source: Source,
    mapping: ColumnMapping = NO_MAPPING,
    *,
    from_1904: bool = False,
    extras: Sequence[str] = (),
) -> TableLayout | list[Anomaly]:
    """The layout, or everything that is wrong with the headings.

    A layout in which columns are missing or misspelled is one to check the others by: its remarks
    say so, and block.
    `extras` are the names of the zones that only the XSD of the profile knows.
    """
    filled = {i: heading for i, heading in enumerate(headings) if heading.strip()}
    names = {
        i: name
        for i, text in filled.items()
        if (name := column_name(text, mapping, extras)) is not None
    }
    others = {
        i: text
        for i, text in filled.items()
        if i not in names and bare_words(text) not in mapping.ignore
    }
    given = {*names.values(), *mapping.constants}
    kind = _kind(given)
    if kind is None:
        return [*_misspelled(others, given, source), _unclear_kind(given, source)]
    foreign = {i: filled[i] for i, name in names.items() if not _is_of(kind, name)}
    names = {i: name for i, name in names.items() if i not in foreign}
    given = {name for name in given if _is_of(kind, name)}
    misspelled = list(_misspelled(others, given, source))
    wrong = {each.source.column or "" for each in misspelled}
    missing = list(_missing(kind, given | {almost(text) or "" for text in wrong}, source))
    stopping = [
        *_misspelled_extras(others, given, source, extras),
        *columns_twice(names, filled, source),
    ]
    if stopping or not given.issuperset(KEY_COLUMNS):
        return [*misspelled, *stopping, *missing]
    others = {i: text for i, text in others.items() if text.strip() not in wrong} | foreign
    layout = _layout(kind, headings, names, others, source, mapping, from_1904=from_1904)
    remarks = [*misspelled, *missing, *layout.remarks]
    return replace(layout, absent=_absent(kind, given), remarks=remarks)


def _layout(
    kind: FormKind,
    headings: Sequence[str],
    names: Mapping[int, str],
    others: Mapping[int, str],
    source: Source,
    mapping: ColumnMapping,
    *,
    from_1904: bool,
) -> TableLayout:
    columns: dict[int, Column] = {}
    for i, name in names.items():
        by_heading = column_for(kind, headings[i])
        is_own = by_heading is not None and by_heading.name == name
        columns[i] = by_heading if is_own and by_heading else column_named(kind, name)
    positions = {column.name: i for i, column in columns.items()}
    constants: dict[int, str] = {}
    for name, text in mapping.constants.items():
        position = positions.get(name, len(headings) + len(constants))
        constants[position] = text
        columns.setdefault(position, column_named(kind, name))
    for i, column in columns.items():
        columns[i] = _read_as_told(column, mapping, from_1904=from_1904)
    by_model: dict[type[BaseModel], list[Column]] = {}
    for column in columns.values():
        by_model.setdefault(column.model, []).append(column)
    written = {name: headings[i] for i, name in names.items()}
    ignored = [text.strip() for text in others.values()]
    remarks = [ignored_column(text, source) for text in ignored]
    return TableLayout(kind, columns, written, by_model, constants, ignored, remarks, source.sheet)


def _read_as_told(column: Column, mapping: ColumnMapping, *, from_1904: bool) -> Column:
    if from_1904 and column.zone.type is ZoneType.DATE:
        column = replace(column, read=any_date_1904)
    words = mapping.values.get(column.name)
    return column if words is None else replace(column, read=partial(_by_words, words, column.read))


def _by_words(words: Mapping[str, str], read: ReadCell, text: str) -> Value | Tolerated | Mistake:
    return read(words.get(bare_words(text), text))


def column_name(
    heading: str, mapping: ColumnMapping = NO_MAPPING, extras: Sequence[str] = ()
) -> str | None:
    """The column that a heading means, by the user's word or ours; None when it means none."""

    def ours(text: str) -> str | None:
        found = (column_for(kind, text) for kind in KINDS)
        known = next((column.name for column in found if column is not None), None)
        return known or _extra_names(extras).get(bare_words(text))

    return mapping.meant(heading, ours)


def _extra_names(extras: Sequence[str]) -> dict[str, str]:
    """Bare words of a heading -> `extra.NAME`: the name alone, or with its beginning."""
    both = {bare_words(name): EXTRA_ZONE + name for name in extras}
    return both | {bare_words(EXTRA_ZONE + name): EXTRA_ZONE + name for name in extras}


def _misspelled_extras(
    others: Mapping[int, str], given: set[str], source: Source, extras: Sequence[str]
) -> Iterator[Anomaly]:
    names = _extra_names(extras)
    for name in sorted(given - set(names.values())):
        if name.startswith(EXTRA_ZONE):
            yield _unknown(name, ", ".join(sorted(set(names.values()))) or "-", source)
    for text in others.values():
        near = nearest(bare_words(text), names)
        meant = names[near] if near else None
        unknown = text.strip().lower().startswith(EXTRA_ZONE)
        if unknown or (meant is not None and meant not in given):
            known = meant or ", ".join(EXTRA_ZONE + name for name in extras) or "-"
            yield _unknown(text.strip(), known, Source(source.file, source.row, text.strip()))


def _own_names(kind: FormKind) -> set[str]:
    """Names that only tables of this kind have."""
    others = (set(columns_of(other)) for other in KINDS if other is not kind)
    return set(columns_of(kind)).difference(*others)


def _kind(names: set[str]) -> FormKind | None:
    """The kind whose own columns are there; where both have some, the one whose core is there.

    A joint committee beside trainings is somebody's note; a training beside a right is not.
    """
    kinds = [kind for kind in KINDS if names & _own_names(kind)]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if any(map(_is_core(kind), names))]
    return kinds[0] if len(kinds) == 1 else None


def _is_core(kind: FormKind) -> Callable[[str], bool]:
    own = _own_names(kind)
    if kind is FormKind.TRAININGS:
        return lambda name: name in own and name.startswith("training")
    return lambda name: name == "rightType" or (name in own and _is_amount(name))


def _is_of(kind: FormKind, name: str) -> bool:
    return name in columns_of(kind) or name.startswith(EXTRA_ZONE)


def _absent(kind: FormKind, given: set[str]) -> Mapping[type[BaseModel], Sequence[str]]:
    """Zones whose column is missing, which is said once and not in every row, by their block."""
    absent: dict[type[BaseModel], list[str]] = {}
    amounts = any(map(_is_amount, given))
    for name, column in columns_of(kind).items():
        if (name in _mandatory(kind) or (not amounts and _is_amount(name))) and name not in given:
            absent.setdefault(column.model, []).append(name)
    return absent


def _unclear_kind(names: set[str], source: Source) -> Anomaly:
    trainings, rights = (sorted(names & _own_names(kind)) for kind in KINDS)
    return remark(
        "unclear-kind",
        FILE,
        source,
        parameters={"trainings": ", ".join(trainings[:3]), "rights": ", ".join(rights[:3])},
        text="both-kinds" if trainings and rights else None,
    )


def _misspelled(others: Mapping[int, str], given: set[str], source: Source) -> Iterator[Anomaly]:
    for text in others.values():
        meant = almost(text)
        if meant is not None and meant not in given:
            yield _unknown(text.strip(), meant, replace(source, column=text.strip()))


def _unknown(name: str, near: str, place: Source) -> Anomaly:
    told = {"name": name, "nearest": near}
    return remark("unknown-column", COLUMN, place, parameters=told, value=name)


def _missing(kind: FormKind, names: set[str], source: Source) -> Iterator[Anomaly]:
    for name, column in columns_of(kind).items():
        if name in _mandatory(kind) and name not in names:
            place = replace(source, column=name)
            zone = column.zone.label
            yield remark("missing-column", zone, place, parameters={"name": _in_words(column)})
    amounts = {name for name in columns_of(kind) if _is_amount(name)}
    if not amounts & names:
        place = replace(source, column="hours")
        yield remark("missing-column", COLUMN, place, parameters={"name": _AMOUNTS})


def _in_words(column: Column) -> Labels:
    """A column as people call it, and by its name.

    >>> _in_words(columns_of(FormKind.TRAININGS)["trainingType"]).fr
    'Type de formation (trainingType)'
    """
    label = catalogue.zone_label(column.zone.label)
    return Labels(*(f"{text} ({column.name})" for text in (label.en, label.fr, label.nl)))


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
