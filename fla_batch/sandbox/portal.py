"""The simulated portal: takes a batch when its GO arrives, checks it, and answers.

The gateway's part: which files belong to a batch, what is wrong with them (the checks that the
tool makes before it sends), the acknowledgement; then each form goes to the platform, and its
verdicts become one notification, and answers to questions one FLAAnswer. Every answer is an FO,
its FS when the portal has a certificate, and its GO, in that order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from fla_batch import xmlsafe
from fla_batch.binding import FormReader, MessageWriter, Profile, Reading
from fla_batch.gateway_checks import Delivery, Limits, check
from fla_batch.models.form import AnswerForm, Form
from fla_batch.responses.blocks import BRUSSELS
from fla_batch.responses.notification import NotificationForm
from fla_batch.responses.writer import write_acknowledgements, write_notification
from fla_batch.sandbox.answer_faults import SOUND, AnswerFault
from fla_batch.sandbox.content import Inspector
from fla_batch.sandbox.inbox import Inbox, Listing, is_kind
from fla_batch.sandbox.journal import Journal
from fla_batch.sandbox.notices import (
    ReceivedFile,
    acknowledgement_of,
    answer_form_of,
    notification_of,
)
from fla_batch.sandbox.outlet import AnswerName, Outlet
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.worker import Worker
from fla_batch.terms import Environment, FileKind, Language

if TYPE_CHECKING:
    from cryptography import x509

    from fla_batch.signing.signer import Signer

Clock = Callable[[], datetime]
"""Now, aware."""

_USUAL_LIMITS = Limits()


class Portal:
    """Serves the account of `sender`, whose folders IN..., OUT... lie in `root`.

    `state` is a folder of the portal's own, by default beside `root`: answers are staged there,
    and what was received is kept there below `received`. `roots` are the certificates that
    senders' signatures must lead to, None to take any signer; `signer` signs the answers.
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
        limits: Limits = _USUAL_LIMITS,
        language: Language = Language.FR,
        delay_s: float = 0.0,
        fault: AnswerFault = SOUND,
    ) -> None:
        self.root = root
        self.platform = platform
        self.state = state or root.with_name(f"{root.name}.portal")
        self._profile = profile
        self._sender = sender
        self._clock = clock
        self._limits = limits
        self._language = language
        self._journal = Journal(platform.store)
        self._inbox = Inbox(root, self.state / "received", self._journal)
        self._inspector = Inspector(profile, sender, roots=roots, limits=limits)
        self._reader = FormReader(profile, profile.declaration)
        self._answer_writer = MessageWriter(profile.answer)
        self._outlet = Outlet(
            root, self.state / "staging", self._journal, signer=signer, fault=fault
        )
        self._worker = Worker(max(delay_s, fault.delay_s))
        self._one_at_a_time = threading.Lock()

    def on_closed(self, folder: str, name: str, path: Path) -> None:  # noqa: ARG002
        """For the SFTP server: a client wrote and closed a file. Returns at once."""
        environment = next((each for each in Environment if each.folder_in == folder), None)
        if environment is None:
            return
        if is_kind(name, FileKind.GO):
            self._worker.hand_over(lambda: self.process(environment, name))
        elif is_kind(name, FileKind.TD):
            self._worker.hand_over(lambda: self.cancel(environment, name))

    def settle(self, timeout_s: float = 30.0) -> None:
        """Wait until everything that came in is answered. Raises TimeoutError."""
        self._worker.settle(timeout_s)

    def close(self) -> None:
        """Stop working. The platform's store stays open: it is its owner's."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

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
        file = ReceivedFile(named, self._journal.next_ticket())
        error_ids = check(
            Delivery(environment.folder_in, self._sender.number, batch),
            today=_day(now),
            used=self._journal.is_used,
            limits=self._limits,
            parts=(self._inspector.facts(fi, fs, at=now) for fi, fs in received.parts()),
        )
        self._journal.use(received.names)
        self._acknowledge(environment, file, error_ids)
        if not error_ids:
            self._notify(environment, file, [fi for fi, _ in received.parts()])

    def _acknowledge(
        self, environment: Environment, file: ReceivedFile, error_ids: Sequence[str]
    ) -> None:
        now = self._clock()
        draft = self._outlet.draft(AnswerName.ACKNOWLEDGEMENT, environment, _day(now))
        with draft.path.open("wb") as stream:
            write_acknowledgements(stream, [acknowledgement_of(file, error_ids, at=now)])
        self._outlet.publish(draft, at=now)

    def _notify(self, environment: Environment, file: ReceivedFile, parts: Iterable[Path]) -> None:
        """Judge every form; verdicts and answers are written as they come.

        Answers to questions are published first: the notification closes the batch.
        """
        day = _day(self._clock())
        notices = self._outlet.draft(AnswerName.NOTIFICATION, environment, day)
        answers = self._outlet.draft(AnswerName.CONSULTATION, environment, day)
        with (
            self.platform.store.transaction(),
            notices.path.open("wb") as notice_stream,
            answers.path.open("wb") as answer_stream,
        ):
            answer_stream.write(self._answer_writer.head)
            empty = answer_stream.tell()

            def answer(form: AnswerForm) -> None:
                answer_stream.write(self._answer_writer.form(form))

            write_notification(notice_stream, self._judged(file, parts, answer))
            is_answered = answer_stream.tell() > empty
            answer_stream.write(self._answer_writer.foot)
        if is_answered:
            self._outlet.publish(answers, at=self._clock())
        else:
            answers.remove()
        self._outlet.publish(notices, at=self._clock())

    def _judged(
        self, file: ReceivedFile, parts: Iterable[Path], answer: Callable[[AnswerForm], None]
    ) -> Iterator[NotificationForm]:
        """The verdict on each form; what is answered besides goes to `answer`."""
        for form, reading in self._forms(parts):
            now = self._clock()
            outcome = self.platform.judge(form, reading, at=now, source=self._sender.source)
            if outcome.answer is not None:
                answer(
                    answer_form_of(
                        form, form.body.kind, outcome.answer, profile=self._profile, at=now
                    )
                )
            yield notification_of(
                form,
                outcome,
                file=file,
                sender=self._sender.number,
                ticket=self._journal.next_ticket(),
                at=now,
                language=self._language,
            )

    def _forms(self, parts: Iterable[Path]) -> Iterator[tuple[Form, Reading]]:
        shape = self._profile.declaration
        for part in parts:
            for element in xmlsafe.children(part, shape.form, root=shape.root):
                form, reading = self._reader.read(element)
                assert isinstance(form, Form)  # noqa: S101 - no message of answers is read here
                yield form, reading


def _day(moment: datetime) -> date:
    """The day in Belgium."""
    return moment.astimezone(ZoneInfo(BRUSSELS)).date()
