"""Who makes up the size of an employer, for the explanation."""

from __future__ import annotations

from fractions import Fraction

from fla_batch.rights.fte import ftes
from fla_batch.rights.law import Law
from fla_batch.rights.occupation import Kind, history_of
from fla_batch.rights.quarters import OPEN, quarter_text
from fla_batch.rights.spill import Spill
from fla_batch.rights.workers import histories
from fla_batch.vocabulary.identifiers import mask_inss


def workers_of_size(spill: Spill, employer: str, law: Law) -> list[tuple[str, str, Fraction]]:
    """Masked INSS, reference quarter and FTE of each worker of an employer."""
    import polars as pl

    last = law.reference_quarters[-1]
    found = []
    for part in spill.parts():
        of_employer = pl.col("employer") == employer
        weekend = pl.col("agency") & (pl.col("quarter") == last + 1)
        counted = (pl.col("kind") <= int(Kind.STUDENT)) & ((pl.col("quarter") <= last) | weekend)
        lines = part.lines.filter(of_employer & counted)
        if not lines.height:
            continue
        periods = part.periods.filter(of_employer).join(lines, on=["inss"], how="semi")
        for inss, _, text in histories(lines, periods, 0, OPEN).iter_rows():
            history = history_of(text, law.student_reference_centi)
            for quarter, fte in ftes(history.lines, law.reference_quarters):
                found.append((mask_inss(inss), quarter_text(quarter), fte))
    return found
