"""What a DmfA line must satisfy, as one visible list of checks.

S (RefMeanWorkingHours) lies from 1000 to 6000 and Q (MeanWorkingHours) from 0 to 6000 hundredths
of an hour a week; Q is 0 or at least a tenth of S; hours worked in a quarter are at most 13 weeks
of 60 hours. Whatever breaks these bounds is most often hours where hundredths are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from fla_batch.rights.committees import NUMBER
from fla_batch.rights.contract_type import FULL_TIME
from fla_batch.rights.input_columns import Check, employer_checks, missing, unread
from fla_batch.rights.occupation import Kind
from fla_batch.rights.right_findings import finding
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputSheet

_REFERENCE_RANGE = (1000, 6000)
_MEAN_RANGE = (0, 6000)
_HOURS_RANGE = (0, 13 * 6000)
_SMALLEST_PART = 10  # Q is at least S / 10
_PERHAPS_HOURS = 10_000


def dmfa_checks() -> list[Check]:
    """The checks on a frame that `dmfa.dmfa_values` prepared, in order of column."""
    s, q, hours, kind = (pl.col(name) for name in ("s", "q", "hours_centi", "kind"))
    rated, has_s, has_q = kind == Kind.ORDINARY, s.is_not_null(), q.is_not_null()
    no_s = pl.col("RefMeanWorkingHours").is_null()
    no_q = pl.col("MeanWorkingHours").is_null()
    committee = pl.col("joint_committee")
    full_timer = (pl.col("contract") == FULL_TIME).fill_null(value=False)
    reversed_dates = pl.col("ends") < pl.col("begins")
    return [
        *employer_checks(),
        missing("Quarter"),
        unread("not-a-quarter", "Quarter", "quarter"),
        missing("EmployerClass", "missing-code"),
        unread("not-numeric", "EmployerClass", "employer_class"),
        missing("WorkerCode", "missing-code"),
        unread("not-numeric", "WorkerCode", "worker_code"),
        Check(
            "missing",
            "OccupationStartingDate",
            pl.col("OccupationStartingDate").is_null() & rated,
        ),
        unread("not-a-date", "OccupationStartingDate", "begins"),
        unread("not-a-date", "OccupationEndingDate", "ends"),
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
            ~committee.str.contains(f"^{NUMBER}$"),
        ),
        unread("not-numeric", "RefMeanWorkingHours", "s"),
        _range_check("RefMeanWorkingHours", s, _REFERENCE_RANGE),
        Check(
            "missing-reference",
            "RefMeanWorkingHours",
            no_s & ((rated & (q > 0)) | (kind == Kind.FLEXI)),
        ),
        Check(
            "unknown-regime",
            "RefMeanWorkingHours",
            no_s & no_q & rated & full_timer,
        ),
        unread("unknown-contract", "ContractType", "contract"),
        unread("not-numeric", "MeanWorkingHours", "q"),
        _range_check("MeanWorkingHours", q, _MEAN_RANGE),
        Check("missing-mean", "MeanWorkingHours", no_q & rated & ~full_timer),
        Check(
            "perhaps-hours",
            "MeanWorkingHours",
            rated & (q > 0) & (q * _SMALLEST_PART < s),
        ),
        Check("mean-above-reference", "MeanWorkingHours", rated & has_s & has_q & (q > s)),
        unread("not-numeric", "ServiceNbrHours", "hours_centi"),
        _range_check("ServiceNbrHours", hours, _HOURS_RANGE),
        Check("missing-hours", "ServiceNbrHours", pl.col("ServiceNbrHours").is_null() & ~rated),
    ]


def whole_hours_finding(hours: Iterable[int], place: InputSheet) -> list[Anomaly]:
    """A question when all hours of a table are hundreds below 10,000: 40 h written as 4000?

    >>> [found.rule for found in whole_hours_finding([4000, 7500], InputSheet("a.csv"))]
    ['perhaps-whole-hours']
    >>> whole_hours_finding([4000, 7550], InputSheet("a.csv"))
    []
    """
    stated = [each for each in hours if each]
    if not stated or any(each % 100 or each >= _PERHAPS_HOURS for each in stated):
        return []
    source = place.at(None, "ServiceNbrHours")
    return [finding("perhaps-whole-hours", "ServiceNbrHours", source=source)]


def _range_check(column: str, number: pl.Expr, bounds: tuple[int, int]) -> Check:
    low, high = bounds
    return Check("out-of-range", column, ~number.is_between(low, high), {"low": low, "high": high})
