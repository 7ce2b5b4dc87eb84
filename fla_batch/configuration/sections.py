"""What can be set: a class per section of `fla-batch.toml`. `loading` reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fla_batch.configuration.rest import RestSection
from fla_batch.configuration.server import FINGERPRINT, GatewaySettings, is_loopback
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.fla_windows import FlaWindows
from fla_batch.vocabulary.terms import Environment

ENV_PREFIX = "FLA_BATCH_"


_DEFAULTS: Any = Field(default={}, validate_default=True)
"""A section of defaults. Not one made at import: each would build a validator of its own."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class SenderSection(_Section):
    """Who sends, and where to: R production, T circuit test, S simulation."""

    number: str = Field(default="", pattern=r"^([0-9]{6})?$", description="6 digits")
    environment: Literal["R", "T", "S"] = Field(default="S", description="R, T or S")


class WorkspaceSection(_Section):
    """Where the files and the ledger lie; `group` are the system users who share them.

    `store` is where several hosts share the outbox; `outbox` is then this host's copy.
    """

    outbox: Path = Path("outbox")
    store: str | None = Field(default=None, min_length=1)
    ledger: str = "sqlite:///outbox/ledger.db"
    group: str | None = Field(default=None, min_length=1)


class ProfileSection(_Section):
    """Name of a profile of the package, or the folder of one's own."""

    name: str = "fla-20250131"
    application: str | None = Field(
        default=None, pattern=r"^[A-Z]{4}$", description="4 capital letters"
    )


class ChannelSection(_Section):
    """Which way to the platform: BATCH over sFTP, or the REST API."""

    use: Literal["sftp", "rest"] = "sftp"


class GatewaySection(_Section):
    """The sFTP server, our account there, and how its host key is pinned."""

    host: str | None = None
    port: int = Field(default=8022, ge=1, le=65535)
    user: str | None = None
    key_file: Path | None = None
    key_password_env: str | None = None
    known_hosts: Path | None = None
    host_key: str | None = Field(
        default=None,
        pattern=FINGERPRINT,
        description="SHA256: and 43 characters, as `ssh-keygen -lf` prints it",
    )
    legacy_ssh_rsa: bool = False
    loopback_only: bool = False

    def settings(self) -> GatewaySettings:
        """As the gateway takes them. Raises ConfigurationMistake for what is missing."""
        self.require_loopback()
        if self.host is None or self.user is None or self.key_file is None:
            raise ConfigurationMistake(
                "[gateway] needs host, user and key_file before anything can be sent or fetched"
            )
        return GatewaySettings(**self.model_dump(exclude={"loopback_only"}))

    def require_loopback(self) -> None:
        """Raises ConfigurationMistake when a practice configuration leaves this machine (S14)."""
        if self.loopback_only and self.host is not None and not is_loopback(self.host):
            raise ConfigurationMistake(
                f"[gateway] loopback_only is set, and host is {self.host}: a configuration for "
                "practice and tests never reaches another machine",
                hint="For a real server write a configuration of its own: fla-batch init.",
            )


class SigningSection(_Section):
    """A PKCS#12 file, or a key and a certificate; and the roots for signatures of answers."""

    pkcs12_file: Path | None = None
    password_env: str | None = None
    key_file: Path | None = None
    certificate_file: Path | None = None
    pkcs11_module: Path | None = None
    pkcs11_token: str | None = None
    pkcs11_key: str | None = None
    answer_roots: Path | None = None

    @property
    def is_set(self) -> bool:
        """True when a signer is configured at all."""
        named = self.pkcs12_file or self.key_file or self.certificate_file
        return bool(named or self.pkcs11_module)


class LimitsSection(_Section):
    """Size of what is sent: bytes and forms a part, parts a batch; and of what a poll fetches."""

    part_bytes: int = Field(default=100_000_000, ge=10_000)
    part_forms: int = Field(default=50_000, ge=1)
    parts: int = Field(default=9, ge=1, le=9)
    answer_bytes: int = Field(default=2_000_000_000, ge=10_000)
    answers_per_poll: int = Field(default=10_000, ge=1)
    poll_bytes: int = Field(default=20_000_000_000, ge=10_000)


class AnswersSection(_Section):
    """When silence is overdue, which files are ours, and how far they are trusted.

    `kinds` are the second parts of the names of our answers; FLAA is ours (decision 0601).
    Answers of batches closed less than `recheck_days` ago are compared again at each poll.
    """

    overdue_acrf_hours: float = Field(default=24, gt=0)
    overdue_noti_days: float = Field(default=3, gt=0)
    delete_on_server: bool = False
    require_signature: bool = False
    recheck_days: float = Field(default=7, ge=0, le=3650)
    kinds: tuple[Annotated[str, Field(pattern=r"^[A-Z]{4}$")], ...] = ("ACRF", "NOTI", "FLAA")


class RulesSection(_Section):
    """The five-year windows of the FLA: first year of one of them, and their length."""

    window_start_year: int = Field(default=2024, ge=1951, le=2099)
    window_years: int = Field(default=5, ge=1, le=50)

    @property
    def windows(self) -> FlaWindows:
        """Until when a right counts follows from them."""
        return FlaWindows(self.window_start_year, self.window_years)


class InputSection(_Section):
    """How the user's files are read: a mapping of their columns (docs/reference/input.md)."""

    columns: Path | None = None


class UiSection(_Section):
    """How the program speaks to people; `FLA_BATCH_LANG` and `--lang` come before it."""

    language: Literal["en", "fr", "nl", "de"] | None = None


class OnSection(_Section):
    """Who is told of what: a command line, or an address that is posted to (decision 1907)."""

    sent: str | None = None
    answered: str | None = None
    refused: str | None = None
    file_refused: str | None = None
    cancelled: str | None = None
    timeout_s: float = Field(default=10.0, gt=0, le=300)


class Settings(_Section):
    """All settings. Build them with `fla_batch.configuration.loading.load`."""

    sender: SenderSection = _DEFAULTS
    workspace: WorkspaceSection = _DEFAULTS
    profile: ProfileSection = _DEFAULTS
    employers: dict[str, dict[str, str]] = {}
    channel: ChannelSection = _DEFAULTS
    gateway: GatewaySection = _DEFAULTS
    rest: RestSection = _DEFAULTS
    signing: SigningSection = _DEFAULTS
    limits: LimitsSection = _DEFAULTS
    answers: AnswersSection = _DEFAULTS
    rules: RulesSection = _DEFAULTS
    input: InputSection = _DEFAULTS
    ui: UiSection = _DEFAULTS
    on: OnSection = _DEFAULTS

    @property
    def environment(self) -> Environment:
        """Where batches go; [rest] may say it for its own channel."""
        own = self.rest.environment if self.uses_rest else None
        return Environment(own or self.sender.environment)

    @property
    def uses_rest(self) -> bool:
        """True when declarations and questions go over the REST API."""
        return self.channel.use == "rest"
