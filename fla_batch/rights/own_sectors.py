"""A user's own sector table (`--sectors`), with the columns of `sectors.csv`, in any table format.

A file with the columns of version 0.1.0 (`year` instead of `from` and `to`) is read too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fla_batch.rights.input_headings import InputColumns
from fla_batch.rights.input_tables import InputTable, open_input
from fla_batch.rights.right_findings import finding
from fla_batch.rights.sector import COLUMNS, SectorFact, sector_fact
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly, blocking
from fla_batch.vocabulary.input_origin import InputSheet

_YEAR = "year"
_COMMITTEE, _FROM = "joint_committee", "from"
SECTOR_COLUMNS = InputColumns((), (*COLUMNS, _YEAR))


def read_own_sectors(path: Path) -> tuple[list[SectorFact], list[Anomaly]]:
    """The facts, and a finding for each row that cannot be read. Raises InputUnreadable."""
    facts: list[SectorFact] = []
    anomalies: list[Anomaly] = []
    table = open_input(path, SECTOR_COLUMNS)
    place = table.place
    anomalies += [*table.remarks, *_missing(table)]
    if blocking(anomalies):
        return [], anomalies
    for chunk in table.chunks():
        anomalies += chunk.anomalies
        for cells in chunk.values.iter_rows(named=True):
            try:
                facts.append(sector_fact(cells, path.name, cells[ROW]))
            except (ValueError, ZeroDivisionError):
                anomalies.append(_finding(cells, place))
    return facts, anomalies


def _missing(table: InputTable) -> list[Anomaly]:
    names = table.layout.columns.values()
    required = (_COMMITTEE, _YEAR if _YEAR in names else _FROM)
    row = table.heading_row
    return [
        finding(
            "missing-column", "Column", source=table.place.at(row, name), parts={"column": name}
        )
        for name in required
        if name not in names
    ]


def _finding(cells: dict[str, Any], place: InputSheet) -> Anomaly:
    given = (str(cells[name] or "") for name in (_YEAR, *COLUMNS) if name in cells)
    source = place.at(cells[ROW], _COMMITTEE)
    return finding("not-a-sector-row", "JointCommissionNbr", value=";".join(given), source=source)
