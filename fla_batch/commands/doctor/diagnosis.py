"""What a check of the doctor found, and what it is given to look at (decision 1902)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, partialmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.vocabulary.words import Words

if TYPE_CHECKING:
    from fla_batch.channel.protocol import Gateway
    from fla_batch.configuration.sections import Settings
    from fla_batch.configuration.server import GatewaySettings
    from fla_batch.message import Profile
    from fla_batch.signing.signer import Signer
    from fla_batch.vocabulary.terms import Language


class Health(StrEnum):
    """How a thing stands; SKIPPED is never "ok": it was not looked at."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


class Diagnosis(NamedTuple):
    """One line of the doctor. `name` is for scripts and the same in each language."""

    name: str
    state: Health
    message: str
    advice: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """An element of `doctor --json`'s `checks`."""
        return self._asdict() | {"state": self.state.value}


@dataclass
class Surroundings:
    """The settings and the world around them. `free_bytes` tells the room left at a path.

    `file` is that of the settings; None when only variables set something. `offline` leaves out
    what needs the network. `workers` is the address of a cluster, None for this machine alone.
    """

    file: Path | None
    load: Callable[[], Settings]
    clock: Callable[[], datetime]
    words: Words
    connect: Callable[[GatewaySettings], Gateway]
    free_bytes: Callable[[Path], int]
    offline: bool = False
    workers: str | None = None

    @property
    def language(self) -> Language:
        """In which language the diagnoses are."""
        return self.words.language

    @cached_property
    def settings(self) -> Settings:
        """Raises ConfigurationMistake."""
        return self.load()

    @cached_property
    def signer(self) -> Signer:
        """Raises KeyOrCertificateMistake, ConfigurationMistake."""
        from fla_batch.commands.configured_signer import signer_of

        return signer_of(self.settings.signing)

    @cached_property
    def profile(self) -> Profile:
        """Raises ConfigurationMistake, ProfileMistake."""
        from fla_batch.commands.configured_profile import configured_profile

        return configured_profile(self.settings)

    def found(self, state: Health, name: str, key: str, /, **parts: Any) -> Diagnosis:
        """A diagnosis in our own words: `key` and, when there is one, `key` with "-advice"."""
        said, advice = self.words.line(key, **parts), None
        if self.words.knows(f"{key}-advice"):
            advice = self.words.line(f"{key}-advice", **parts)
        return Diagnosis(name, state, said, advice)

    ok = partialmethod(found, Health.OK)
    """All is well."""
    warning = partialmethod(found, Health.WARNING)
    """It works, and somebody should know."""
    error = partialmethod(found, Health.ERROR)
    """It will not work."""
    skipped = partialmethod(found, Health.SKIPPED)
    """Not looked at, and why."""


Look = Callable[[Surroundings], Iterator[Diagnosis]]
"""Looks at one thing. What of ours it raises becomes an error of its name."""
