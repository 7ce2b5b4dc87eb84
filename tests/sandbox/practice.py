"""A client that writes to the portal's folders directly, and reads what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from fla_batch.answers import acknowledgement, notification
from fla_batch.answers.acknowledgement import Acknowledgement
from fla_batch.answers.notification import NotificationForm
from fla_batch.intake.platform_answers import load_answer
from fla_batch.message import FormReader, MessageWriter, Profile, Reading, load
from fla_batch.models import (
    Declaration,
    Employee,
    Employer,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.form import AnswerForm, Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.sandbox.platform import FormOutcome, Platform
from fla_batch.sandbox.portal import Portal
from fla_batch.sandbox.sender import Sender
from fla_batch.system.xmlsafe import children
from fla_batch.vocabulary.filenames import BatchName, FileName, sequence_text
from fla_batch.vocabulary.terms import Environment, FileKind, FormKind, RightSource
from tests.builders import answer_shape

MANUAL = Path(__file__).parents[1] / "manual"
NOW = datetime(2025, 3, 1, 9, 15, tzinfo=UTC)
TODAY = date(2025, 3, 1)
EMPLOYER = "0880820673"
WORKER = "81511716525"
OTHER_WORKER = "70081500504"
SENDER = "123456"


def manual(name: str) -> Declaration:
    """A body of the REST manual, as it is printed."""
    (declaration,) = load_answer(MANUAL / name).declarations
    return declaration


def rights_of(name: str) -> TrainingRightsDeclaration:
    """The manual's rights in a body or answer."""
    declaration = manual(name)
    assert isinstance(declaration, TrainingRightsDeclaration)
    return declaration


def trainings_of(name: str) -> TrainingsDeclaration:
    """The manual's trainings in a body or answer."""
    declaration = manual(name)
    assert isinstance(declaration, TrainingsDeclaration)
    return declaration


def question(kind: FormKind, **zones: Any) -> Question:
    """A question of the manual's employer, about the manual's worker where it needs one."""
    about_worker = kind in (FormKind.ASK_CREDIT, FormKind.ASK_RIGHTS, FormKind.ASK_TRAININGS)
    employee = Employee(inss=WORKER) if about_worker else None
    given = {"employer": Employer(company_id=EMPLOYER), "employee": employee, **zones}
    return Question(question=kind, **given)


@dataclass
class Clock:
    """A clock that moves a millisecond each time it is read."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class NewPractice(Protocol):
    """Makes practices in folders of their own, and closes them when the test is over."""

    def __call__(
        self,
        name: str = "portal",
        *,
        environment: Environment = ...,
        platform: Platform | None = ...,
        profile: Profile = ...,
        clock: Clock | None = ...,
        **options: Any,
    ) -> Practice: ...


@dataclass
class Practice:
    """A portal over plain folders, and a client of it."""

    folder: Path
    environment: Environment = Environment.SIMULATION
    platform: Platform = field(default_factory=Platform)
    clock: Clock = field(default_factory=Clock)
    options: dict[str, Any] = field(default_factory=dict)
    profile: Profile = field(default_factory=lambda: load("fla-20250131"))
    sent: int = 0
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.root = self.folder / "account"
        self.inbox.mkdir(parents=True)
        options = {"sender": Sender(SENDER), **self.options}
        self.portal = Portal(self.root, self.profile, self.platform, clock=self.clock, **options)

    @property
    def inbox(self) -> Path:
        return self.root / self.environment.folder_in

    @property
    def outbox(self) -> Path:
        return self.root / self.environment.folder_out

    def new_batch(self) -> BatchName:
        self.sent += 1
        sequence = sequence_text(self.sent)
        return BatchName(self.profile.application, SENDER, TODAY, sequence, self.environment)

    def forms(self, bodies: Iterable[Declaration | Question]) -> list[Form]:
        made = []
        for number, body in enumerate(bodies, start=1):
            created = datetime(2025, 3, 1, 10, 15, self.sent, number * 1000, tzinfo=UTC)
            reference = f"R{self.sent:05d}{number:05d}"
            header = FormHeader.original(
                self.profile.identifications[body.kind], created, reference
            )
            made.append(Form(header=header, body=body))
        return made

    def message(self, *bodies: Declaration | Question) -> bytes:
        return b"".join(MessageWriter(self.profile.declaration).message(self.forms(bodies)))

    def put(self, name: FileName | str, content: bytes = b"") -> None:
        (self.inbox / str(name)).write_bytes(content)

    def send(self, *bodies: Declaration | Question) -> str:
        """A batch of one part; returns the GO's name."""
        batch = self.new_batch()
        self.put(batch.fi(1, 1), self.message(*bodies))
        self.put(batch.go(1))
        self.portal.process(self.environment, str(batch.go(1)))
        return str(batch.go(1))

    def ask(self, asked: Question) -> AnswerForm:
        """The one answer to one question."""
        (verdict,) = self.declare(asked)
        assert verdict.accepted
        (answer,) = self.answers()
        return answer

    def declare(self, *bodies: Declaration | Question) -> list[NotificationForm]:
        """The verdicts on declarations and questions."""
        self.send(*bodies)
        assert self.acknowledged().accepted
        return self.verdicts()

    def judge(self, body: Declaration | Question) -> FormOutcome:
        """The platform's verdict, without the gateway, now."""
        (form,) = self.forms([body])
        return self.platform.judge(form, Reading(), at=self.clock(), source=RightSource.EMPLOYER)

    def received(self, kind: str) -> list[Path]:
        """Answers of that kind that were not read yet, GO and all."""
        found = []
        if not self.outbox.is_dir():
            return []
        for path in sorted(self.outbox.iterdir()):
            name = FileName.parse(path.name)
            if name.kind is not FileKind.FO or name.batch.application != kind:
                continue
            assert (self.outbox / str(name.companion(FileKind.GO))).is_file()
            if path.name not in self.seen:
                self.seen.add(path.name)
                found.append(path)
        return found

    def acknowledged(self) -> Acknowledgement:
        (path,) = self.received("ACRF")
        (form,) = acknowledgement.read(path)
        return form

    def verdicts(self) -> list[NotificationForm]:
        return [form for path in self.received("NOTI") for form in notification.read_forms(path)]

    def answers(self) -> list[AnswerForm]:
        shape = answer_shape(self.profile)
        reader = FormReader(self.profile, shape)
        forms = []
        for path in self.received("FLAA"):
            for element in children(path, shape.form, root=shape.root):
                form, reading = reader.read(element)
                assert isinstance(form, AnswerForm)
                assert not reading.unknown
                assert not reading.unreadable
                forms.append(form)
        return forms

    def close(self) -> None:
        self.portal.close()
        self.platform.store.close()
