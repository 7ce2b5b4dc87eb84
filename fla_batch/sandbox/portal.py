"""The simulated portal: takes a batch when its GO arrives, checks it, and answers.

The gateway's part: which files belong to a batch, what is wrong with them (the checks that the
tool makes before it sends), and when they are looked at. What the portal then says is in
`answers`, what becomes of the forms in `platform`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.channel.delivery import Delivery, DeliveryLimits
from fla_batch.channel.gateway_checks import check
from fla_batch.message import Profile
from fla_batch.sandbox.answer_faults import SOUND, AnswerFault
from fla_batch.sandbox.answering import Answers, Clock
from fla_batch.sandbox.content import Inspector
from fla_batch.sandbox.dialects import PLAIN, PortalDialect
from fla_batch.sandbox.incoming_batches import IncomingBatches, Listing, is_kind
from fla_batch.sandbox.notices import ReceivedFile, Voice
from fla_batch.sandbox.outlet import Outlet
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.store import PortalJournal
from fla_batch.system.closing import Closing
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.terms import Environment, FileKind, Language

if TYPE_CHECKING:
    from cryptography import x509

    from fla_batch.signing.signer import Signer

_USUAL_LIMITS = DeliveryLimits()


class Portal(Closing):
    """Serves the account of `sender`, whose folders IN..., OUT... lie in `root`.

    `state` is a folder of the portal's own, by default beside `root`: answers are staged there,
    and what was received is kept there below `received`. `roots` are the certificates that
    senders' signatures must lead to, None to take any signer; `signer` signs the answers.
    `dialect` is how it writes and names them.
    `delay_s` passes between a GO and its processing, so that a TD can still cancel the batch.
    """

    def __init__(
        self,
        root: Path,
        profile: Profile,
        platform: Platform,
        *,
        sender: Sender,
        clock: Clock,
        state: Path | None = None,
        roots: Sequence[x509.Certificate] | None = None,
        signer: Signer | None = None,
        limits: DeliveryLimits = _USUAL_LIMITS,
        language: Language = Language.FR,
        delay_s: float = 0.0,
        fault: AnswerFault = SOUND,
        dialect: PortalDialect = PLAIN,
    ) -> None:
        self.root = root
        self.platform = platform
        self.state = state or root.with_name(f"{root.name}.portal")
        self._sender = sender
        self._clock = clock
        self._limits = limits
        journal = self._journal = PortalJournal(platform.store)
        self._inbox = IncomingBatches(root, self.state / "received", journal)
        self._inspector = Inspector(profile, sender, roots, limits)
        outlet = Outlet(root, self.state / "staging", journal, signer, fault, dialect)
        voice = Voice(sender.number, profile, language, dialect)
        self._answers = Answers(voice, platform, sender, outlet, journal, clock)
        self._dialect = dialect
        self._delay_s = max(delay_s, fault.delay_s)
        self._closed = threading.Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="portal")
        self._begun: list[Future[None]] = []
        self._failure: Exception | None = None
        self._one_at_a_time = threading.Lock()

    def on_closed(self, folder: str, name: str, path: Path) -> None:  # noqa: ARG002
        """For the SFTP server: a client wrote and closed a file. Returns at once."""
        environment = next((each for each in Environment if each.folder_in == folder), None)
        if environment is None:
            return
        if is_kind(name, FileKind.GO):
            self._later(lambda: self.process(environment, name))
        elif is_kind(name, FileKind.TD):
            self._later(lambda: self.cancel(environment, name))

    def settle(self, timeout_s: float = 30.0) -> None:
        """Wait until everything that came in is answered. Raises TimeoutError, and what went wrong
        first with a batch; the others are answered all the same.
        """
        _, left = wait(self._begun, timeout_s)
        self._raise_failure()
        if left:
            raise TimeoutError(f"the portal still had work to do after {timeout_s} s")

    def close(self) -> None:
        """Stop after the batch at hand. The platform's store stays open: it is its owner's."""
        self._closed.set()
        self._worker.shutdown(cancel_futures=True)
        self._raise_failure()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _later(self, job: Callable[[], None]) -> None:
        """Do `job` after the delay, in a thread of its own, in the order in which jobs come."""
        due = time.monotonic() + self._delay_s

        def done() -> None:
            try:
                if not self._closed.wait(max(0.0, due - time.monotonic())):
                    job()
            except Exception as error:  # kept for whoever waits: the thread must go on
                self._failure = self._failure or error

        self._begun.append(self._worker.submit(done))

    def process(self, environment: Environment, go_name: str) -> None:
        """Take in the batch of a GO and answer it; a TD beside the GO cancels it, unanswered.

        A GO that is not there any more has been taken in already, or was cancelled.
        """
        with self._one_at_a_time:
            batch = self._inbox.batch_of(environment, go_name)
            if go_name not in dict(batch):
                return
            if any(is_kind(name, FileKind.TD) for name, _ in batch):
                self._set_aside(environment, batch)
            else:
                self._receive(environment, go_name, batch)

    def cancel(self, environment: Environment, td_name: str) -> None:
        """Take away the files of a TD's batch, unless it was processed before."""
        with self._one_at_a_time:
            self._set_aside(environment, self._inbox.batch_of(environment, td_name))

    def refuse_without_go(self, environment: Environment) -> None:
        """Refuse every FI and FS that lies there without a GO, as at the end of a day (130)."""
        with self._one_at_a_time:
            while batch := self._inbox.without_go(environment):
                self._receive(environment, batch[0][0], batch)

    def _set_aside(self, environment: Environment, batch: Listing) -> None:
        if batch:
            self._journal.use(self._inbox.take(environment, batch).names)

    def _receive(self, environment: Environment, named: str, batch: Listing) -> None:
        now = self._clock()
        received = self._inbox.take(environment, batch)
        file = ReceivedFile(self._dialect.name_of_file(named), self._journal.next_ticket())
        error_ids = check(
            Delivery(environment.folder_in, self._sender.number, batch),
            today=belgian_date(now),
            used=self._journal.is_used,
            limits=self._limits,
            parts=(self._inspector.facts(fi, fs, at=now) for fi, fs in received.parts()),
        )
        self._journal.use(received.names)
        self._answers.acknowledge(environment, file, error_ids)
        if not error_ids:
            self._answers.notify(environment, file, [fi for fi, _ in received.parts()])
