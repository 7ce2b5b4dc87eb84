"""What is said of a quarter without lines that was projected (decision 1602)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.read_inputs import ReadInput
from fla_batch.rights.right_findings import finding
from fla_batch.rights.share import Basis
from fla_batch.rights.workers import Worker
from fla_batch.vocabulary.findings import Anomaly


def gap_finding(
    worker: Worker,
    quarter: int,
    basis: Basis,
    rows: Sequence[Mapping[str, object]],
    read: ReadInput,
) -> Anomaly:
    """A quarter of a worker that was projected, at the row whose rate was taken."""
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
