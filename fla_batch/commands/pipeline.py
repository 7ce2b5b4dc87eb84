"""The only place that knows the order: input, rules, build, send, poll, and what is shown of it.

Each function is one command. It takes a Workspace and plain values and gives plain values; it
prints nothing and reads no clock of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.batching.form_builder import ScreenedChunk
from fla_batch.channel import upload
from fla_batch.commands.build_batches import BuildResult, build_declarations
from fla_batch.commands.outgoing import journal_of, outgoing
from fla_batch.commands.poll import PollResult, poll, watch
from fla_batch.commands.recovery import recover
from fla_batch.commands.send import (
    SendOutcome,
    batch_row,
    outgoing_bytes,
    require_open,
    send,
    to_send,
)
from fla_batch.intake import read_chunks
from fla_batch.ledger.lifecycle import BatchState, Event, Patience
from fla_batch.ledger.records import BatchRow, FormLine
from fla_batch.models import Entry
from fla_batch.rules import RuleContext
from fla_batch.rules import check as check_entry
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.errors import UnknownTransition, UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.progress import UNWATCHED, Watcher

if TYPE_CHECKING:
    from fla_batch.commands.workspace import Workspace
    from fla_batch.configuration.loading import Settings
    from fla_batch.ledger import FoundAnomalies
    from fla_batch.rules import History

__all__ = [
    "BuildResult",
    "CheckResult",
    "PollResult",
    "SendOutcome",
    "anomalies",
    "batch_row",
    "build",
    "cancel",
    "check",
    "forms",
    "outgoing_bytes",
    "per_worker",
    "poll",
    "recover",
    "require_open",
    "rule_context",
    "send",
    "status",
    "to_send",
    "watch",
]

ACKNOWLEDGED = frozenset(
    {BatchState.UNRECOGNISED, BatchState.RECEIVED, BatchState.CLOSED, BatchState.REFUSED_FILE}
)
"""States in which TD comes too late; an acknowledgement that we do not know may be positive."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All anomalies of the input, and how many declarations were read."""

    anomalies: AnomalySpool
    declarations: int


def rule_context(
    settings: Settings,
    now: datetime,
    *,
    history: History | None = None,
    allow_removals: bool = False,
) -> RuleContext:
    """What the rules need to know, on the Belgian date of `now`."""
    return RuleContext(
        today=belgian_date(now),
        window_start_year=settings.rules.window_start_year,
        window_years=settings.rules.window_years,
        history=history,
        allow_removals=allow_removals,
    )


def check(
    inputs: Iterable[Path], context: RuleContext, counted: Watcher = UNWATCHED
) -> CheckResult:
    """Reads and applies all rules; writes nothing. Tables are looked at by whole columns first."""
    found = AnomalySpool()
    declarations = 0
    for item in read_chunks(inputs):
        if isinstance(item, Anomaly):
            found.add([item])
            continue
        entries: Iterable[Entry] = [item] if isinstance(item, Entry) else ()
        many = 1
        if not isinstance(item, Entry):
            counted.expect(item.announces)
            screened = ScreenedChunk.of(item, context)
            entries, many = screened.entries(), screened.declarations
        for entry in entries:
            found.add(check_entry(entry, context))
        declarations += many
        counted(many)
    return CheckResult(found, declarations)


def build(
    workspace: Workspace,
    inputs: Iterable[Path],
    *,
    skip_blocked: bool = False,
    allow_removals: bool = False,
    counted: Watcher = UNWATCHED,
) -> BuildResult:
    """Declarations to signed batches in the outbox; see `build_declarations`."""
    recover(workspace)
    context = rule_context(
        workspace.settings,
        workspace.clock(),
        history=workspace.history,
        allow_removals=allow_removals,
    )
    return build_declarations(
        workspace, read_chunks(inputs), context, skip_blocked=skip_blocked, counted=counted
    )


def cancel(workspace: Workspace, name: str) -> BatchState:
    """Cancels a batch: with TD once it may be on the server. Raises UsageMistake after ACRF 1."""
    row = batch_row(workspace, name)
    try:
        _cancel(workspace, row)
    except UnknownTransition:
        # An acknowledgement may have come since the state was read.
        if workspace.ledger.state(row.name) in ACKNOWLEDGED:
            raise _too_late(row.name, workspace.ledger.state(row.name)) from None
        raise
    return workspace.ledger.state(row.name)


def _cancel(workspace: Workspace, row: BatchRow) -> None:
    journal = journal_of(workspace, row.name)
    if row.state in (BatchState.BUILT, BatchState.STAGED):
        journal(Event.CANCELLED)
    elif row.state in ACKNOWLEDGED:
        raise _too_late(row.name, row.state)
    elif row.state is not BatchState.CANCELLED:
        batch = outgoing(workspace, row.name)
        with workspace.connect() as gateway:
            upload.cancel(batch, row.name.td(row.parts), gateway, journal)


def _too_late(name: BatchName, state: BatchState) -> UsageMistake:
    return UsageMistake(
        f"{name} is {state.value}: the portal has taken it in, TD comes too late",
        hint="Send a new declaration with the right data: it replaces the photo.",
    )


def status(workspace: Workspace, name: str | None = None) -> list[BatchRow]:
    """Batches as they are shown now, or one of them. Raises UsageMistake for an unknown name."""
    section = workspace.settings.answers
    patience = Patience(section.overdue_acrf_hours, section.overdue_noti_days)
    one = batch_row(workspace, name).name if name else None
    return workspace.ledger.status_rows(workspace.clock(), patience, one)


def forms(workspace: Workspace, name: str) -> Iterator[FormLine]:
    """The forms of one batch with their states; streamed. Raises UsageMistake at once."""
    return workspace.ledger.form_lines(batch_row(workspace, name).name)


def anomalies(
    workspace: Workspace, name: str | None = None
) -> AbstractContextManager[FoundAnomalies]:
    """What the ledger knows of anomalies, of one batch or of all, to be read in a `with`."""
    batch = batch_row(workspace, name).name if name else None
    return workspace.ledger.found_anomalies(batch)


def per_worker(found: Iterable[Anomaly]) -> Iterator[tuple[str, Iterator[Anomaly]]]:
    """Anomalies that come sorted, grouped by worker, each group with its heading.

    A group is read before the next one, or not at all, as those of `groupby`.
    """
    for (company_id, inss), group in groupby(found, key=lambda one: (one.company_id, one.inss)):
        who = f"worker {inss}" if inss else "whole file or unknown worker"
        where = f", employer {company_id}" if company_id else ""
        yield who + where, group
