"""`status` and `anomalies`: what the ledger knows of batches, forms and anomalies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from fla_batch.commands.send import SENDABLE, batch_row
from fla_batch.commands.waiting import waits_for
from fla_batch.ledger.lifecycle import SilenceLimits
from fla_batch.ledger.records import ANYBODY, BatchRow, FormLine, Whom
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.place_words import PACKAGE, whom
from fla_batch.vocabulary.terms import AnomalyOrigin, Language
from fla_batch.vocabulary.words import Words

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerTools, Records
    from fla_batch.ledger.by_worker import FoundAnomalies


def status(workspace: AnswerTools, name: str | None = None, whom: Whom = ANYBODY) -> list[BatchRow]:
    """Batches as they are shown now: all, one of them, or those that hold something about `whom`.

    Raises UsageMistake for an unknown name.
    """
    section = workspace.answers
    limits = SilenceLimits(section.overdue_acrf_hours, section.overdue_noti_days)
    one = batch_row(workspace, name).name if name else None
    rows = workspace.ledger.status_rows(workspace.clock(), limits, one, whom)
    rows = [_with_trouble(workspace, row) for row in rows]
    return [replace(row, waits_for=waits_for(workspace, row)) for row in rows]


def _with_trouble(workspace: Records, row: BatchRow) -> BatchRow:
    if row.state not in SENDABLE:
        return row
    return replace(row, trouble=workspace.outbox.trouble(row.name))


def forms_about(workspace: Records, rows: Iterable[BatchRow], whom: Whom) -> Iterator[FormLine]:
    """The forms of some batches that are about `whom`; streamed."""
    for row in rows:
        for form in workspace.ledger.form_lines(row.name):
            if whom.fits(form.company_id, form.inss, form.calendar_year):
                yield form


def anomalies(
    workspace: Records,
    name: str | None = None,
    whom: Whom = ANYBODY,
    origin: AnomalyOrigin | None = None,
) -> AbstractContextManager[FoundAnomalies]:
    """What the ledger knows of anomalies about `whom`, of one batch or of all, read in a `with`.

    Of all finders, or those that one found.
    """
    batch = batch_row(workspace, name).name if name else None
    return workspace.ledger.found_anomalies(batch, whom, origin)


def per_worker(
    found: Iterable[Anomaly], language: Language
) -> Iterator[tuple[str, Iterator[Anomaly]]]:
    """Anomalies that come sorted, grouped by worker, each group with its heading.

    A group is read before the next one, or not at all, as those of `groupby`.
    """
    for (company_id, inss), group in groupby(found, key=lambda one: (one.company_id, one.inss)):
        nobody = [] if inss else [Words(PACKAGE, language).line("whole_file")]
        yield ", ".join([*nobody, *whom(company_id, inss, language)]), group
