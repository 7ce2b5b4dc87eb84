"""A x B x C as one would first write it: row by row, with dates and fractions, all in memory.

It knows what the benchmark's files hold (ordinary workers, one Dimona period each, one size from
one reference quarter) and nothing more; for those it writes the same file as `rights compute`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from fla_batch.rights.factor import factor_a
from fla_batch.rights.law import law_of
from fla_batch.rights.output import CSV_COLUMNS
from fla_batch.rights.right import decimal_text, hours_centi, hours_of, hours_text, plain_text
from fla_batch.rights.sector import sector_table

_REFERENCE = "2023Q3"
_YEAR = 2024
Row = dict[str, str]


def compute_plainly(folder: Path, output: Path) -> None:
    """Read both files row by row, then each worker in turn."""
    lines: dict[tuple[str, str], list[Row]] = defaultdict(list)
    with (folder / "dmfa.csv").open() as file:
        for row in csv.DictReader(file, delimiter=";"):
            lines[row["INSS"], row["CompanyID"]].append(row)
    with (folder / "dimona.csv").open() as file:
        periods = {
            (row["INSS"], row["CompanyID"]): row for row in csv.DictReader(file, delimiter=";")
        }
    sizes: dict[str, Fraction] = defaultdict(Fraction)
    for (_, company), own in lines.items():
        sizes[company] += _fte(own)
    with output.open("w", newline="") as file:
        table = csv.writer(file, delimiter=";", lineterminator="\n")
        table.writerow(CSV_COLUMNS)
        for (inss, company), period in sorted(periods.items()):
            own = lines[inss, company]
            committee, regime = own[-1]["JointCommissionNbr"], int(own[-1]["RefMeanWorkingHours"])
            bc = _bc(own, period)
            a = factor_a(law_of(_YEAR), sector_table(), sizes[company], committee).days or Fraction(
                0
            )
            hours = hours_of(a * bc, regime)
            table.writerow(
                (
                    company,
                    inss,
                    _YEAR,
                    committee,
                    plain_text(sizes[company]),
                    plain_text(a),
                    decimal_text(bc, 6),
                    decimal_text(a * bc, 6),
                    hours_centi(hours),
                    hours_text(hours),
                )
            )


def _quarter(text: str) -> tuple[date, date]:
    first = date(int(text[:4]), int(text[5]) * 3 - 2, 1)
    following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, following - timedelta(1)


def _days(line: Row) -> tuple[date, date, Fraction]:
    """First and last day in the quarter, and the rate."""
    first, last = _quarter(line["Quarter"])
    start = max(first, date.fromisoformat(line["OccupationStartingDate"]))
    ended = line["OccupationEndingDate"]
    end = min(last, date.fromisoformat(ended)) if ended else last
    return start, end, Fraction(int(line["MeanWorkingHours"]), int(line["RefMeanWorkingHours"]))


def _fte(lines: list[Row]) -> Fraction:
    first, last = _quarter(_REFERENCE)
    total = Fraction(0)
    for line in lines:
        if line["Quarter"] == _REFERENCE:
            start, end, rate = _days(line)
            total += ((end - start).days + 1) * rate
    return min(Fraction(1), total / ((last - first).days + 1))


def _bc(lines: list[Row], period: Row) -> Fraction:
    out = period["EndingDate"]
    last = date.fromisoformat(out) if out else date.max
    known = [_days(line) for line in lines]
    declared_until = max(end for _, end, _ in known)
    total = Fraction(0)
    for month in range(1, 13):
        first = date(_YEAR, month, 1)
        month_end = date(_YEAR + month // 12, month % 12 + 1, 1) - timedelta(1)
        if first > declared_until:
            rate = sum((r for s, e, r in known if s <= declared_until <= e), Fraction(0))
            total += min(Fraction(1), rate) if last >= first else 0
            continue
        weighted, employed = Fraction(0), 0
        for start, end, rate in known:
            days = (min(end, month_end) - max(start, first)).days + 1
            if days > 0:
                weighted += days * rate
                employed += days
        total += weighted / employed if employed else 0
    return total / 12
