"""What a DmfA line must satisfy, as one visible list of checks.

S (RefMeanWorkingHours) lies from 1000 to 6000 and Q (MeanWorkingHours) from 0 to 6000 hundredths
of an hour a week; hours worked in a quarter are at most those of 92 whole days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.rights.input_columns import Check, date_checks, employer_checks, number_check
from fla_batch.rights.occupation import Kind

if TYPE_CHECKING:
    import polars as pl

_REFERENCE_RANGE = (1000, 6000)
_MEAN_RANGE = (0, 6000)
_HOURS_RANGE = (0, 220_800)
_FULL_TIME_CONTRACT = 0


def dmfa_checks() -> list[Check]:
    """The checks on a frame that `dmfa.dmfa_values` prepared, in order of column."""
    import polars as pl

    s, q, hours, kind = (pl.col(name) for name in ("s", "q", "hours_centi", "kind"))
    rated, has_s, has_q = kind == Kind.ORDINARY, s.is_not_null(), q.is_not_null()
    no_s = pl.col("RefMeanWorkingHours").is_null()
    no_q = pl.col("MeanWorkingHours").is_null()
    committee = pl.col("joint_committee")
    part_time = pl.col("contract") != _FULL_TIME_CONTRACT
    reversed_dates = pl.col("ends") < pl.col("begins")
    return [
        *employer_checks(),
        Check("missing", "Quarter", pl.col("Quarter").is_null()),
        Check(
            "not-a-quarter",
            "Quarter",
            pl.col("Quarter").is_not_null() & pl.col("quarter").is_null(),
        ),
        Check("missing-code", "EmployerClass", pl.col("EmployerClass").is_null()),
        number_check("EmployerClass", "employer_class"),
        Check("missing-code", "WorkerCode", pl.col("WorkerCode").is_null()),
        number_check("WorkerCode", "worker_code"),
        Check(
            "missing",
            "OccupationStartingDate",
            pl.col("OccupationStartingDate").is_null() & (kind != Kind.STUDENT),
        ),
        *date_checks("OccupationStartingDate", "begins"),
        *date_checks("OccupationEndingDate", "ends"),
        Check("end-before-start", "OccupationEndingDate", reversed_dates),
        Check(
            "outside-quarter",
            "Quarter",
            (pl.col("start") > pl.col("end")) & ~reversed_dates.fill_null(value=False),
        ),
        Check("missing", "JointCommissionNbr", committee.is_null() & (kind != Kind.STUDENT)),
        Check(
            "not-a-committee",
            "JointCommissionNbr",
            ~committee.str.contains(r"^\d{3}(\.\d{2}){0,2}$"),
        ),
        number_check("RefMeanWorkingHours", "s"),
        _range_check("RefMeanWorkingHours", s, _REFERENCE_RANGE),
        Check(
            "missing-reference",
            "RefMeanWorkingHours",
            no_s & ((rated & (q > 0)) | (kind == Kind.FLEXI)),
        ),
        Check(
            "unknown-regime",
            "RefMeanWorkingHours",
            no_s & no_q & rated & ~part_time.fill_null(value=False),
        ),
        number_check("MeanWorkingHours", "q"),
        _range_check("MeanWorkingHours", q, _MEAN_RANGE),
        Check("missing-mean", "MeanWorkingHours", no_q & rated & part_time),
        Check("mean-above-reference", "MeanWorkingHours", rated & has_s & has_q & (q > s)),
        number_check("ServiceNbrHours", "hours_centi"),
        _range_check("ServiceNbrHours", hours, _HOURS_RANGE),
        Check("missing-hours", "ServiceNbrHours", pl.col("ServiceNbrHours").is_null() & ~rated),
    ]


def _range_check(column: str, number: pl.Expr, bounds: tuple[int, int]) -> Check:
    low, high = bounds
    return Check("out-of-range", column, ~number.is_between(low, high), {"low": low, "high": high})
