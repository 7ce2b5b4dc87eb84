"""What `check` found, as files: a list, a page, the user's own workbook marked or mended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fla_batch.commands.check import CheckResult
from fla_batch.intake import ReadingChoice
from fla_batch.intake.proposals import Proposal, ProposalKind, proposal, with_proposal
from fla_batch.report.export import require_room, write_anomalies
from fla_batch.report.findings_page import findings_page
from fla_batch.report.marked_workbook import Marks
from fla_batch.report.own_workbook import own_workbook, put_text, require_writable
from fla_batch.system.files import whole_file
from fla_batch.vocabulary.findings import Source
from fla_batch.vocabulary.terms import Language


@dataclass(frozen=True, slots=True)
class Change:
    """A cell in which a proposal was put."""

    source: Source
    proposal: Proposal


def write_list(result: CheckResult, path: Path, language: Language) -> None:
    """All findings as .csv or .xlsx. Raises UsageMistake, DiskTrouble."""
    require_room(path, len(result.anomalies))
    write_anomalies(path, map(with_proposal, result.anomalies.by_place()), language)


def write_page(result: CheckResult, path: Path, language: Language, at: datetime) -> None:
    """All findings as a page. Raises DiskTrouble."""
    groups = [replace(one, first=with_proposal(one.first)) for one in result.anomalies.groups]
    pieces = findings_page(
        groups,
        map(with_proposal, result.anomalies.by_place()),
        result.anomalies.counts,
        at=at,
        language=language,
    )
    with whole_file(path) as written:
        for piece in pieces:
            written.write(piece.encode())


def write_marked(
    result: CheckResult,
    inputs: Sequence[Path],
    target: Path,
    how: ReadingChoice,
    language: Language,
) -> list[str]:
    """The user's table with marks; what of it is lost. Raises UsageMistake, DiskTrouble."""
    own = own_workbook(require_writable(target, inputs), how)
    marks = Marks(own, language)
    marks.findings(map(with_proposal, result.anomalies.by_place()))
    if marks.left_out:
        own.lost.append(f"{marks.left_out} marks: there are too many for a workbook")
    return own.save(target)


def write_mended(
    result: CheckResult,
    inputs: Sequence[Path],
    target: Path,
    how: ReadingChoice,
    language: Language,
    kinds: Collection[ProposalKind],
) -> tuple[list[Change], list[str]]:
    """The user's table with the proposals of `kinds` put in, each said; and what of it is lost.

    Raises UsageMistake, DiskTrouble.
    """
    own = own_workbook(require_writable(target, inputs), how)
    marks = Marks(own, language)
    changes: list[Change] = []
    old: dict[tuple[int, int], str] = {}
    for anomaly in result.anomalies.by_place():
        found = proposal(anomaly)
        if found is None or found.kind not in kinds:
            continue
        for row, column in own.places_of(anomaly):
            # A cell that says it in other words (a formula, a sign that was cleaned) is left.
            if (row, column) not in old and own.holds((row, column), found.old, anomaly.tag):
                old[row, column] = own.text((row, column))
                put_text(own.cell(row, column), found.new)
                changes.append(Change(replace(anomaly.source, row=row - own.shift), found))
    marks.changes(old)
    return changes, own.save(target)
