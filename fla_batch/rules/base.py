"""What every rule takes and gives.

A rule is a pure function (declaration, context) -> findings. It never raises, never changes
anything, and says nothing about values that are missing or could not be read: the presence
rules and the reader do.

Beside it stands its column form, or none: expressions that clear many declarations at once of
that rule (`fla_batch.rules.columns`). A form may leave questions, which the function answers; it
must clear nothing in which the function finds something. Without a form nothing is ever cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fla_batch.models import (
    Declaration,
    DeclarationKey,
    DetailsPerPeriod,
    Training,
    TrainingsDeclaration,
)
from fla_batch.models.zone import Zone
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.fla_windows import FlaWindows, Year
from fla_batch.vocabulary.terms import AnomalyClass
from fla_batch.vocabulary.words import spelled
from fla_batch.vocabulary.zone_path import Path

if TYPE_CHECKING:
    from fla_batch.rules.columns import DeclarationColumns, Holds


FOR_INFORMATION = "000"
"""Meaning of findings that only inform; the portal's list of meanings has none for that."""


class Accepted(NamedTuple):
    """A declaration that the platform accepted, and on which date.

    `ours` when we sent it ourselves: a build knows those and does not send them again (R28).
    """

    declaration: Declaration
    on: date
    ours: bool = False


class PlatformHistory(Protocol):
    """What earlier declarations said; the ledger answers it."""

    def may_hold(self, key: DeclarationKey) -> bool:
        """False when nothing at all is known of `key`; quick to answer."""
        ...

    def last_accepted(self, key: DeclarationKey) -> Accepted | None:
        """The last declaration that the platform accepted for `key`."""
        ...

    def had_legal_right(self, key: DeclarationKey) -> bool:
        """True once an accepted declaration for `key` carried LegalFlaRight."""
        ...


class Removal(NamedTuple):
    """Something that a photo drops, as the list of removals names it."""

    company_id: str
    inss: str
    calendar_year: int
    block: str
    what: str


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What the rules need to know besides the declaration.

    `window_start_year` is the first year of an FLA window of `window_years` years; other windows
    follow and precede it without gaps. `allow_removals` allows all of them, `allowed_removals`
    those that a person approved, each as often as it stands there. `numbers_given` is of the
    declaration: a reader gave its sequence numbers by the order of the rows.
    """

    today: date
    window_start_year: int = 2024
    window_years: int = 5
    history: PlatformHistory | None = None
    allow_removals: bool = False
    allowed_removals: tuple[Removal, ...] = ()
    numbers_given: bool = False

    def window_of(self, day: date) -> int:
        """First year of the FLA window that `day` lies in.

        >>> RuleContext(date(2025, 1, 1)).window_of(date(2022, 8, 19))
        2019
        """
        return self.windows.first_year(day.year)

    def window_of_year(self, year: Year) -> Year:
        """The same for a year, or for a column of years."""
        return self.windows.first_year(year)

    @property
    def windows(self) -> FlaWindows:
        """The FLA windows, which also tell until when a right counts."""
        return FlaWindows(self.window_start_year, self.window_years)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found at one place; texts are looked up under `text` in the catalogue.

    `zone` is the label of the zone or block, `code` the three digits of its meaning. A parameter
    that is Labels is spelled in the reader's language.
    """

    rule: str
    anomaly_class: AnomalyClass
    zone: str
    code: str
    path: Path
    text: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    value: object = None


RuleFunction = Callable[[Declaration, RuleContext], Iterator[Finding]]
ColumnForm = Callable[["DeclarationColumns"], Iterable["Holds"]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its function, and the column form that clears declarations of it, or None."""

    find: RuleFunction
    clears: ColumnForm | None = None

    @property
    def name(self) -> str:
        """The stable name, as the function's with dashes."""
        return self.find.__name__.replace("_", "-")

    def __call__(self, declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
        return self.find(declaration, context)


def rule(clears: ColumnForm | None = None) -> Callable[[RuleFunction], Rule]:
    """Makes a rule of a function."""
    return lambda find: Rule(find, clears)


def rules_of(module: ModuleType) -> Iterator[Rule]:
    """The rules that are written in a module, in their order."""
    return (
        value
        for value in vars(module).values()
        if isinstance(value, Rule) and value.find.__module__ == module.__name__
    )


def trainings_of(declaration: Declaration) -> Iterator[tuple[Training, Path]]:
    """Each training with its path; rights have none."""
    if isinstance(declaration, TrainingsDeclaration):
        for index, training in enumerate(declaration.trainings):
            yield training, ("trainings", index)


def periods_of(declaration: Declaration) -> Iterator[tuple[DetailsPerPeriod, Path]]:
    """Each period of all trainings with its path."""
    for training, path in trainings_of(declaration):
        for number, period in enumerate(training.details_per_period):
            yield period, (*path, "detailsPerPeriod", number)


BLOCKING = AnomalyClass.BLOCKING
WARNING = AnomalyClass.WARNING
INFORMATION = AnomalyClass.NON_BLOCKING


def shown(zone: Zone, value: int) -> Labels:
    """A number as a person writes it: hundredths of hours and days become hours and days.

    >>> from fla_batch.models.zone import ZoneType
    >>> shown(Zone("TrainingHours", ZoneType.INTEGER), 760)
    Labels(en='7.6 hours', fr='7,6 heures', nl='7,6 uur')
    >>> shown(Zone("TrainingDays", ZoneType.INTEGER), 50).fr
    '0,5 jour'
    >>> shown(Zone("Scope", ZoneType.INTEGER), 3).nl
    '3'
    """
    for end, (en, fr, nl) in _UNITS.items():
        if zone.label.endswith(end):
            number = spelled(value)
            comma = number.replace(".", ",")
            one = value == 100
            return Labels(
                f"{number} {en[0] if one else en[1]}",
                f"{comma} {fr[0] if abs(value) < 200 else fr[1]}",
                f"{comma} {nl[0] if one else nl[1]}",
            )
    return Labels(*[str(value)] * 3)


_HOURS = (("hour", "hours"), ("heure", "heures"), ("uur", "uur"))
_UNITS = {
    "Hours": _HOURS,
    "RefHoursInWorkingDay": _HOURS,
    "Days": (("day", "days"), ("jour", "jours"), ("dag", "dagen")),
}
