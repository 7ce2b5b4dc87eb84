"""The only place that knows the order: input, rules, build, send, poll, and what is shown of it.

Each function is one command. It takes a Workspace and plain values and gives plain values; it
prints nothing and reads no clock of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fla_batch import closure, upload
from fla_batch.batching.desk import ScreenedChunk
from fla_batch.batching.forms import Counted
from fla_batch.batching.recovery import recover
from fla_batch.batching.run import BuildResult, build_declarations
from fla_batch.errors import OutcomeUnknown, UnknownTransition, UsageMistake
from fla_batch.filenames import BatchName, InvalidName
from fla_batch.findings import Anomaly
from fla_batch.intake import read_chunks
from fla_batch.ledger.records import BatchRow, FormLine
from fla_batch.lifecycle import BatchState, Event, Patience
from fla_batch.local_time import belgian_date
from fla_batch.models import Entry
from fla_batch.outgoing import journal_of, outgoing
from fla_batch.poll import PollResult, poll, watch
from fla_batch.rules import RuleContext
from fla_batch.rules import check as check_entry

if TYPE_CHECKING:
    from fla_batch.config import Settings
    from fla_batch.ledger import FoundAnomalies
    from fla_batch.rules import History
    from fla_batch.workspace import Workspace

__all__ = [
    "BuildResult",
    "CheckResult",
    "PollResult",
    "anomalies",
    "batch_row",
    "build",
    "cancel",
    "check",
    "forms",
    "per_worker",
    "poll",
    "recover",
    "rule_context",
    "send",
    "status",
    "watch",
]

ACKNOWLEDGED = frozenset(
    {BatchState.UNRECOGNISED, BatchState.RECEIVED, BatchState.CLOSED, BatchState.REFUSED_FILE}
)
"""States in which TD comes too late; an acknowledgement that we do not know may be positive."""
_SENDABLE = frozenset({BatchState.STAGED, BatchState.SENDING, BatchState.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All anomalies of the input, and how many declarations were read."""

    anomalies: list[Anomaly]
    declarations: int


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of one batch. `remark` continues the state in words."""

    name: BatchName
    state: BatchState
    remark: str = ""

    @property
    def in_doubt(self) -> bool:
        """True when it is not known whether GO arrived."""
        return self.state is BatchState.IN_DOUBT

    def to_json(self) -> dict[str, Any]:
        """The row of `send --json`."""
        return {"name": str(self.name), "state": self.state.value}


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


def check(inputs: Iterable[Path], context: RuleContext, counted: Counted) -> CheckResult:
    """Reads and applies all rules; writes nothing. Tables are looked at by whole columns first."""
    found: list[Anomaly] = []
    declarations = 0
    for item in read_chunks(inputs):
        if isinstance(item, Anomaly):
            found.append(item)
            continue
        entries: Iterable[Entry] = [item] if isinstance(item, Entry) else ()
        many = 1
        if not isinstance(item, Entry):
            screened = ScreenedChunk.of(item, context)
            entries, many = screened.entries(), screened.declarations
        for entry in entries:
            found += check_entry(entry, context)
        declarations += many
        counted(many)
    return CheckResult(found, declarations)


def build(
    workspace: Workspace,
    inputs: Iterable[Path],
    *,
    skip_blocked: bool = False,
    allow_removals: bool = False,
    counted: Counted = lambda _: None,
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


def to_send(workspace: Workspace, names: Sequence[str]) -> list[BatchRow]:
    """The batches to send: those named, else all that are staged, interrupted or in doubt.

    Raises UsageMistake for a name that is unknown or not to be sent (any more).
    """
    recover(workspace)
    if not names:
        return workspace.ledger.batches(workspace.environment, _SENDABLE)
    rows = [batch_row(workspace, name) for name in names]
    for row in rows:
        if row.state not in _SENDABLE:
            raise UsageMistake(
                f"{row.name} is {row.state.value}: it is not to be sent (again)",
                hint="See `fla-batch status`; a corrected declaration needs a new build.",
            )
        if row.environment is not workspace.environment:
            raise UsageMistake(
                f"{row.name} is for environment {row.environment.value}, and the configuration "
                f"says {workspace.environment.value}"
            )
    return rows


def require_open(
    workspace: Workspace, rows: Iterable[BatchRow], *, after_closure: bool = False
) -> None:
    """Raises PlatformClosed for production after the platform's closure, unless told otherwise."""
    if after_closure:
        return
    today = belgian_date(workspace.clock())
    for row in rows:
        years = (form.calendar_year for form in workspace.ledger.forms(row.name))
        last = max((year for year in years if year is not None), default=None)
        closure.require_open(row.environment, today, last)


def outgoing_bytes(workspace: Workspace, row: BatchRow) -> int:
    """Bytes of FI and FS together."""
    return sum(file.size for file in workspace.outbox.manifest(row.name).files)


def send(
    workspace: Workspace,
    rows: Iterable[BatchRow],
    counted: Counted = lambda _: None,
) -> list[SendOutcome]:
    """Uploads batch by batch, with retries for what the network does. One listing a batch in doubt.

    Raises GatewayUnavailable when even the last try failed, LoginRefused, HostKeyMismatch,
    OutboxDamaged, DiskTrouble. A batch whose outcome is unknown is "in doubt" in the result.
    """
    return [_send(workspace, row, counted) for row in rows]


def _send(
    workspace: Workspace,
    row: BatchRow,
    counted: Counted,
) -> SendOutcome:
    batch = outgoing(workspace, row.name)
    journal = journal_of(workspace, row.name)

    def attempt() -> SendOutcome:
        with workspace.connect() as gateway:
            if _state(workspace, row.name) is BatchState.IN_DOUBT and not upload.settle(
                batch, gateway, journal, workspace.pause
            ):
                remark = ": the server's folder does not tell; an answer will"
                return SendOutcome(row.name, BatchState.IN_DOUBT, remark)
            if _state(workspace, row.name) in (BatchState.STAGED, BatchState.SENDING):
                upload.upload(batch, gateway, journal, counted)
        return SendOutcome(row.name, _state(workspace, row.name))

    try:
        return workspace.patiently(attempt)
    except OutcomeUnknown:
        remark = ": the connection broke around GO; poll settles it"
        return SendOutcome(row.name, BatchState.IN_DOUBT, remark)


def cancel(workspace: Workspace, name: str) -> BatchState:
    """Cancels a batch: with TD once it may be on the server. Raises UsageMistake after ACRF 1."""
    row = batch_row(workspace, name)
    try:
        _cancel(workspace, row)
    except UnknownTransition:
        # An acknowledgement may have come since the state was read.
        if _state(workspace, row.name) in ACKNOWLEDGED:
            raise _too_late(row.name, _state(workspace, row.name)) from None
        raise
    return _state(workspace, row.name)


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


def batch_row(workspace: Workspace, name: str) -> BatchRow:
    """The batch of that name. Raises UsageMistake for one that the ledger does not know."""
    try:
        row = workspace.ledger.batch(BatchName.parse(name))
    except InvalidName:
        row = None
    if row is None:
        raise UsageMistake(
            f"there is no batch {name}", hint="`fla-batch status` lists all batches."
        )
    return row


def _state(workspace: Workspace, name: BatchName) -> BatchState:
    row = workspace.ledger.batch(name)
    if row is None:
        raise UsageMistake(f"there is no batch {name}")
    return row.state
