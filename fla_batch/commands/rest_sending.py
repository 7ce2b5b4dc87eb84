"""Sending one batch over REST: each form is a call, and its verdict comes at once.

The intent is in the ledger before a form is put: how far into the batch calls may have gone. Only
within that reach, and only where no verdict is known, can a form be in doubt after a crash; a GET
settles it before it is put again (R4, R5; decision 1323).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.account.rest_calls import BODIES, put_call, question_call, settling_call
from fla_batch.answers.rest_answers import answer_line, file_name, finished_line, rest_changes
from fla_batch.answers.rest_verdicts import UNHEARD, Judgement, judge
from fla_batch.answers.sent_forms import Sent
from fla_batch.channel.rest_call import FORBIDDEN, NO_ANSWER, NOT_FOUND, Call, CallFailed, Exchange
from fla_batch.channel.rest_token import ClientRefused
from fla_batch.ledger.lifecycle import FINAL_FORM_STATES, BatchState, Event, FormState
from fla_batch.ledger.projection import Happening
from fla_batch.ledger.records import REST_ANSWERS, FormRow
from fla_batch.models import DECLARATIONS
from fla_batch.outbox.answer_journal import AnswerJournal
from fla_batch.outbox.inbox import Arrival, Kept
from fla_batch.system.files import disk_errors, facts_of
from fla_batch.vocabulary.errors import ConfigurationMistake, FlaBatchError, GatewayUnavailable

if TYPE_CHECKING:
    from fla_batch.channel.rest_client import RestClient
    from fla_batch.commands.lease import Lease
    from fla_batch.commands.needs import Records

_OPEN = [state for state in FormState if state not in FINAL_FORM_STATES]
_REACH = 64
_SEAL_AFTER_S = 1.0
_SEAL_AFTER_FORMS = 200
_GIVE_UP_AFTER = 20
"""Unusable answers one after the other: more calls would not be better answered."""


class NotAuthorised(ClientRefused):
    """The service refuses us for an employer: no mandate, or a missing scope."""

    hint = "Check the mandate for that employer, and the rights of the client in Chaman."


class _Form(NamedTuple):
    """A form to call for: its body as staged, its place in the batch, and whether it may have
    been put before.
    """

    row: FormRow
    body: bytes
    place: int
    maybe: bool


class _Called(NamedTuple):
    """What came of one form; `failure` is why there is no verdict, when the world is broken."""

    form: _Form
    judgement: Judgement
    failure: FlaBatchError | None = None


@dataclass(slots=True)
class VerdictTally:
    """What came of a batch: verdicts, and forms without one; `overtaken` will not have any.

    `unheard` are accepted, and their own answers were lost.
    """

    judged: int = 0
    refused: int = 0
    unheard: int = 0
    open: int = 0
    in_doubt: int = 0
    overtaken: int = 0
    failures: dict[str, FlaBatchError] = field(default_factory=dict)
    reason: str = ""

    def fail(self, error: FlaBatchError) -> None:
        """Keep one error of each wording."""
        self.failures.setdefault(str(error), error)


@dataclass(eq=False, repr=False)
class RestSending:
    """Sends one batch; use it once, while its lease is held."""

    records: Records
    client: RestClient
    lease: Lease
    concurrency: int
    counted: Callable[[int], None]
    tally: VerdictTally = field(default_factory=VerdictTally)
    _closed_employers: dict[str, Exchange] = field(default_factory=dict)
    _unusable: int = 0
    _reached: int = 0

    @cached_property
    def _sent(self) -> Sent:
        return Sent(self.records.ledger)

    def run(self) -> VerdictTally:
        """All forms without a verdict. Raises OutboxDamaged, DiskTrouble, LedgerTrouble."""
        self.records.outbox.require_whole(self.lease.name)
        self.records.outbox.received(self.lease.name)  # also what another host began
        received = self.records.outbox.folder(self.lease.name) / "received"
        named = lambda number: file_name(self.lease.name, number)  # noqa: E731
        with AnswerJournal(received, named) as journal:
            journal.seal()
            for path in sorted(received.glob(f"{REST_ANSWERS}*.jsonl")):
                self._take_in(path)
            self._begin()
            self._leave_out_overtaken()
            self._call_all(journal)
            done = not self.tally.open and not self.tally.in_doubt
            last = journal.seal(finished_line(self.lease.name) if done else b"")
            if last is not None:
                self._take_in(last)
        if self.tally.in_doubt and self.records.ledger.state(self.lease.name) is BatchState.SENDING:
            self.lease.journal(Event.GO_BEGUN, in_doubt=self.tally.in_doubt)
        return self.tally

    def _begin(self) -> None:
        """Where calls may have gone before, and a state from which they may go on."""
        for event in self.records.ledger.events(self.lease.name, of_forms=False):
            if "reach" in event.details:
                self._reached = max(self._reached, int(event.details["reach"]))
        if self.records.ledger.state(self.lease.name) is BatchState.IN_DOUBT:
            self.lease.journal(
                Event.GO_ABSENT, settled="each form is asked for before it is put again"
            )

    def _leave_out_overtaken(self) -> None:
        """What a newer batch replaces is not put any more: the old photo would stand (1421)."""
        for reference, newer in self.records.ledger.overtaken_forms(self.lease.name).items():
            details = {"overtaken by": str(newer)}
            happening = Happening(Event.OVERTAKEN, self.records.clock())
            self.records.ledger.append_form(reference, happening, details)
            self.tally.overtaken += 1

    def _forms(self) -> Generator[_Form]:
        """Forms without a verdict, in order, each with its body."""
        path, ledger = self.records.outbox.sent_path(self.lease.name, BODIES), self.records.ledger
        before, place = self._reached, 0
        ahead = [0, *accumulate(ledger.part_sizes(self.lease.name))]
        with disk_errors("read", path), path.open("rb") as bodies:
            for row in ledger.forms(self.lease.name, _OPEN):
                has_verdict = ahead[row.part - 1] + row.position - place - 1
                for body in islice(bodies, has_verdict):
                    self.counted(len(body))
                place += has_verdict + 1
                yield _Form(row, next(bodies).rstrip(b"\n"), place, place <= before)

    def _call_all(self, journal: AnswerJournal) -> None:
        forms = self._forms()
        sealed_at, unsealed = time.monotonic(), 0
        under_way: set[Future[_Called]] = set()
        with closing(forms), ExitStack() as ended:
            pool = ThreadPoolExecutor(self.concurrency, "rest")
            # When the body is interrupted, what waits for a thread is dropped.
            ended.callback(pool.shutdown, cancel_futures=True)
            while True:
                room = 2 * self.concurrency - len(under_way)
                for form in islice(forms, room if not self._stopped else 0):
                    self._reach(form.place)
                    under_way.add(pool.submit(copy_context().run, self._called, form, journal))
                if not under_way:
                    break
                done, under_way = wait(under_way, _SEAL_AFTER_S, FIRST_COMPLETED)
                for future in done:
                    self._count(future.result())
                unsealed += len(done)
                late = time.monotonic() - sealed_at > _SEAL_AFTER_S
                if unsealed >= _SEAL_AFTER_FORMS or (unsealed and late):
                    sealed_at, unsealed = time.monotonic(), 0
                    self._seal(journal)
            # After a stop, what was not even begun stays open.
            for form in forms:
                self.tally.in_doubt += form.maybe and form.row.kind in DECLARATIONS
                self.tally.open += 1

    @property
    def _stopped(self) -> bool:
        return any(not isinstance(each, NotAuthorised) for each in self.tally.failures.values())

    def _reach(self, place: int) -> None:
        """The intent, on disk: from now on every form up to there may have been put (R4)."""
        if place > self._reached:
            self._reached = place + _REACH - 1
            self.lease.journal(Event.SENDING, reach=self._reached)

    def _seal(self, journal: AnswerJournal) -> None:
        self.lease.keep()
        path = journal.seal()
        if path is not None:
            self._take_in(path)

    def _take_in(self, path: Path) -> None:
        """A sealed file to its rows, once, in one transaction (R16)."""
        facts, now = facts_of(path), self.records.clock()
        relative = path.relative_to(self.records.outbox.root).as_posix()
        kept = self.records.outbox.keep(Kept(path.name, relative, facts, Arrival.NEW))
        environment = self.records.environment
        with closing(rest_changes(path, self._sent, environment, now)) as changes:
            self.records.ledger.accept_answer(kept.recorded(environment, now), changes, now)

    def _count(self, called: _Called) -> None:
        tally, judgement = self.tally, called.judgement
        if judgement.event is not None:
            tally.judged += 1
            tally.refused += judgement.event is Event.REFUSED
            tally.unheard += any(each.error_id == UNHEARD for each in judgement.anomalies)
            self._unusable = 0
            self.counted(len(called.form.body))
            return
        tally.reason = str(called.failure or judgement.reason)
        if called.failure is not None:
            tally.fail(called.failure)
        else:
            self._unusable += 1
            if self._unusable >= _GIVE_UP_AFTER:
                tally.fail(GatewayUnavailable(judgement.reason))
        declares = called.form.row.kind in DECLARATIONS
        tally.in_doubt += declares and not judgement.put
        tally.open += not declares or judgement.put

    def _called(self, form: _Form, journal: AnswerJournal) -> _Called:
        """One form, to its verdict or to the reason why there is none; in a thread of its own."""
        exchanges: list[Exchange] = []
        kept: list[Exchange] = []
        failure: FlaBatchError | None = None
        try:
            self._exchange(form, exchanges, kept)
        except CallFailed as error:
            failure = error
            kept += [error.exchange] if error.exchange else []
        except FlaBatchError as error:
            failure = error
        judgement = self._judged(form, exchanges)
        # What was refused before it was carried out is kept too, and says nothing of the form.
        lines = [each for each in (*exchanges, *kept) if each.status != NO_ANSWER or each.fault]
        if any(each.status != NO_ANSWER for each in lines):
            journal.add(answer_line(form.row.reference_nbr, lines))
        return _Called(form, judgement, failure)

    def _judged(self, form: _Form, exchanges: list[Exchange]) -> Judgement:
        judgement = judge(form.row, exchanges)
        if not exchanges and form.maybe:
            return Judgement(None, reason="it may have been put before")
        return judgement

    def _exchange(self, form: _Form, exchanges: list[Exchange], kept: list[Exchange]) -> None:
        """Calls until there is a verdict: at most two PUTs, and a GET before the second."""
        if form.row.kind not in DECLARATIONS:
            self._call(question_call(form.row), form, exchanges, kept)
            return
        if form.maybe:
            self._call(settling_call(form.row), form, exchanges, kept)
        for _ in range(2):
            if not judge(form.row, exchanges).put:
                return
            self._call(put_call(form.row, form.body), form, exchanges, kept)
            if judge(form.row, exchanges).event is None:
                self._call(settling_call(form.row), form, exchanges, kept)

    def _call(
        self, call: Call, form: _Form, exchanges: list[Exchange], kept: list[Exchange]
    ) -> None:
        company_id = form.row.company_id or ""
        exchange = self._closed_employers.get(company_id) or self.client.call(call)
        kept.append(exchange)
        if exchange.status == FORBIDDEN:
            # More calls for that employer would only be refused, and counted against us.
            self._closed_employers[company_id] = exchange
        if exchange.status == FORBIDDEN and form.row.kind in DECLARATIONS:
            raise NotAuthorised(f"the service refuses us for employer {company_id} (403)")
        if exchange.status == NOT_FOUND and (call.method == "PUT" or exchange.fault):
            raise ConfigurationMistake(
                "there is no such resource at the address of the service (404)",
                hint="Check [rest] base_url.",
            )
        exchanges.append(kept.pop())
