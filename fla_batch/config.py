"""The settings: `fla-batch.toml`, overridden by environment variables `FLA_BATCH_SECTION__KEY`.

Relative paths are relative to the file that names them. An unknown key is an error that names
the nearest known one. No secret stands in here: passwords come from the environment variables
whose names are given.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from fla_batch.errors import ConfigurationMistake
from fla_batch.gateway.settings import GatewaySettings
from fla_batch.terms import Environment

FILE_NAME = "fla-batch.toml"
ENV_PREFIX = "FLA_BATCH_"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SenderSection(_Section):
    """Who sends, and where to: R production, T circuit test, S simulation."""

    number: str = Field(default="", pattern=r"^([0-9]{6})?$")
    environment: Literal["R", "T", "S"] = "S"


class WorkspaceSection(_Section):
    """Where the files and the ledger lie."""

    outbox: Path = Path("outbox")
    ledger: str = "sqlite:///outbox/ledger.db"


class ProfileSection(_Section):
    """Name of a profile of the package, or the folder of one's own."""

    name: str = "fla-20250131"
    application: str | None = Field(default=None, pattern=r"^[A-Z]{4}$")


class GatewaySection(_Section):
    """The sFTP server, our account there, and how its host key is pinned."""

    host: str | None = None
    port: int = Field(default=8022, ge=1, le=65535)
    user: str | None = None
    key_file: Path | None = None
    key_password_env: str | None = None
    known_hosts: Path | None = None
    host_key: str | None = None
    legacy_ssh_rsa: bool = False

    def settings(self) -> GatewaySettings:
        """As the gateway takes them. Raises ConfigurationMistake for what is missing."""
        if self.host is None or self.user is None or self.key_file is None:
            raise ConfigurationMistake(
                "[gateway] needs host, user and key_file before anything can be sent or fetched"
            )
        return GatewaySettings(
            host=self.host,
            port=self.port,
            user=self.user,
            key_file=self.key_file,
            key_password_env=self.key_password_env,
            known_hosts=self.known_hosts,
            host_key=self.host_key,
            legacy_ssh_rsa=self.legacy_ssh_rsa,
        )


class SigningSection(_Section):
    """A PKCS#12 file, or a key and a certificate; and the roots for signatures of answers."""

    pkcs12_file: Path | None = None
    password_env: str | None = None
    key_file: Path | None = None
    certificate_file: Path | None = None
    answer_roots: Path | None = None

    @property
    def is_set(self) -> bool:
        """True when a signer is configured at all."""
        return bool(self.pkcs12_file or self.key_file or self.certificate_file)


class LimitsSection(_Section):
    """Size of what is sent: bytes and forms a part, parts a batch; bytes of one answer."""

    part_bytes: int = Field(default=100_000_000, ge=10_000)
    part_forms: int = Field(default=50_000, ge=1)
    parts: int = Field(default=9, ge=1, le=9)
    answer_bytes: int = Field(default=2_000_000_000, ge=10_000)
    answers_per_poll: int = Field(default=10_000, ge=1)


class AnswersSection(_Section):
    """When silence is overdue, and whether answers are deleted on the server."""

    overdue_acrf_hours: float = Field(default=24, gt=0)
    overdue_noti_days: float = Field(default=3, gt=0)
    delete_on_server: bool = False
    require_signature: bool = False


class RulesSection(_Section):
    """The five-year windows of the FLA: first year of one of them, and their length."""

    window_start_year: int = Field(default=2024, ge=1951, le=2099)
    window_years: int = Field(default=5, ge=1, le=50)


class Settings(BaseSettings):
    """All settings. Build them with `load`."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    sender: SenderSection = SenderSection()
    workspace: WorkspaceSection = WorkspaceSection()
    profile: ProfileSection = ProfileSection()
    gateway: GatewaySection = GatewaySection()
    signing: SigningSection = SigningSection()
    limits: LimitsSection = LimitsSection()
    answers: AnswersSection = AnswersSection()
    rules: RulesSection = RulesSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file."""
        return env_settings, init_settings

    @property
    def environment(self) -> Environment:
        """Where batches go."""
        return Environment(self.sender.environment)


