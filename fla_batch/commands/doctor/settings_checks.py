"""The settings as such, the sender, and the calendar of the platform."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.commands.doctor.diagnosis import Diagnosis, Health, Surroundings
from fla_batch.configuration.mistakes import WrongSettings
from fla_batch.configuration.settings_file import NoSettings
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.closure import CLOSED_FROM, ERASED_FROM
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Environment


def settings(around: Surroundings) -> Iterator[Diagnosis]:
    """Each mistake of the settings on a line of its own."""
    try:
        found = around.settings
    except NoSettings as error:
        yield around.error("settings", "settings-none", looked=error.looked)
        return
    except WrongSettings as error:
        for mistake in error.mistakes:
            said = mistake.told(around.language, with_hint=False)
            hint = translated(mistake.hint or error.hint, around.language)
            yield Diagnosis("settings", Health.ERROR, said, hint)
        return
    where = around.file or around.words.line("variables-only")
    yield around.ok(
        "settings", "settings-read", file=where, environment=around.words.line(found.environment)
    )


def sender(around: Surroundings) -> Iterator[Diagnosis]:
    """File names begin with the sender number; over REST it is not needed."""
    number = around.settings.sender.number
    if around.settings.uses_rest:
        yield around.ok("sender", "sender-over-rest")
    elif number:
        yield around.ok("sender", "sender-is", number=number)
    else:
        yield around.error("sender", "sender-missing")


def closing_date(around: Surroundings) -> Iterator[Diagnosis]:
    """The platform takes no declarations any more, and will forget what it has."""
    today = belgian_date(around.clock())
    days = (ERASED_FROM - today).days
    if around.settings.environment is not Environment.PRODUCTION:
        yield around.ok("closing-date", "closing-elsewhere")
    elif days <= 0:
        yield around.warning("closing-date", "closing-erased", day=ERASED_FROM)
    elif today >= CLOSED_FROM:
        yield around.warning("closing-date", "closing-closed", day=CLOSED_FROM, days=days)
    else:
        yield around.ok("closing-date", "closing-open", day=CLOSED_FROM)
