"""Declarations to forms: checked by the rules, numbered, timed, and written to the spool."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fla_batch.binding import MessageWriter, Profile
from fla_batch.build.spool import Spool
from fla_batch.errors import UsageMistake
from fla_batch.findings import Anomaly
from fla_batch.models import Declaration, Entry
from fla_batch.models.form import REFERENCE_LONGEST, Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.rules import RuleContext, check

BELGIUM = ZoneInfo("Europe/Brussels")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COUNTER_LENGTH = 6
RUN_LENGTH = REFERENCE_LONGEST - _COUNTER_LENGTH

Counted = Callable[[int], None]


@dataclass(slots=True)
class Spooled:
    """What became of the input: all anomalies, how many declarations were read, blocked, kept."""

    anomalies: list[Anomaly] = field(default_factory=list)
    declarations: int = 0
    blocked: int = 0
    in_files: int = 0
    last_year: int | None = None

    @property
    def any_blocking(self) -> bool:
        """True when a form, or a file as a whole, is blocked."""
        return bool(self.blocked or self.in_files)


class FormMaker:
    """Makes the forms of one run.

    `run` is unique to it: up to 14 characters that begin every reference number. `started` is
    an aware instant; forms are created from it on, a millisecond apart, in Belgian local time,
    because (date, hour) must be unique within a batch and some notifications know no other name.
    """

    def __init__(self, profile: Profile, run: str, started: datetime) -> None:
        if not run or len(run) > RUN_LENGTH:
            raise ValueError(f"a run is 1 to {RUN_LENGTH} characters")
        self._identifications = profile.identifications
        self._profile_name = profile.name
        self.run = run
        self.started = started
        local = started.astimezone(BELGIUM).replace(tzinfo=None)
        self._next = local.replace(microsecond=local.microsecond // 1000 * 1000)
        self._made = 0

    def form(self, body: Declaration | Question) -> Form:
        """The next form. Raises UsageMistake when the profile has no such form."""
        identification = self._identifications.get(body.kind)
        if identification is None:
            raise UsageMistake(f"profile {self._profile_name} has no form for {body.kind.value}")
        self._made += 1
        header = FormHeader.original(identification, self._next, self.run + counter(self._made))
        self._next += timedelta(milliseconds=1)
        return Form.model_construct(header=header, body=body)


def run_of(reference_nbr: str) -> str:
    """The run that made the form of that reference number.

    >>> run_of("RUN1" + counter(7))
    'RUN1'
    """
    return reference_nbr[:-_COUNTER_LENGTH]


def counter(number: int) -> str:
    """`number` in six characters of 0-9 A-Z.

    >>> counter(1), counter(36)
    ('000001', '000010')
    """
    text = ""
    for _ in range(_COUNTER_LENGTH):
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text


def spool_declarations(
    items: Iterable[Entry | Anomaly],
    spool: Spool,
    maker: FormMaker,
    writer: MessageWriter,
    context: RuleContext,
    counted: Counted,
) -> Spooled:
    """Checks every declaration and writes those that are not blocked. Raises OSError."""
    result = Spooled()
    for item in items:
        if isinstance(item, Anomaly):
            result.anomalies.append(item)
            result.in_files += item.blocks
            continue
        counted(1)
        result.declarations += 1
        found = check(item, context)
        result.anomalies += found
        if any(anomaly.blocks for anomaly in found):
            result.blocked += 1
            continue
        form = maker.form(item.declaration)
        spool.add(form, writer.form(form))
        year = item.declaration.calendar_year
        if year is not None:
            result.last_year = max(year, result.last_year or year)
    return result
