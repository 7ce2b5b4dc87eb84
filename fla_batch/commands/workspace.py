"""Where settings become ledger, outbox, profile, signer, clock, ids and gateway.

Only the ways in name it: a command names what it needs of it (`needs`).

Everything that touches the world comes in here as an argument, so that a command can be run in a
test exactly as it runs in life.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self, TypeVar

from fla_batch.channel.retry import PATIENTLY, Waiting
from fla_batch.commands.channels import SftpChannel
from fla_batch.system.closing import Closing
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import NO_SENDER, Environment

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from fla_batch.account.ledger_history import LedgerHistory
    from fla_batch.batching.assemble import FillsBatches
    from fla_batch.batching.form_maker import FormMaker
    from fla_batch.batching.recipe import Recipe
    from fla_batch.channel.protocol import Gateway
    from fla_batch.channel.rest_client import RestClient
    from fla_batch.commands.channels import Channel
    from fla_batch.configuration.loading import Settings
    from fla_batch.configuration.sections import AnswersSection, LimitsSection, RulesSection
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.message import MessageShape, MessageWriter, Profile
    from fla_batch.message.extra_zones import EmployerZones
    from fla_batch.outbox.outbox import Outbox
    from fla_batch.rules import RuleContext
    from fla_batch.signing.signer import Signer
    from fla_batch.system.workforce import Workforce
    from fla_batch.vocabulary.creation_stamps import Stretch
    from fla_batch.vocabulary.terms import FormKind

Clock = Callable[[], datetime]
Result = TypeVar("Result")
_RUN_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


_A_MOMENT_S = 0.5


def random_run() -> str:
    """Ten characters that no other run will have: 36**10 is more than 10**15."""
    return "".join(secrets.choice(_RUN_DIGITS) for _ in range(10))


@dataclass
class Workspace(Closing):
    """Open it with `open`, close it at the end of a `with`."""

    settings: Settings
    given_profile: Profile | None
    ledger: Ledger
    outbox: Outbox
    clock: Clock
    new_run: Callable[[], str]
    connect: Callable[[], Gateway]
    waiting: Waiting = PATIENTLY
    hands: int = 1
    given_workforce: Workforce | None = None

    @classmethod
    def open(
        cls,
        settings: Settings,
        profile: Profile | None = None,
        *,
        clock: Clock,
        new_run: Callable[[], str] = random_run,
        connect: Callable[[], Gateway] | None = None,
        waiting: Waiting = PATIENTLY,
        hands: int = 1,
        workforce: Workforce | None = None,
        mend: bool = False,
    ) -> Self:
        """The workspace of these settings.

        Raises LedgerBehind, LedgerTrouble, DiskTrouble, and ConfigurationMistake for an outbox of
        another system user.

        `mend` takes a ledger that is behind the outbox, or makes one: to rebuild it.

        Without `profile` the configured one is loaded when it is needed. `hands` is how many
        processes of this machine may share a build or a large answer (`receive`); a `workforce`
        takes over the build, and whoever gives it closes it.
        """
        from fla_batch.commands.ledger_of_outbox import open_ledger
        from fla_batch.commands.outbox_of_settings import outbox_of
        from fla_batch.ledger.ledger import Ledger

        outbox, url = outbox_of(settings.workspace), settings.workspace.ledger
        outbox.require_ours(settings.workspace.group)
        ledger = Ledger.open(url) if mend else open_ledger(url, outbox)
        return cls(
            settings=settings,
            given_profile=profile,
            ledger=ledger,
            outbox=outbox.beside(ledger),
            clock=clock,
            new_run=new_run,
            connect=connect or (lambda: _connect(settings)),
            waiting=waiting,
            hands=hands,
            given_workforce=workforce,
        )

    @property
    def environment(self) -> Environment:
        """Where batches of this workspace go."""
        return self.settings.environment

    @property
    def sender(self) -> str:
        """Who sends: six digits, or nothing where none is set."""
        return self.settings.sender.number

    @property
    def channel_name(self) -> str:
        """The channel that is configured."""
        return self.settings.channel.use

    @cached_property
    def channel(self) -> Channel:
        """The way to the platform."""
        if not self.settings.uses_rest:
            return SftpChannel(self)
        from fla_batch.commands.rest_channel import RestChannel

        return RestChannel(self, self._rest_client, self.settings.rest.concurrency)

    def _rest_client(self) -> RestClient:
        """Raises ConfigurationMistake, KeyOrCertificateMistake."""
        from fla_batch.channel.rest_client import RestClient
        from fla_batch.channel.rest_token import client_key

        section = self.settings.rest
        section.require_usable(self.environment)
        return RestClient(section, client_key(section), self.waiting, self.clock)

    @property
    def limits(self) -> LimitsSection:
        """Sizes of parts, batches and answers."""
        return self.settings.limits

    @property
    def answers(self) -> AnswersSection:
        """How answers are trusted and awaited."""
        return self.settings.answers

    @property
    def rules(self) -> RulesSection:
        """The five-year windows."""
        return self.settings.rules

    @property
    def ledger_url(self) -> str:
        """Where another process finds the ledger."""
        return self.settings.workspace.ledger

    @property
    def workforce(self) -> Workforce:
        """Who shares the work of a build."""
        return self.given_workforce or self._own_workforce

    @cached_property
    def _own_workforce(self) -> Workforce:
        from fla_batch.system.workforce import OwnWorkforce

        return OwnWorkforce(self.hands)

    @cached_property
    def profile(self) -> Profile:
        """How messages are written and read. Raises ConfigurationMistake, ProfileMistake."""
        from fla_batch.commands.configured_profile import configured_profile

        return self.given_profile or configured_profile(self.settings)

    @property
    def employer_zones(self) -> EmployerZones:
        """The zones of each employer that the models do not have, of [employers]."""
        return {
            company_id: {f"extra.{name}": text for name, text in zones.items()}
            for company_id, zones in self.settings.employers.items()
        }

    @cached_property
    def writers(self) -> Mapping[FormKind, MessageWriter]:
        """Write declarations and questions by the profile."""
        from fla_batch.message.templates import MessageFacts
        from fla_batch.message.writer import writers_of

        day = belgian_date(self.clock())
        facts = MessageFacts(day, self.sender, self.environment)
        return writers_of(self.profile, facts=facts, extras=self.employer_zones)

    def assembler(self, shape: MessageShape) -> FillsBatches:
        """Fills batches of that message. Raises ProfileMistake, KeyOrCertificateMistake."""
        if self.settings.uses_rest:
            from fla_batch.batching.rest_assembly import RestAssembler

            return RestAssembler(shape)
        from fla_batch.batching.assemble import Assembler
        from fla_batch.message.xsd_verdict import SchemaValidator

        kind = next(kind for kind, each in self.profile.shapes.items() if each is shape)
        validator = SchemaValidator(self.profile, shape)
        folder = str(self.profile.folder)
        return Assembler(
            shape, self.writers[kind], validator, self.signer, folder, kind, self.workforce
        )

    @cached_property
    def signer(self) -> Signer | None:
        """Signs FI files; None when no key is configured and the environment needs none.

        Raises KeyOrCertificateMistake, ConfigurationMistake for production without a key.
        """
        from fla_batch.commands.configured_signer import signer_of

        section = self.settings.signing
        if section.is_set:
            return signer_of(section)
        if self.environment is Environment.PRODUCTION:
            raise ConfigurationMistake(
                "production needs signatures: [signing] names no key",
                hint="Set pkcs12_file, or key_file and certificate_file, in [signing].",
            )
        return None

    def signing_notes(self) -> list[str]:
        """What the user should know about the certificate, such as its nearing end."""
        if self.settings.uses_rest:
            return []
        warning = self.signer.warning(self.clock()) if self.signer else None
        return [warning] if warning else []

    def form_maker(self) -> FormMaker:
        """Makes the forms of one run, from now on."""
        from fla_batch.batching.form_maker import FormMaker

        return FormMaker(self.profile, self.new_run(), self.clock())

    def recipe(self, maker: FormMaker, context: RuleContext) -> Recipe:
        """What another process needs to check and write declarations of this run."""
        from fla_batch.account.ledger_history import LedgerHistory
        from fla_batch.batching.recipe import Recipe

        history = context.history
        return Recipe(
            profile=str(self.profile.folder),
            run=maker.run,
            started=maker.started,
            context=replace(context, history=None),
            ledger=self.settings.workspace.ledger,
            environment=self.environment,
            held=isinstance(history, LedgerHistory) and not history.is_empty,
            extras=self.employer_zones,
        )

    def next_name(self, day: date, application: str) -> BatchName:
        """A batch name that was never used, for a Belgian date. Raises ConfigurationMistake."""
        sender = self._sender()
        sequence = self.ledger.allocate_sequence(sender, day, self.environment)
        name = BatchName(application, sender, day, sequence, self.environment)
        self.outbox.reach(self.ledger.last_event(), name)
        return name

    def reserve_stamps(self, count: int) -> list[Stretch]:
        """Creation stamps that no form of the sender has or will have, up to now."""
        return self.ledger.reserve_stamps(self._sender(), count, self.clock())

    def _sender(self) -> str:
        sender = self.sender
        if not sender and self.settings.uses_rest:
            sender = NO_SENDER  # names of batches begin with it over REST as well
        if not sender:
            raise ConfigurationMistake(
                "[sender] number is missing: file names begin with it",
                hint="Set your six-digit sender number in fla-batch.toml; "
                "`fla-batch init` writes one.",
            )
        return sender

    @property
    def history(self) -> LedgerHistory:
        """What the platform holds already, for the guards of the annual photo.

        A new one each time: it remembers what there was, and an answer may come in between.
        """
        from fla_batch.account.ledger_history import LedgerHistory

        return LedgerHistory(self.ledger, self.environment)

    @cached_property
    def answer_roots(self) -> list[Certificate]:
        """The roots that signatures of answers must lead to; empty when none are configured.

        Raises KeyOrCertificateMistake.
        """
        from fla_batch.signing.keys import load_certificates

        path = self.settings.signing.answer_roots
        return list(load_certificates(path)) if path else []

    def patiently(self, action: Callable[[], Result]) -> Result:
        """What `action` returns, tried again while its error says that this makes sense."""
        return self.waiting.patiently(action)

    def pause(self, at_most_s: float = math.inf) -> None:
        """Wait between two looks at the server's folder."""
        self.waiting.sleep(min(self.waiting.look_again_s, at_most_s))

    def wait_a_moment(self) -> None:
        """Wait before looking again whether another process has ended."""
        self.waiting.sleep(_A_MOMENT_S)

    def close(self) -> None:
        """Let go of the ledger, and of those who worked."""
        with self.ledger:
            if "_own_workforce" in self.__dict__:
                self._own_workforce.close()


def _connect(settings: Settings) -> Gateway:
    from fla_batch.channel.sftp import connect

    return connect(settings.gateway.settings())
