"""An employer's office: the library over sFTP, against the sandbox, at a clock of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fla_batch.account.rest_json import answer_json
from fla_batch.channel.retry import RetryPolicy, Waiting
from fla_batch.channel.sftp import connect
from fla_batch.commands import ask as asking
from fla_batch.commands.build import build
from fla_batch.commands.last_answers import known
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration import loading
from fla_batch.configuration.server import Limits
from fla_batch.intake.worker_list import Person
from fla_batch.ledger.records import FormRow
from fla_batch.message import load
from fla_batch.rules import RuleContext
from fla_batch.sandbox.answer_faults import combined
from fla_batch.sandbox.ground import Ground, practice_ground
from fla_batch.sandbox.rest_faults import RestFaultPlan
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind

MANUAL = Path(__file__).parents[1] / "manual"
EMPLOYER = "0880820673"
WORKER = "81511716525"
OTHER_WORKER = "70081500504"
PROFILE = load("fla-20250131")


def printed(name: str) -> Any:
    """An example of the REST manual, as it is printed there."""
    return json.loads((MANUAL / name).read_text(encoding="utf-8"))


@dataclass
class Clock:
    """The manual's examples are of March 2024; a millisecond passes with each look."""

    now: datetime = datetime(2024, 3, 7, 11, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class Office:
    """Declares and asks, and waits for what the portal says."""

    ground: Ground
    workspace: Workspace
    clock: Clock
    inputs: int = 0
    is_new: bool = False
    """True where answers to somebody else lie on the server too."""

    def declare(
        self, *bodies: str | dict[str, Any], allow_removals: bool = False, again: bool = False
    ) -> list[FormRow]:
        """The forms of a batch with their verdicts; a text names an example of the manual."""
        paths = [self._input(body) for body in bodies]
        result = build(self.workspace, paths, allow_removals=allow_removals, again=again)
        assert result.batches, [anomaly.error_id for anomaly in result.anomalies]
        return self.exchange([batch.name for batch in result.batches])

    def blocked(self, body: str | dict[str, Any], *, allow_removals: bool = False) -> list[str]:
        """The rules that keep a declaration from being built."""
        path = self._input(body)
        result = build(self.workspace, [path], allow_removals=allow_removals)
        assert not result.batches
        return [anomaly.rule or "" for anomaly in result.anomalies if anomaly.blocks]

    def exchange(self, names: Sequence[BatchName]) -> list[FormRow]:
        """Send, let the portal work, and fetch what it says."""
        waiting = to_send(self.workspace, [str(name) for name in names])
        send(self.workspace, waiting)
        self.ground.portal.settle()
        polled = poll(self.workspace)
        assert polled.quarantined == []
        assert polled.unmatched == [] or self.is_new
        return [form for name in names for form in self.workspace.ledger.forms(name)]

    def ask(
        self, kind: FormKind, years: Sequence[int] = (), worker: str = WORKER, **filters: Any
    ) -> dict[str, Any]:
        """The answer, in the manual's shape."""
        (asked,) = self.asked(kind, years, worker, **filters)
        assert asked.answer is not None
        return answer_json(asked.answer, asked.anomalies)

    def asked(
        self, kind: FormKind, years: Sequence[int] = (), worker: str = WORKER, **filters: Any
    ) -> list[asking.Asked]:
        """What became of a question about the manual's employer."""
        questions = asking.questions(kind, EMPLOYER, [Person(worker)], years, **filters)
        names = asking.build(self.workspace, questions)
        self.exchange(names)
        return asking.outcome(self.workspace, names)

    def workspace_context(self) -> RuleContext:
        """What the rules know at the office's hour, without a history."""
        return RuleContext(today=belgian_date(self.clock()))

    def credit_told(self) -> dict[str, Any]:
        """The last credit that the ledger holds of the manual's worker."""
        questions = asking.questions(FormKind.ASK_CREDIT, EMPLOYER, [Person(WORKER)])
        (row,) = known(self.workspace, questions)
        return answer_json(row)

    def _input(self, body: str | dict[str, Any]) -> Path:
        if isinstance(body, str):
            return MANUAL / body
        self.inputs += 1
        path = self.ground.folder / f"input-{self.inputs}.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        return path


@contextmanager
def open_office(
    folder: Path, clock: Clock, *faults: str, rest: RestFaultPlan | None = None
) -> Iterator[Office]:
    """An office whose channel and portal have those faults; it does not wait long for a hang.

    With `rest` it goes over the REST API.
    """
    channel, answers = combined(faults)
    with practice_ground(
        folder, PROFILE, clock=clock, faults=channel, answer_fault=answers, rest=rest
    ) as ground:
        settings = loading.load(ground.settings_file, environ={})
        quick = settings.rest.model_copy(update={"answer_s": 1.5, "answer_bytes": 1_000_000})
        settings = settings.model_copy(update={"rest": quick})
        usual = settings.gateway.settings()
        impatient = replace(usual, limits=Limits(0.8, 0.8, 0.8, 0.8, 0.8))
        with Workspace.open(
            settings,
            PROFILE,
            clock=clock,
            connect=lambda: connect(impatient if ground.server.faults.hang_at else usual),
            waiting=Waiting(policy=RetryPolicy(attempts=2), sleep=lambda _: None),
        ) as workspace:
            yield Office(ground, workspace, clock)


@contextmanager
def newcomer(office: Office, folder: Path) -> Iterator[Office]:
    """Another office of the same employer, with a ledger that knows nothing yet."""
    text = office.ground.settings_file.read_text(encoding="utf-8")
    settings_file = office.ground.folder / "newcomer.toml"
    text = text.replace('"outbox"', f'"{folder}"').replace(
        "sqlite:///outbox", f"sqlite:///{folder}"
    )
    settings_file.write_text(text, encoding="utf-8")
    settings = loading.load(settings_file, environ={})
    # The names of files are unique for a sender and day: this office takes the next day's.
    office.clock.now += timedelta(days=1)
    with Workspace.open(settings, PROFILE, clock=office.clock) as workspace:
        yield Office(office.ground, workspace, office.clock, is_new=True)
