"""The REST API as a channel: verdicts come with `send`, and there is nothing to fetch or cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fla_batch.commands.channels import REST
from fla_batch.commands.poll_lock import only_poller
from fla_batch.commands.poll_result import PollResult
from fla_batch.commands.receive import Reception
from fla_batch.commands.rest_sending import RestSending, VerdictTally
from fla_batch.commands.send import SendOutcome
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.vocabulary.errors import FlaBatchError, UsageMistake

if TYPE_CHECKING:
    from fla_batch.channel.rest_client import RestClient
    from fla_batch.commands.lease import Lease
    from fla_batch.commands.needs import AnswerTools
    from fla_batch.ledger.records import BatchRow
    from fla_batch.vocabulary.filenames import BatchName
    from fla_batch.vocabulary.progress import Watcher

NOTHING_TO_FETCH = "Over REST the verdicts come with `send`: there is nothing to fetch."


@dataclass(frozen=True, slots=True)
class RestChannel:
    """See `channels.Channel`. `client` opens a connection; `concurrency` calls go at once."""

    name: ClassVar = REST
    answers_later: ClassVar = False

    tools: AnswerTools
    client: Callable[[], RestClient]
    concurrency: int

    def send(self, lease: Lease, counted: Callable[[int], None]) -> SendOutcome:
        """See `Channel.send`. Raises what kept forms from being put, once all others were."""
        tools, batch = self.tools, lease.name
        with self.client() as client:
            tally = RestSending(tools, client, lease, self.concurrency, counted).run()
        return _outcome(batch, tools.ledger.state(batch), tally)

    def poll(self, counted: Watcher, *, recheck: bool) -> PollResult:  # noqa: ARG002
        """See `Channel.poll`: only what a killed `send` left on our disk."""
        tools, result = self.tools, PollResult(note=NOTHING_TO_FETCH)
        with only_poller(tools):
            reception = Reception(tools, result, counted)
            for kept in reception.unfinished():
                reception.process(kept)
        result.open_batches = len(
            tools.ledger.names(tools.environment, [BatchState.SENDING, BatchState.IN_DOUBT])
        )
        return result

    def cancel(self, row: BatchRow, lease: Lease) -> None:  # noqa: ARG002
        """See `Channel.cancel`: what was put is in force, and only another photo replaces it."""
        raise UsageMistake(
            f"{row.name} went over REST, where each declaration is in force at once: there is "
            "nothing to cancel",
            hint="Put back the last photo: build and send the declaration that was in force "
            "before, or the right one. `fla-batch account export` shows what is in force.",
        )


def _outcome(batch: BatchName, state: BatchState, tally: VerdictTally) -> SendOutcome:
    """What to show. Raises the reason why forms were not put, unless some are in doubt."""
    failure = next(iter(tally.failures.values()), None)
    total = tally.judged + tally.open + tally.in_doubt
    if tally.in_doubt:
        remark = (
            f": {tally.in_doubt} of {total} without a known outcome ({tally.reason}); `send` asks "
            "the platform again"
        )
        return SendOutcome(batch, state, remark, tally.refused)
    if failure is not None:
        raise _said(batch, failure, tally)
    if tally.open:
        remark = f": {tally.open} of {total} not answered ({tally.reason}); `send` goes on"
        return SendOutcome(batch, state, remark, tally.refused, tally.open)
    remark = f", {tally.refused} refused" if tally.refused else ""
    if tally.overtaken:
        remark += f", {tally.overtaken} replaced by a newer batch and not put"
    if tally.unheard:
        remark += (
            f"; {tally.unheard} of {total} settled by asking what the platform holds: the answer "
            "was lost, and with it any warnings (`fla-batch anomalies` names which)"
        )
    return SendOutcome(batch, state, remark, tally.refused)


def _said(batch: BatchName, failure: FlaBatchError, tally: VerdictTally) -> FlaBatchError:
    """The failure, with how far the batch came."""
    done = f" ({batch}: {tally.judged} answered, {tally.open} left)"
    return type(failure)(f"{failure}{done}", hint=failure.hint) if tally.judged else failure
