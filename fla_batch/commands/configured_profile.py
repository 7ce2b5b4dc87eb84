"""Which profile do the settings name? Apart from what needs a ledger: `validate` needs none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fla_batch.message import load

if TYPE_CHECKING:
    from fla_batch.configuration.loading import Settings
    from fla_batch.message import Profile


def configured_profile(settings: Settings) -> Profile:
    """The profile of these settings. Raises ConfigurationMistake, ProfileMistake."""
    section = settings.profile
    profile = load(section.name)
    return replace(profile, application=section.application or profile.application)
