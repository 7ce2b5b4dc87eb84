"""DmfA occupation lines from tables and from the declaration XML, as values.

Columns of the result, in the order of `VALUES`: worker and employer, the fields of
`occupation.Line`, then what tells a line from another one: its codes, its number, its place and
its form. Lines that the rights document excludes (3.1) keep their worker, employer and quarter
and nothing else about them is checked. Hours are hundredths of an hour, S from 1000 to 6000, Q
from 0 to 6000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from fla_batch.rights.committees import compact_committee
from fla_batch.rights.dmfa_checks import dmfa_checks, whole_hours_finding
from fla_batch.rights.dmfa_xml import FORM_COLUMNS, read_dmfa_xml
from fla_batch.rights.hours_columns import HoursUnit, in_hundredths, unit_finding, unit_of
from fla_batch.rights.input_columns import (
    apply_checks,
    as_contract,
    as_day,
    as_number,
    as_quarter,
    identifier_remarks,
    value_chunks,
    with_identifiers,
)
from fla_batch.rights.input_headings import (
    AS_THEY_ARE,
    EMPLOYER_COLUMNS,
    InputColumns,
    RightsReading,
)
from fla_batch.rights.input_tables import (
    Chunk,
    InputTable,
    PlacedChunks,
    changed_texts,
    open_input,
)
from fla_batch.rights.law import DatedCode, Law
from fla_batch.rights.occupation import Kind, Line
from fla_batch.rights.quarters import quarter_end, quarter_start
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import blocking
from fla_batch.vocabulary.input_origin import InputSheet

DMFA_COLUMNS = InputColumns(
    required=(
        "INSS",
        "Quarter",
        "EmployerClass",
        "WorkerCode",
        "OccupationStartingDate",
        "JointCommissionNbr",
        "RefMeanWorkingHours",
        "MeanWorkingHours",
    ),
    optional=(
        "CompanyID",
        "NOSSRegistrationNbr",
        "OccupationEndingDate",
        "ContractType",
        "ServiceNbrHours",
        "OccupationNbr",
    ),
    heads=frozenset(
        {
            *EMPLOYER_COLUMNS,
            *("INSS", "Quarter", "EmployerClass", "WorkerCode", "JointCommissionNbr"),
        }
    ),
    amounts=frozenset({"RefMeanWorkingHours", "MeanWorkingHours", "ServiceNbrHours"}),
)
_OF_WORKER = ("inss", "company", "noss")
_OF_FORM = ("form", "created", "is_update")
_OF_PLACE = ("employer_class", "worker_code", "occupation", "undated", ROW, *_OF_FORM)
VALUES = (*_OF_WORKER, *Line._fields, *_OF_PLACE)
_TEXTS = {*_OF_WORKER, "joint_committee", "occupation"}
_FLAGS = {"agency", "undated", "is_update"}


def read_dmfa(path: Path, law: Law, how: RightsReading = AS_THEY_ARE) -> PlacedChunks:
    """The lines of a file, chunk by chunk. Raises InputUnreadable, also as they are read."""
    if path.suffix.lower() == ".xml":
        place = InputSheet(path.name)
        frames = read_dmfa_xml(path, law)
        return PlacedChunks(place, (dmfa_values(frame, law, place) for frame in frames))
    table = open_input(path, DMFA_COLUMNS, how)
    return PlacedChunks(table.place, _table_chunks(table, law))


def _table_chunks(table: InputTable, law: Law) -> Iterator[Chunk]:
    unit = unit_of(table)
    said = [unit_finding(table)] if unit is HoursUnit.UNSAID else []
    if found := [*table.remarks, *said]:
        yield Chunk(no_values(), found)
    if blocking(found):
        return
    form = [pl.lit(value).alias(name) for name, value in FORM_COLUMNS.items()]
    in_words = table.layout.in_words

    def values(frame: pl.DataFrame) -> Chunk:
        ours = in_hundredths(frame, in_words, unit).with_columns(form)
        return dmfa_values(ours, law, table.place)

    hours: list[pl.Series] = []
    for chunk in value_chunks(table, DMFA_COLUMNS, values):
        hours.append(chunk.values.filter(_by_hours())["hours_centi"].unique())
        yield chunk
    if "ServiceNbrHours" not in in_words:
        yield Chunk(no_values(), whole_hours_finding(pl.concat(hours).unique(), table.place))


def no_values() -> pl.DataFrame:
    """A frame without rows, in the types of the result."""
    types: dict[str, pl.DataType] = {name: pl.Int32() for name in VALUES}
    types |= {"created": pl.Int64(), ROW: pl.UInt32()}
    types |= {**dict.fromkeys(_TEXTS, pl.String()), **dict.fromkeys(_FLAGS, pl.Boolean())}
    return pl.DataFrame(schema={name: types[name] for name in VALUES})


def dmfa_values(frame: pl.DataFrame, law: Law, place: InputSheet) -> Chunk:
    """Lines as values, with every finding on them."""
    typed = with_identifiers(frame).with_columns(
        as_quarter(frame, "Quarter").alias("quarter"),
        as_number(frame, "EmployerClass").alias("employer_class"),
        as_number(frame, "WorkerCode").alias("worker_code"),
        as_day(frame, "OccupationStartingDate").alias("begins"),
        as_day(frame, "OccupationEndingDate").alias("ends"),
        as_number(frame, "RefMeanWorkingHours").alias("s"),
        as_number(frame, "MeanWorkingHours").alias("q"),
        as_number(frame, "ServiceNbrHours").alias("hours_centi"),
        as_contract(frame, "ContractType").alias("contract"),
        changed_texts(frame, "JointCommissionNbr", compact_committee).alias("joint_committee"),
        pl.col("OccupationNbr").alias("occupation"),
    )
    sorted_out = typed.with_columns(_kind(law))
    counted = pl.col("kind") <= int(Kind.STUDENT)
    dated = _within_quarter(sorted_out.filter(counted))
    chunk = apply_checks(dated, dmfa_checks(), place)
    lines = _line_values(chunk.values, law)
    beside = _bare_values(sorted_out.filter(~counted))
    values = pl.concat([lines, beside]) if beside.height else lines
    remarks = identifier_remarks(sorted_out.filter(counted), place)
    return Chunk(values, remarks + chunk.anomalies, chunk.refused)


def _kind(law: Law) -> pl.Expr:
    """How each line counts; a removal stays one, an excluded code comes before all others."""
    code = pl.col("worker_code")
    excluded = [code.is_between(low, high) for low, high in law.excluded_worker_codes]
    excluded.append(pl.col("employer_class").is_in(list(law.excluded_employer_classes)))
    return (
        pl.when(pl.col("removes"))
        .then(int(Kind.REMOVAL))
        .when(pl.any_horizontal(excluded).fill_null(value=False))
        .then(int(Kind.EXCLUDED))
        .when(_has_code("worker_code", law.student_codes))
        .then(int(Kind.STUDENT))
        .when(_has_code("worker_code", law.flexi_codes))
        .then(int(Kind.FLEXI))
        .otherwise(int(Kind.ORDINARY))
        .alias("kind")
    )


def _has_code(column: str, codes: tuple[DatedCode, ...]) -> pl.Expr:
    """True where the line's code is one of these in the line's quarter."""
    quarter = pl.col("quarter")
    return pl.any_horizontal(
        (pl.col(column) == each.code) & quarter.is_between(each.first, each.last) for each in codes
    ).fill_null(value=False)


def _by_hours() -> pl.Expr:
    return pl.col("kind").is_in([int(Kind.FLEXI), int(Kind.STUDENT)])


def _within_quarter(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `start` and `end`: the line's days in its quarter. Who counts hours needs no dates."""
    first, last = (_day_of_quarter(frame, bound) for bound in (quarter_start, quarter_end))
    undated = _by_hours() & pl.col("OccupationStartingDate").is_null()
    begins = pl.when(undated).then(first).otherwise(pl.col("begins"))
    return frame.with_columns(
        undated.alias("undated"),
        begins.alias("begins"),
        pl.max_horizontal(begins, first).alias("start"),
        pl.min_horizontal(pl.col("ends").fill_null(last), last).alias("end"),
    )


