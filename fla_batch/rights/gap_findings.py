"""What is said of a quarter without lines that was projected (decision 1602)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.read_inputs import ReadInput
from fla_batch.rights.right_findings import finding
from fla_batch.rights.share import Basis
from fla_batch.rights.workers import KEY, Worker
from fla_batch.vocabulary.findings import Anomaly


class Gap(NamedTuple):
    """A quarter of a worker that was projected."""

    worker: Worker
    quarter: int
    basis: Basis


def gap_findings(gaps: Sequence[Gap], lines: pl.DataFrame, read: ReadInput) -> Iterator[Anomaly]:
    """Each gap, at the row whose rate stands in for it."""
    if not gaps:
        return
    workers = pl.DataFrame(
        sorted({(worker.inss, worker.employer) for worker, _, _ in gaps}),
        schema=KEY,
        orient="row",
    )
    rows: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for row in lines.join(workers, on=KEY).sort("quarter", "end").iter_rows(named=True):
        rows[row["inss"], row["employer"]].append(row)
    for gap in gaps:
        yield _finding(gap, rows[gap.worker.inss, gap.worker.employer], read)


def _finding(gap: Gap, rows: Sequence[Mapping[str, object]], read: ReadInput) -> Anomaly:
    worker, quarter, basis = gap
    before = [row for row in rows if int(str(row["quarter"])) < quarter]
    used = rows[0] if basis is Basis.GAP_BEFORE or not before else before[-1]
    return finding(
        "gap-before" if basis is Basis.GAP_BEFORE else "gap",
        "Quarter",
        value=quarter_text(quarter),
        source=read.source(used),
        inss=worker.inss,
        company_id=worker.employer,
        parts={"of": quarter_text(int(str(used["quarter"])))},
        path=quarter_text(quarter),
    )
