"""`send`: which batches, whether they may leave, how far.

It loads nothing of what only builds or reads answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.channel import upload
from fla_batch.commands.lease import Lease, leased
from fla_batch.commands.obstacle import obstacle_of
from fla_batch.commands.outgoing import outgoing
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.locks import LockHeld
from fla_batch.outbox.manifest import FORMS, OutboxDamaged
from fla_batch.system.profile_record import require_clean, schemas_folder
from fla_batch.vocabulary import closure
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.documents import BatchSentJson, members
from fla_batch.vocabulary.errors import OutcomeUnknown, UsageMistake
from fla_batch.vocabulary.filenames import BatchName, InvalidName

if TYPE_CHECKING:
    from fla_batch.commands.needs import Channelled, PortalLine, Records
    from fla_batch.ledger.records import BatchRow

Counted = Callable[[int], None]
SENDABLE = frozenset({BatchState.STAGED, BatchState.SENDING, BatchState.IN_DOUBT})
OUT_OF_TROUBLE = (
    "Restore its folder from a backup, or `fla-batch cancel` it and build its declarations anew."
)


class SendOutcome(NamedTuple):
    """What became of one batch. `remark` continues the state in words; `refused` counts forms
    that are known to be refused already, as they are over REST; `unanswered` those that have to be
    sent once more, for no usable answer came.

    `elsewhere`: another process is at it. `trouble`: why it is set apart and was not sent.
    `waits_for`: another batch stands in its way, for it holds the same declarations (1421).
    """

    name: BatchName
    state: BatchState
    remark: str = ""
    refused: int = 0
    unanswered: int = 0
    elsewhere: bool = False
    trouble: str | None = None
    waits_for: BatchName | None = None

    @property
    def in_doubt(self) -> bool:
        """True when it is not known whether GO arrived."""
        return self.state is BatchState.IN_DOUBT and not self.elsewhere

    def to_json(self) -> dict[str, Any]:
        """The row of `send --json`."""
        return members(BatchSentJson, self)


def told_once(counted: Counted) -> Callable[[str, int], None]:
    """Takes how many bytes of a file the server has, and tells each byte once over all tries."""
    told = Counter[str]()

    def reached(name: str, place: int) -> None:
        # After a broken connection a file may begin anew; what was told stays told.
        if place > told[name]:
            counted(place - told[name])
            told[name] = place

    return reached


def to_send(workspace: Records, names: Sequence[str]) -> list[BatchName]:
    """The batches to send: those named, else all that are staged, interrupted or in doubt.

    In the order of building, which is the order in which photos of one worker have to arrive.
    Raises UsageMistake for a name that is unknown or not to be sent (any more).
    """
    _recover(workspace)
    here = workspace.environment
    if not names:
        return workspace.ledger.names(here, SENDABLE)
    rows = [batch_row(workspace, name) for name in names]
    for row in rows:
        if row.state not in SENDABLE:
            raise UsageMistake(
                f"{row.name} is {row.state.value}: it is not to be sent (again)",
                hint="See `fla-batch status`; a corrected declaration needs a new build.",
            )
        if row.environment is not workspace.environment:
            raise UsageMistake(
                f"{row.name} is for environment {row.environment.value}, and the configuration "
                f"says {workspace.environment.value}"
            )
    wanted = {row.name for row in rows}
    return [name for name in workspace.ledger.names(here, SENDABLE) if name in wanted]


def require_checked(profile: str) -> None:
    """Raises ProfileMistake unless that profile, by name or folder, was found clean as it is."""
    folder = Path(profile)
    require_clean(folder if folder.is_dir() else schemas_folder() / profile)


def _recover(workspace: Records) -> None:
    """Clear away what crashed builds left, when they left anything. See `recover`."""
    here = workspace.environment
    if workspace.outbox.leftovers(here) or workspace.ledger.names(here, [BatchState.BUILT]):
        # It knows how a build works, and loads all of that.
        from fla_batch.commands.recovery import recover

        recover(workspace)


def require_open(
    workspace: Records, names: Iterable[BatchName], *, after_closure: bool = False
) -> None:
    """Raises PlatformClosed for declarations to production after the platform's closure, and
    DataErased for questions once its data are gone, unless told otherwise.
    """
    if after_closure:
        return
    today = belgian_date(workspace.clock())
    for name in names:
        if workspace.ledger.only_asks(name):
            closure.require_readable(name.environment, today)
        else:
            closure.require_open(name.environment, today, partial(workspace.ledger.last_year, name))


def outgoing_bytes(workspace: Records, name: BatchName) -> int:
    """Bytes of all that is sent together; 0 for a batch whose folder does not tell."""
    with suppress(OutboxDamaged, UsageMistake):
        files = workspace.outbox.manifest(name).files
        return sum(file.size for file in files if file.name != FORMS)
    return 0


def send(
    workspace: Channelled,
    names: Iterable[BatchName],
    counted: Counted = lambda _: None,
) -> list[SendOutcome]:
    """Sends batch by batch, with retries for what the network does. One listing a batch in doubt.

    `counted` is told how many more bytes the server has. Raises GatewayUnavailable when even the
    last try failed, LoginRefused, HostKeyMismatch, DiskTrouble. A batch whose outcome is unknown
    is "in doubt" in the result; one that another process sends (R29), whose files are missing
    or damaged (R33) or whose turn it is not (1421) is left alone, and the others are sent.
    """
    return [_alone(workspace, name, counted) for name in names]


def _alone(workspace: Channelled, name: BatchName, counted: Counted) -> SendOutcome:
    from fla_batch.commands.channels import require_channel

    try:
        with leased(workspace, name) as lease:
            if workspace.ledger.state(name) not in SENDABLE:
                remark = ": by another process"
                return SendOutcome(name, workspace.ledger.state(name), remark)
            require_channel(workspace, name)
            return _held_back(workspace, name) or workspace.channel.send(lease, counted)
    except LockHeld as error:
        remark = f": left alone, for {error}"
        return SendOutcome(name, workspace.ledger.state(name), remark, elsewhere=True)
    except OutboxDamaged as error:
        remark = f": set apart and not sent: {error}. {OUT_OF_TROUBLE}"
        return SendOutcome(name, workspace.ledger.state(name), remark, trouble=str(error))


def _held_back(workspace: Records, name: BatchName) -> SendOutcome | None:
    """Why it is not the turn of a batch; None when it is, or when it is in doubt.

    One in doubt has to be settled first, which sends nothing: `upload_batch` asks then.
    """
    state = workspace.ledger.state(name)
    obstacle = None if state is BatchState.IN_DOUBT else obstacle_of(workspace, name)
    if obstacle is None:
        return None
    remark = f": not sent: {obstacle.why}"
    trouble = obstacle.why if obstacle.is_overtaken else None
    return SendOutcome(name, state, remark, trouble=trouble, waits_for=obstacle.by)


def upload_batch(workspace: PortalLine, lease: Lease, counted: Counted) -> SendOutcome:
    """One batch over sFTP; see `send`."""
    name, journal = lease.name, lease.journal
    batch = outgoing(workspace, name)
    tell = told_once(counted)

    def reached(file: str, place: int) -> None:
        lease.keep()
        tell(file, place)

    def attempt() -> SendOutcome:
        with workspace.connect() as gateway:
            if workspace.ledger.state(name) is BatchState.IN_DOUBT and not upload.settle(
                batch, gateway, journal, workspace.pause
            ):
                remark = ": the server's folder does not tell; an answer will"
                return SendOutcome(name, BatchState.IN_DOUBT, remark)
            if held_back := _held_back(workspace, name):
                return held_back
            if workspace.ledger.state(name) in (BatchState.STAGED, BatchState.SENDING):
                upload.upload(batch, gateway, journal, reached)
        return SendOutcome(name, workspace.ledger.state(name))

    try:
        return workspace.patiently(attempt)
    except OutcomeUnknown:
        remark = ": the connection broke around GO; poll settles it"
        return SendOutcome(name, BatchState.IN_DOUBT, remark)


def batch_row(workspace: Records, name: str) -> BatchRow:
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
