"""The two ways to the platform, as the commands see them: BATCH over sFTP, and the REST API.

`send`, `poll`, `cancel` and `ask` need no more of a channel than this; one contract suite holds
for both (tests/contract).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from fla_batch.outbox.manifest import OutboxDamaged
from fla_batch.vocabulary.errors import UsageMistake

if TYPE_CHECKING:
    from fla_batch.commands.lease import Lease
    from fla_batch.commands.needs import AnswerLine, Channelled, Records
    from fla_batch.commands.poll_result import PollResult
    from fla_batch.commands.send import SendOutcome
    from fla_batch.ledger.records import BatchRow
    from fla_batch.vocabulary.filenames import BatchName
    from fla_batch.vocabulary.progress import Watcher

SFTP, REST = "sftp", "rest"


class Channel(Protocol):
    """A way to the platform. Methods may raise GatewayUnavailable, LoginRefused, DiskTrouble."""

    @property
    def name(self) -> str:
        """SFTP or REST, as in [channel] use and in the manifest of what was built for it."""
        ...

    @property
    def answers_later(self) -> bool:
        """True when verdicts come some time after sending, and are fetched by `poll`."""
        ...

    def send(self, lease: Lease, counted: Callable[[int], None]) -> SendOutcome:
        """Send a batch that nobody else sends, or go on with it; `counted` is told how many more
        bytes are done.
        """
        ...

    def poll(self, counted: Watcher, *, recheck: bool) -> PollResult:
        """Take in what there is of answers; with `recheck` older ones are compared again (R32)."""
        ...

    def cancel(self, row: BatchRow, lease: Lease) -> None:
        """Take back a batch that may be on its way. Raises UsageMistake where there is no way."""
        ...


@dataclass(frozen=True, slots=True)
class SftpChannel:
    """BATCH: files to a folder, answers from another."""

    tools: AnswerLine
    name: ClassVar = SFTP
    answers_later: ClassVar = True

    def send(self, lease: Lease, counted: Callable[[int], None]) -> SendOutcome:
        """See `Channel.send`."""
        from fla_batch.commands.send import upload_batch

        return upload_batch(self.tools, lease, counted)

    def poll(self, counted: Watcher, *, recheck: bool) -> PollResult:
        """See `Channel.poll`."""
        from fla_batch.commands.poll import fetch_answers

        return fetch_answers(self.tools, counted, recheck=recheck)

    def cancel(self, row: BatchRow, lease: Lease) -> None:
        """See `Channel.cancel`: by a TD file."""
        from fla_batch.commands.cancel import cancel_by_file

        cancel_by_file(self.tools, row, lease)


def went_over_rest(records: Records, batch: BatchName) -> bool:
    """True when calls of a batch left: the record says how far (decision 1323)."""
    happened = records.ledger.events(batch, of_forms=False)
    return any("reach" in event.details for event in happened)


def require_channel(tools: Channelled, batch: BatchName) -> None:
    """Raises UsageMistake for a batch that was built for the other channel."""
    try:
        built_for = tools.outbox.manifest(batch).channel
    except (OutboxDamaged, UsageMistake):
        if not went_over_rest(tools, batch):
            return  # neither folder nor record tells; what needs its files will say so
        built_for = REST
    if built_for != tools.channel.name:
        raise UsageMistake(
            f"{batch} was built for the channel {built_for}, and [channel] use is "
            f"{tools.channel.name}",
            hint="Send it with the configuration that it was built with, or cancel it and build "
            "again.",
        )
