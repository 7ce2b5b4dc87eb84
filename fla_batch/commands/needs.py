"""What a command may ask of its surroundings: the less, the shorter its list here.

Each command names one of these and gets nothing else; `Workspace` offers them all, and only the
ways in (the command line, a page, a test) name it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from datetime import date, datetime

    from cryptography.x509 import Certificate

    from fla_batch.account.ledger_history import LedgerHistory
    from fla_batch.batching.assemble import FillsBatches
    from fla_batch.batching.form_maker import FormMaker
    from fla_batch.batching.recipe import Recipe
    from fla_batch.channel.protocol import Gateway
    from fla_batch.commands.channels import Channel
    from fla_batch.configuration.sections import AnswersSection, LimitsSection, RulesSection
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.message import MessageShape, MessageWriter, Profile
    from fla_batch.message.extra_zones import EmployerZones
    from fla_batch.outbox.outbox import Outbox
    from fla_batch.rules import RuleContext
    from fla_batch.system.workforce import Workforce
    from fla_batch.vocabulary.creation_stamps import Stretch
    from fla_batch.vocabulary.filenames import BatchName
    from fla_batch.vocabulary.terms import Environment, FormKind

Result = TypeVar("Result")


class Records(Protocol):
    """What lies with us of one sender, for one environment: ledger, outbox, and the clock."""

    @property
    def sender(self) -> str: ...
    @property
    def environment(self) -> Environment: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...


class PortalLine(Records, Protocol):
    """A way to the portal as well, and how long we try."""

    @property
    def connect(self) -> Callable[[], Gateway]: ...
    def patiently(self, action: Callable[[], Result]) -> Result: ...
    def pause(self, at_most_s: float = ...) -> None: ...


class BuildTools(Records, Protocol):
    """What turns declarations and questions into signed batches."""

    @property
    def profile(self) -> Profile: ...
    @property
    def writers(self) -> Mapping[FormKind, MessageWriter]: ...
    @property
    def employer_zones(self) -> EmployerZones: ...
    def assembler(self, shape: MessageShape) -> FillsBatches: ...
    @property
    def channel_name(self) -> str: ...
    @property
    def limits(self) -> LimitsSection: ...
    @property
    def workforce(self) -> Workforce: ...
    def form_maker(self) -> FormMaker: ...
    def recipe(self, maker: FormMaker, context: RuleContext) -> Recipe: ...
    def next_name(self, day: date, application: str) -> BatchName: ...
    def signing_notes(self) -> list[str]: ...
    def reserve_stamps(self, count: int) -> list[Stretch]: ...
    def wait_a_moment(self) -> None: ...


class CheckedBuild(BuildTools, Protocol):
    """And what the rules are told: the windows, and what the platform holds already."""

    @property
    def rules(self) -> RulesSection: ...
    @property
    def history(self) -> LedgerHistory: ...


class AnswerTools(Records, Protocol):
    """What reads answers, and decides whether they can be trusted."""

    @property
    def profile(self) -> Profile: ...
    @property
    def answer_roots(self) -> list[Certificate]: ...
    @property
    def answers(self) -> AnswersSection: ...
    @property
    def limits(self) -> LimitsSection: ...
    @property
    def ledger_url(self) -> str: ...
    @property
    def hands(self) -> int: ...


class Channelled(Records, Protocol):
    """A way to the platform, whichever it is."""

    @property
    def channel(self) -> Channel: ...


class AnswerLine(AnswerTools, PortalLine, Channelled, Protocol):
    """Fetching answers and reading them."""


class QuestionTools(BuildTools, AnswerLine, Protocol):
    """Asking by batches: building, sending, and fetching the answers."""
