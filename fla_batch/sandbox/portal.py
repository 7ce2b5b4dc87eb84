"""The simulated portal: takes a batch when its GO arrives, checks it, and answers.

The gateway's part: which files belong to a batch, what is wrong with them (the checks that the
tool makes before it sends), the acknowledgement; then each form goes to the platform, and its
verdicts become one notification, and answers to questions one FLAAnswer. Every answer is an FO,
its FS when the portal has a certificate, and its GO, in that order.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from fla_batch import xmlsafe
from fla_batch.binding import FormReader, MessageWriter, Profile
from fla_batch.gateway_checks import Delivery, Limits, PartFacts, check, files_of
from fla_batch.models.form import AnswerForm, Form
from fla_batch.models.question import Question
from fla_batch.responses.blocks import BRUSSELS
from fla_batch.responses.notification import NotificationForm
from fla_batch.responses.writer import write_acknowledgements, write_notification
from fla_batch.sandbox.content import Inspector
from fla_batch.sandbox.journal import Journal
from fla_batch.sandbox.notices import (
    ReceivedFile,
    acknowledgement_of,
    answer_form_of,
    notification_of,
)
from fla_batch.sandbox.outlet import AnswerName, Deliver, Outlet, deliver, take
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
        deliver: Deliver = deliver,
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
        self._inspector = Inspector(profile, sender, roots=roots, limits=limits)
        self._reader = FormReader(profile, profile.declaration)
        self._answer_writer = MessageWriter(profile.answer)
        self._outlet = Outlet(
            root, self.state / "staging", self._journal, signer=signer, deliver=deliver
        )
        self._worker = Worker(delay_s)
        self._one_at_a_time = threading.Lock()

    def on_closed(self, folder: str, name: str, path: Path) -> None:  # noqa: ARG002
        """For the SFTP server: a client wrote and closed a file. Returns at once."""
        environment = next((each for each in Environment if each.folder_in == folder), None)
        if environment is None:
            return
        if name.startswith(f"{FileKind.GO}."):
            self._worker.hand_over(lambda: self.process(environment, name))
        elif name.startswith(f"{FileKind.TD}."):
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
            listing = files_of(go_name, self._listing(environment))
            names = [name for name, _ in listing]
            if go_name not in names:
                return
            if any(name.startswith(f"{FileKind.TD}.") for name in names):
                self._take(environment, names)
                return
            self._receive(environment, go_name, listing)

    def cancel(self, environment: Environment, td_name: str) -> None:
        """Take away the files of a TD's batch, unless it was processed before."""
        with self._one_at_a_time:
            listing = files_of(td_name, self._listing(environment))
            self._take(environment, [name for name, _ in listing])

    def refuse_without_go(self, environment: Environment) -> None:
        """Refuse every FI and FS that lies there without a GO, as at the end of a day (130)."""
        with self._one_at_a_time:
            while left := self._without_go(environment):
                self._receive(environment, left[0][0], left)

    def _without_go(self, environment: Environment) -> list[tuple[str, int]]:
        """The files of the first batch that has an FI or FS and no GO."""
        listing = sorted(self._listing(environment))
        for name, _ in listing:
            batch = files_of(name, listing)
            kinds = {each.partition(".")[0] for each, _ in batch}
            if name.startswith(("FI.", "FS.")) and FileKind.GO not in kinds:
                return batch
        return []

    def _receive(
        self, environment: Environment, named: str, listing: Sequence[tuple[str, int]]
    ) -> None:
        names = [name for name, _ in listing]
        now = self._clock()
        place = self._take(environment, names, note=False)
        file = ReceivedFile(named, self._journal.next_ticket())
        error_ids = check(
            Delivery(environment.folder_in, self._sender.number, listing),
            today=_day(now),
            used=self._journal.is_used,
            limits=self._limits,
            parts=self._facts(place, names, now),
        )
        self._journal.use(names)
        self._acknowledge(environment, file, error_ids)
        if not error_ids:
            self._notify(environment, file, place, names)

    def _listing(self, environment: Environment) -> list[tuple[str, int]]:
        """Name and size in bytes of each file in the IN folder."""
        folder = self.root / environment.folder_in
        found = []
        for entry in os.scandir(folder) if folder.is_dir() else ():
            try:
                if entry.is_file(follow_symlinks=False):
                    found.append((entry.name, entry.stat(follow_symlinks=False).st_size))
            except FileNotFoundError:  # a client removed it meanwhile
                continue
        return found

    def _take(self, environment: Environment, names: list[str], *, note: bool = True) -> Path:
        """Move the files to the portal's own folder, where no client can change them."""
        number = self._journal.next_number("received")
        place = self.state / "received" / f"{number:05d}.{environment.folder_in}"
        take(self.root / environment.folder_in, names, place)
        if note:
            self._journal.use(names)
        return place

    def _facts(self, place: Path, names: Iterable[str], now: datetime) -> Iterator[PartFacts]:
        for name in names:
            fi, fs = place / name, place / f"FS{name[2:]}"
            if name.startswith(f"{FileKind.FI}.") and fi.is_file():
                application = [*name.split("."), ""][1]
                yield self._inspector.facts(
                    fi, fs if fs.is_file() else None, application=application, at=now
                )

    def _acknowledge(
        self, environment: Environment, file: ReceivedFile, error_ids: Sequence[str]
    ) -> None:
        now = self._clock()
        draft = self._outlet.draft(AnswerName.ACKNOWLEDGEMENT, environment, _day(now))
        with draft.path.open("wb") as stream:
            write_acknowledgements(stream, [acknowledgement_of(file, error_ids, at=now)])
        self._outlet.publish(draft, at=now)

    def _notify(
        self, environment: Environment, file: ReceivedFile, place: Path, names: Iterable[str]
    ) -> None:
        """Judge every form; verdicts and answers are written as they come."""
        now = self._clock()
        notices = self._outlet.draft(AnswerName.NOTIFICATION, environment, _day(now))
        answers = self._outlet.draft(AnswerName.CONSULTATION, environment, _day(now))
        parts = [place / name for name in names if name.startswith(f"{FileKind.FI}.")]
        with (
            self.platform.store.transaction(),
            notices.path.open("wb") as notice_stream,
            answers.path.open("wb") as answer_stream,
        ):
            answer_stream.write(self._answer_writer.head)
            empty = answer_stream.tell()
            judged = self._judged(
                file, parts, lambda form: answer_stream.write(self._answer_writer.form(form))
            )
            first = next(judged, None)
            if first is not None:
                write_notification(notice_stream, chain([first], judged))
            answered = answer_stream.tell() > empty
            answer_stream.write(self._answer_writer.foot)
        for draft, filled in ((notices, first is not None), (answers, answered)):
            if filled:
                self._outlet.publish(draft, at=self._clock())
            else:
                self._outlet.abandon(draft)

    def _judged(
        self,
        file: ReceivedFile,
        parts: Iterable[Path],
        answer: Callable[[AnswerForm], object],
    ) -> Iterator[NotificationForm]:
        """Verdicts on all forms but the questions that are answered, which go to `answer`."""
        shape = self._profile.declaration
        for part in parts:
            for element in xmlsafe.children(part, shape.form, root=shape.root):
                form, reading = self._reader.read(element)
                assert isinstance(form, Form)  # noqa: S101 - no message of answers is read here
                now = self._clock()
                outcome = self.platform.judge(form, reading, at=now, source=self._sender.source)
                if outcome.answer is not None and isinstance(form.body, Question):
                    kind = form.body.kind
                    answer(
                        answer_form_of(form, kind, outcome.answer, profile=self._profile, at=now)
                    )
                    continue
                yield notification_of(
                    form,
                    outcome,
                    file=file,
                    sender=self._sender.number,
                    ticket=self._journal.next_ticket(),
                    at=now,
                    language=self._language,
                )


def _day(moment: datetime) -> date:
    """The day in Belgium."""
    return moment.astimezone(ZoneInfo(BRUSSELS)).date()