def _day_of_quarter(frame: pl.DataFrame, bound: Callable[[int], int]) -> pl.Expr:
    quarters = frame["quarter"].unique().drop_nulls().to_list()
    return pl.col("quarter").replace_strict(
        {each: bound(each) for each in quarters}, default=None, return_dtype=pl.Int32
    )


def _line_values(frame: pl.DataFrame, law: Law) -> pl.DataFrame:
    """The columns of `VALUES`: rate as mean / ref, regime 0 where the line does not say it."""
    s, q = pl.col("s"), pl.col("q")
    rated = pl.col("kind") == Kind.ORDINARY
    known = rated & s.is_not_null()
    full_time = rated & q.is_null()
    committee = pl.col("joint_committee")
    agency = _has_code("employer_class", law.agency_classes) | committee.is_in(
        list(law.agency_committees)
    )
    student = pl.col("kind") == Kind.STUDENT
    lines = frame.filter(pl.col("start") <= pl.col("end")).with_columns(
        committee.fill_null(""),
        pl.when(known)
        .then(pl.min_horizontal(q.fill_null(s), s))
        .otherwise(full_time.cast(pl.Int64))
        .alias("mean"),
        pl.when(known).then(s).otherwise(1).alias("ref"),
        pl.when(student)
        .then(law.student_reference_centi)
        .otherwise(s.fill_null(0))
        .alias("regime_centi"),
        pl.col("hours_centi").fill_null(0),
        agency.fill_null(value=False).alias("agency"),
    )
    return lines.select(VALUES).cast(no_values().schema)


def _bare_values(frame: pl.DataFrame) -> pl.DataFrame:
    """Excluded lines and removals whose worker, employer and quarter can be read."""
    named = pl.col("inss_ok") & (pl.col("company_ok") | pl.col("noss").is_not_null())
    usable = frame.filter(named.fill_null(value=False) & pl.col("quarter").is_not_null())
    first, last = (_day_of_quarter(usable, bound) for bound in (quarter_start, quarter_end))
    zeros = ("mean", "regime_centi", "hours_centi")
    return (
        usable.with_columns(
            first.alias("begins"),
            first.alias("start"),
            last.alias("end"),
            *(pl.lit(0).alias(name) for name in zeros),
            pl.lit(1).alias("ref"),
            pl.lit(value=False).alias("agency"),
            pl.lit(value=False).alias("undated"),
            pl.col("joint_committee").fill_null(""),
        )
        .select(VALUES)
        .cast(no_values().schema)
    )
