"""DmfA occupation lines from tables and from the declaration XML, as values.

Columns of the result, in the order of `VALUES`: worker and employer, then the fields of
`history.Line`. Lines that the rights document excludes (3.1) are dropped before anything else
about them is checked. Hours are hundredths of an hour, S from 1000 to 6000, Q from 0 to 6000.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.rights.dmfa_checks import dmfa_checks
from fla_batch.rights.dmfa_xml import read_dmfa_xml
from fla_batch.rights.input_columns import (
    apply_checks,
    as_day,
    as_number,
    as_quarter,
    identifier_remarks,
    our_columns,
    with_identifiers,
)
from fla_batch.rights.input_tables import Chunk, read_table
from fla_batch.rights.law import Law
from fla_batch.rights.occupation import Kind, Line
from fla_batch.rights.quarters import quarter_end, quarter_start
from fla_batch.vocabulary.findings import blocking

if TYPE_CHECKING:
    import polars as pl

REQUIRED = (
    "INSS",
    "Quarter",
    "EmployerClass",
    "WorkerCode",
    "OccupationStartingDate",
    "JointCommissionNbr",
    "RefMeanWorkingHours",
    "MeanWorkingHours",
)
OPTIONAL = (
    "CompanyID",
    "NOSSRegistrationNbr",
    "OccupationEndingDate",
    "ContractType",
    "ServiceNbrHours",
)
VALUES = ("inss", "company", "noss", *Line._fields)


def read_dmfa(path: Path, law: Law) -> Iterator[Chunk]:
    """The lines of a file, chunk by chunk. Raises InputUnreadable."""
    for number, read in enumerate(_chunks(path, law)):
        ours, anomalies = our_columns(read.values, REQUIRED, OPTIONAL, path.name)
        if blocking(anomalies):
            yield Chunk(no_values(), anomalies)
            return
        chunk = dmfa_values(ours, law, path.name)
        found = (anomalies if number == 0 else []) + read.anomalies + chunk.anomalies
        yield Chunk(chunk.values, found)


def _chunks(path: Path, law: Law) -> Iterator[Chunk]:
    if path.suffix.lower() == ".xml":
        return (Chunk(frame, []) for frame in read_dmfa_xml(path, law))
    return read_table(path, (*REQUIRED, *OPTIONAL))


def no_values() -> pl.DataFrame:
    """A frame without rows, in the types of the result."""
    import polars as pl

    text = dict.fromkeys(("inss", "company", "noss", "joint_committee"), pl.String)
    return pl.DataFrame(
        schema={
            name: text.get(name, pl.Boolean if name == "agency" else pl.Int32) for name in VALUES
        }
    )


def dmfa_values(frame: pl.DataFrame, law: Law, file: str) -> Chunk:
    """Lines as values, with every finding on them."""
    import polars as pl

    typed = with_identifiers(frame).with_columns(
        as_quarter(frame, "Quarter").alias("quarter"),
        as_number(frame, "EmployerClass").alias("employer_class"),
        as_number(frame, "WorkerCode").alias("worker_code"),
        as_day(frame, "OccupationStartingDate").alias("begins"),
        as_day(frame, "OccupationEndingDate").alias("ends"),
        as_number(frame, "RefMeanWorkingHours").alias("s"),
        as_number(frame, "MeanWorkingHours").alias("q"),
        as_number(frame, "ServiceNbrHours").alias("hours_centi"),
        as_number(frame, "ContractType").alias("contract"),
        pl.col("JointCommissionNbr").str.replace(r"\.0$", "").alias("joint_committee"),
    )
    included = typed.filter(~_excluded(law).fill_null(value=False)).with_columns(_kind(law))
    dated = _within_quarter(included)
    chunk = apply_checks(dated, dmfa_checks(), file)
    remarks = identifier_remarks(included, file)
    return Chunk(_line_values(chunk.values, law), remarks + chunk.anomalies)


def _excluded(law: Law) -> pl.Expr:
    import polars as pl

    code = pl.col("worker_code")
    ranges = [code.is_between(low, high) for low, high in law.excluded_worker_codes]
    return pl.any_horizontal(
        *ranges, pl.col("employer_class").is_in(list(law.excluded_employer_classes))
    )


def _kind(law: Law) -> pl.Expr:
    import polars as pl

    code = pl.col("worker_code")
    return (
        pl.when(code.is_in(list(law.student_codes)))
        .then(int(Kind.STUDENT))
        .when(code.is_in(list(law.flexi_codes)))
        .then(int(Kind.FLEXI))
        .otherwise(int(Kind.ORDINARY))
        .alias("kind")
    )


def _within_quarter(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `start` and `end`: the line's days in its quarter. A student may have no dates."""
    import polars as pl

    quarters = frame["quarter"].unique().drop_nulls().to_list()
    first = pl.col("quarter").replace_strict(
        {each: quarter_start(each) for each in quarters}, default=None, return_dtype=pl.Int32
    )
    last = pl.col("quarter").replace_strict(
        {each: quarter_end(each) for each in quarters}, default=None, return_dtype=pl.Int32
    )
    undated = (pl.col("kind") == Kind.STUDENT) & pl.col("begins").is_null()
    begins = pl.when(undated).then(first).otherwise(pl.col("begins"))
    return frame.with_columns(
        begins.alias("begins"),
        pl.max_horizontal(begins, first).alias("start"),
        pl.min_horizontal(pl.col("ends").fill_null(last), last).alias("end"),
    )


def _line_values(frame: pl.DataFrame, law: Law) -> pl.DataFrame:
    """The columns of `VALUES`: rate as mean / ref, regime 0 where the line does not say it."""
    import polars as pl

    s, q = pl.col("s"), pl.col("q")
    rated = pl.col("kind") == Kind.ORDINARY
    known = rated & s.is_not_null()
    full_time = rated & q.is_null()
    committee = pl.col("joint_committee")
    agency = pl.col("employer_class").is_in(list(law.agency_classes)) | committee.is_in(
        list(law.agency_committees)
    )
    student = pl.col("kind") == Kind.STUDENT
    lines = frame.filter(pl.col("start") <= pl.col("end")).select(
        "inss",
        "company",
        "noss",
        "begins",
        "quarter",
        "start",
        "end",
        committee.fill_null("").alias("joint_committee"),
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
        "kind",
        agency.fill_null(value=False).alias("agency"),
    )
    return lines.cast(no_values().schema)