def find(explicit: Path | None, *, here: Path, user_folder: Path) -> Path | None:
    """The file to read: the one named, else ./fla-batch.toml, else the user's own, else None.

    Raises ConfigurationMistake when the one named does not exist.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise ConfigurationMistake(f"there is no file {explicit}")
        return explicit
    for folder in (here, user_folder):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def load(path: Path | None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `path`, or the defaults, under the environment's overrides.

    Raises ConfigurationMistake for a file that is not TOML, an unknown key or a wrong value.
    """
    raw = _read(path) if path else {}
    _require_known(raw)
    _require_known_variables(os.environ if environ is None else environ)
    try:
        settings = Settings(**raw)
    except ValidationError as error:
        raise ConfigurationMistake(_told(error, path)) from None
    return _resolved(settings, path.parent if path else Path.cwd())


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationMistake(f"{path.name} is not TOML: {error}") from error
    except OSError as error:
        raise ConfigurationMistake(f"{path.name} cannot be read: {error.strerror}") from error


def _require_known(raw: Mapping[str, Any]) -> None:
    for section, keys in raw.items():
        _require_one_of(section, Settings.model_fields, "section", f"[{section}]")
        known = Settings.model_fields[section].annotation
        if isinstance(keys, Mapping) and known is not None:
            for key in keys:
                _require_one_of(key, known.model_fields, "key", f"{key} in [{section}]")


def _require_known_variables(environ: Mapping[str, str]) -> None:
    known = [
        f"{ENV_PREFIX}{section}__{key}".upper()
        for section, info in Settings.model_fields.items()
        for key in getattr(info.annotation, "model_fields", ())
    ]
    for name in environ:
        if name.startswith(ENV_PREFIX) and "__" in name:
            _require_one_of(name, known, "variable", name)


def _require_one_of(name: str, known: Any, what: str, shown: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
    raise ConfigurationMistake(f"unknown {what} {shown}", hint=hint)


def _told(error: ValidationError, path: Path | None) -> str:
    """The first thing wrong, without quoting the value: it may be a secret in the wrong place."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    where = f" in {path.name}" if path else ""
    return f"setting {place}{where}: {first['msg']}"


def _resolved(settings: Settings, folder: Path) -> Settings:
    """Relative paths made absolute, from the folder of the file."""

    def absolute(path: Path | None) -> Path | None:
        return None if path is None else folder / path.expanduser()

    signing = settings.signing
    return settings.model_copy(
        update={
            "workspace": WorkspaceSection(
                outbox=folder / settings.workspace.outbox.expanduser(),
                ledger=_ledger_url(settings.workspace.ledger, folder),
            ),
            "profile": settings.profile.model_copy(
                update={"name": _profile_folder(settings.profile.name, folder)}
            ),
            "gateway": settings.gateway.model_copy(
                update={
                    "key_file": absolute(settings.gateway.key_file),
                    "known_hosts": absolute(settings.gateway.known_hosts),
                }
            ),
            "signing": signing.model_copy(
                update={
                    name: absolute(getattr(signing, name))
                    for name in ("pkcs12_file", "key_file", "certificate_file", "answer_roots")
                }
            ),
        }
    )


def _ledger_url(url: str, folder: Path) -> str:
    """
    >>> _ledger_url("sqlite:///outbox/ledger.db", Path("/srv/fla"))
    'sqlite:////srv/fla/outbox/ledger.db'
    >>> _ledger_url("postgresql+psycopg://fla@db/fla", Path("/srv/fla"))
    'postgresql+psycopg://fla@db/fla'
    """
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/") and ":memory:" not in url:
        return f"{prefix}{folder.absolute() / url.removeprefix(prefix)}"
    return url


def _profile_folder(name: str, folder: Path) -> str:
    return str(folder / name) if (folder / name / "binding.toml").is_file() else name
