"""What the portal says about one batch: its ACRF, its NOTI, and answers to its questions.

Forms are judged one after the other and what comes of them is written at once, so that memory
does not grow with the batch; the accounts change together, when all of it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from fla_batch.answers.notification import NotificationForm
from fla_batch.answers.portal_writer import write_acknowledgements, write_notification
from fla_batch.message import FormReader, MessageWriter, Reading
from fla_batch.message.which_message import shape_of
from fla_batch.models.form import AnswerForm, Form
from fla_batch.sandbox.notices import ReceivedFile, Voice, acknowledgement_of
from fla_batch.sandbox.outlet import AnswerName, Outlet
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.store import PortalJournal
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.terms import Environment

Clock = Callable[[], datetime]
"""Now, aware."""


@dataclass(frozen=True)
class Answers:
    """Writes and publishes through `outlet` what `voice` says."""

    voice: Voice
    platform: Platform
    sender: Sender
    outlet: Outlet
    journal: PortalJournal
    clock: Clock

    @cached_property
    def _readers(self) -> dict[int, FormReader]:
        return {
            id(each): FormReader(self.voice.profile, each) for each in self.voice.profile.messages
        }

    @cached_property
    def _writer(self) -> MessageWriter | None:
        return MessageWriter(self.voice.profile.answer) if self.voice.profile.answer else None

    def acknowledge(
        self, environment: Environment, file: ReceivedFile, error_ids: Sequence[str]
    ) -> None:
        """Publish the ACRF of a batch: positive without error ids."""
        now = self.clock()
        draft = self.outlet.draft(AnswerName.ACKNOWLEDGEMENT, environment, belgian_date(now))
        with draft.path.open("wb") as stream:
            write_acknowledgements(stream, [acknowledgement_of(file, error_ids, at=now)])
        self.outlet.publish(draft, at=now)

    def notify(self, environment: Environment, file: ReceivedFile, parts: Iterable[Path]) -> None:
        """Judge every form; verdicts and answers are written as they come.

        Answers to questions are published first: the notification closes the batch.
        """
        day = belgian_date(self.clock())
        notices = self.outlet.draft(AnswerName.NOTIFICATION, environment, day)
        answers = self.outlet.draft(AnswerName.CONSULTATION, environment, day)
        with (
            self.platform.store.transaction(),
            notices.path.open("wb") as notice_stream,
            answers.path.open("wb") as answer_stream,
        ):
            writer = self._writer
            head, foot = writer.around(0) if writer else (b"", b"")
            answer_stream.write(head)
            empty = answer_stream.tell()

            def answer(form: AnswerForm) -> None:
                # A profile without answers has no questions either; a stray one gets its verdict.
                answer_stream.write(writer.form(form) if writer else b"")

            write_notification(notice_stream, self._judged(file, parts, answer))
            is_answered = answer_stream.tell() > empty
            answer_stream.write(foot)
        if is_answered:
            self.outlet.publish(answers, at=self.clock())
        else:
            answers.remove()
        self.outlet.publish(notices, at=self.clock())

    def _judged(
        self, file: ReceivedFile, parts: Iterable[Path], answer: Callable[[AnswerForm], None]
    ) -> Iterator[NotificationForm]:
        """The verdict on each form; what is answered besides goes to `answer`."""
        for form, reading in self._forms(parts):
            now = self.clock()
            outcome = self.platform.judge(form, reading, at=now, source=self.sender.source)
            if outcome.answer is not None and self._writer is not None:
                answer(self.voice.answer(form, outcome.answer, now))
            ticket = self.journal.next_ticket()
            yield self.voice.notification(form, outcome, file, ticket, now)

    def _forms(self, parts: Iterable[Path]) -> Iterator[tuple[Form, Reading]]:
        for part in parts:
            shape = shape_of(part, self.voice.profile)
            reader = self._readers[id(shape)]
            for element in xmlsafe.children(part, shape.form, root=shape.root):
                form, reading = reader.read(element)
                assert isinstance(form, Form)  # noqa: S101 - no message of answers is read here
                yield form, reading
