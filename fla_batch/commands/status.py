"""`status` and `anomalies`: what the ledger knows of batches, forms and anomalies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from fla_batch.commands.cancel import record_of
from fla_batch.commands.obstacle import obstacle_of
from fla_batch.commands.send import SENDABLE, batch_row
from fla_batch.ledger.lifecycle import BatchState, SilenceLimits
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
    return [
        replace(
            row,
            trouble=workspace.outbox.trouble(row.name) if row.state in SENDABLE else None,
            waits_for=_waits_for(workspace, row),
        )
        for row in rows
    ]


def _waits_for(workspace: AnswerTools, row: BatchRow) -> str | None:
    """A sentence, or two; None for a batch that waits for nothing but its turn or its answers."""
    if row.state is BatchState.CANCELLING:
        return _certainty(workspace, row)
    if row.state in (BatchState.STAGED, BatchState.SENDING):
        obstacle = obstacle_of(workspace, row.name)
        return f"it waits for {obstacle.why}" if obstacle else None
    return None


def _certainty(workspace: AnswerTools, row: BatchRow) -> str:
    """Of a batch that is being cancelled: its declarations count as sent until that is certain."""
    known = record_of(workspace, row.name)
    if not known.td_sent:
        return f"its cancelling was cut off. Run `fla-batch cancel {row.name}` again"
    if known.beside_go and known.taken_at is None:
        return "TD lies beside GO: when the portal takes both, `fla-batch poll` calls it cancelled"
    hours = workspace.answers.overdue_acrf_hours
    return (
        f"TD may have come too late. An answer will tell; when none has come {hours:g} hours "
        "after GO was gone, and none lies in quarantine, `fla-batch poll` calls it cancelled"
    )


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
