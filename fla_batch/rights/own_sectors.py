"""A user's own sector table (`--cct`), with the columns of `cct.csv`, in any table format."""

from __future__ import annotations

from pathlib import Path

from fla_batch.rights.input_tables import read_table
from fla_batch.rights.right_findings import finding
from fla_batch.rights.sector import CLASS_COLUMNS, COLUMNS, SectorRow, sector_row
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly, Source, blocking


def read_own_sectors(path: Path) -> tuple[list[SectorRow], list[Anomaly]]:
    """The rows that can be read, and a finding for each that cannot. Raises InputUnreadable."""
    rows: list[SectorRow] = []
    anomalies: list[Anomaly] = []
    for chunk in read_table(path, COLUMNS):
        frame = chunk.values
        anomalies = (anomalies or _column_findings(frame.columns, path.name)) + chunk.anomalies
        if blocking(anomalies) and not rows:
            return [], anomalies
        for cells in frame.iter_rows(named=True):
            try:
                rows.append(sector_row(cells, path.name))
            except ValueError:
                anomalies.append(_finding(cells, path.name))
    return rows, anomalies


def _column_findings(names: list[str], file: str) -> list[Anomaly]:
    required = ("joint_committee", "year", *CLASS_COLUMNS.values())
    missing = [name for name in required if name not in names]
    unknown = [name for name in names if name not in (*COLUMNS, ROW)]
    return [
        finding(rule, "Column", source=Source(file, 1, name), parts={"column": name})
        for rule, found in (("missing-column", missing), ("unknown-column", unknown))
        for name in found
    ]


def _finding(cells: dict[str, object], file: str) -> Anomaly:
    row = cells[ROW]
    shown = ";".join("" if cells.get(name) is None else str(cells[name]) for name in COLUMNS)
    source = Source(file, row if isinstance(row, int) else None, "joint_committee")
    return finding("not-a-sector-row", "JointCommissionNbr", value=shown, source=source)
