"""The [rest] section: where the REST API is, who we are there, and how fast we may ask.

Sources: REST manual 3.3.3.2 (the address); the portal's guide for REST (token).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from fla_batch.configuration.server import is_loopback
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.terms import Environment

PRODUCTION_URL = "https://services.socialsecurity.be/REST/federalLearningAccount/v1"
TOKEN_URL = "https://services.socialsecurity.be/REST/oauth/v5/token"  # noqa: S105 - an address


class RestSection(BaseModel):
    """The REST API. `concurrency` calls under way at once, at most `rate` begun each second.

    The key is that whose certificate is registered in Chaman: a PEM file, or a PKCS#12 file.
    `password_env` names an environment variable. Seconds limit each phase of a call; an answer
    of more than `answer_bytes` is not read to its end. Without `ca_file` the system's trust
    holds; `proxy` is used only when it stands here, never from the environment.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    client_id: str | None = None
    key_file: Path | None = None
    pkcs12_file: Path | None = None
    password_env: str | None = None
    base_url: str = PRODUCTION_URL
    token_url: str = TOKEN_URL
    environment: Literal["R", "T", "S"] | None = None
    ca_file: Path | None = None
    proxy: str | None = None
    concurrency: int = Field(default=4, ge=1, le=64)
    rate: float | None = Field(default=None, gt=0)
    connect_s: float = Field(default=15.0, gt=0)
    answer_s: float = Field(default=60.0, gt=0)
    answer_bytes: int = Field(default=50_000_000, ge=10_000)
    loopback_only: bool = False

    def require_usable(self, environment: Environment) -> None:
        """Raises ConfigurationMistake for what is missing or cannot be meant so (decision 1322)."""
        self.require_loopback()
        if not self.client_id or (self.key_file is None) == (self.pkcs12_file is None):
            raise ConfigurationMistake(
                "[rest] needs client_id, and key_file or pkcs12_file (one of them)",
                hint="Chaman shows the client id; docs/guides/rest-channel.md goes through it.",
            )
        for name in ("base_url", "token_url"):
            parts = urlsplit(getattr(self, name))
            here = is_loopback(parts.hostname or "")
            if not parts.hostname or not (parts.scheme == "https" or (here and parts.scheme)):
                raise ConfigurationMistake(f"[rest] {name} must begin with https://")
        production = self.base_url.rstrip("/") == PRODUCTION_URL
        if production and environment is not Environment.PRODUCTION:
            raise ConfigurationMistake(
                f"[rest] base_url is that of production, and environment is {environment.value}",
                hint='Set [rest] environment = "R" to declare in production, or base_url to the '
                "address that the portal gave you for tests.",
            )

    def require_loopback(self) -> None:
        """Raises ConfigurationMistake when a practice configuration leaves this machine (S14)."""
        if not self.loopback_only:
            return
        for url in (self.base_url, self.token_url):
            host = urlsplit(url).hostname or ""
            if not is_loopback(host):
                raise ConfigurationMistake(
                    f"[rest] loopback_only is set, and an address names {host}: a configuration "
                    "for practice and tests never reaches another machine",
                    hint="For the real service write a configuration of its own: fla-batch init.",
                )
