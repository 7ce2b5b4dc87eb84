"""A user's own sector table (`--sectors`), with the columns of `sectors.csv`, in any table format.

A file with the columns of version 0.1.0 (`year` instead of `from` and `to`) is read too.
"""

from __future__ import annotations

from pathlib import Path

from fla_batch.rights.committees import is_committee
from fla_batch.rights.input_tables import read_table
from fla_batch.rights.right_findings import finding
from fla_batch.rights.sector import COLUMNS, LAW, SectorFact, sector_fact
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly, Source, blocking

_YEAR = "year"
_NAMES = ("joint_committee", "from")


def read_own_sectors(path: Path) -> tuple[list[SectorFact], list[Anomaly]]:
    """The facts, and a finding for each row that cannot be read. Raises InputUnreadable."""
    facts: list[SectorFact] = []
    anomalies: list[Anomaly] = []
    for chunk in read_table(path, (*COLUMNS, _YEAR)):
        frame = chunk.values
        anomalies = (anomalies or _column_findings(frame.columns, path.name)) + chunk.anomalies
        if blocking(anomalies) and not facts:
            return [], anomalies
        for cells in frame.iter_rows(named=True):
            try:
                fact = sector_fact(cells, path.name, cells[ROW])
            except (ValueError, ZeroDivisionError):
                anomalies.append(_finding(cells, path.name))
                continue
            if fact.joint_committee == LAW or is_committee(fact.joint_committee):
                facts.append(fact)
            else:
                anomalies.append(_finding(cells, path.name))
    return facts, anomalies


def _column_findings(names: list[str], file: str) -> list[Anomaly]:
    required = ("joint_committee", _YEAR) if _YEAR in names else _NAMES
    missing = [name for name in required if name not in names]
    unknown = [name for name in names if name not in (*COLUMNS, _YEAR, ROW)]
    return [
        finding(rule, "Column", source=Source(file, 1, name), parts={"column": name})
        for rule, found in (("missing-column", missing), ("unknown-column", unknown))
        for name in found
    ]


def _finding(cells: dict[str, object], file: str) -> Anomaly:
    row = cells[ROW]
    given = (str(cells[name] or "") for name in (_YEAR, *COLUMNS) if name in cells)
    source = Source(file, row if isinstance(row, int) else None, "joint_committee")
    return finding("not-a-sector-row", "JointCommissionNbr", value=";".join(given), source=source)
