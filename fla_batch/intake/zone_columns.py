"""The columns that a table may have: the zones under their JSON names, and the friendly ones.

Friendly columns: `hours` (7.6, 7,6, 7:36 or 7h36) and `days` (0.5) instead of the exact ones in
hundredths, and for rights `rightType` (LEGAL, SECTOR, EMPLOYER).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from pydantic import BaseModel

from fla_batch.models import (
    DECLARATIONS,
    DetailsPerPeriod,
    Employee,
    Employer,
    Training,
    TrainingProviderReference,
)
from fla_batch.models.training_rights import RIGHT_MODELS
from fla_batch.models.zone import Presence, Zone, ZoneType, json_name, zones_of
from fla_batch.tables.codes import coded
from fla_batch.tables.date_notations import any_date, calendar_year
from fla_batch.tables.numbers import days_centi, hours_centi, whole_number
from fla_batch.tables.table import SEPARATOR
from fla_batch.tables.values import (
    Mistake,
    Tolerated,
    Value,
    identifier,
    joint_committee,
    plain_text,
)
from fla_batch.vocabulary.terms import FormKind, RightType
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

KEY_COLUMNS = ("companyId", "inss", "calendarYear")

_RIGHT_TYPE = Zone(
    "RightType",
    ZoneType.TEXT,
    Presence.OPTIONAL,
    codes={
        "LEGAL": ("legal right", "droit légal", "wettelijk recht"),
        "SECTOR": ("sector right", "droit sectoriel", "sectoraal recht"),
        "EMPLOYER": ("employer's right", "droit de l'employeur", "recht van de werkgever"),
    },
)


HEADS: frozenset[str] = frozenset(
    json_name(model, field) for model in (Employer, Employee) for field in zones_of(model)
) | {"calendarYear"}
"""Columns that say whose declaration a row is part of."""


def is_head(name: str) -> bool:
    """True for a column that says whose declaration a row is part of, or what only an XSD asks."""
    return name in HEADS or name.startswith(EXTRA_ZONE)


_UNCHANGED = {ZoneType.INSS: "^[0-9]{11}$", ZoneType.COMPANY_ID: "^[0-9]{10}$"}


class Row(BaseModel):
    """Stands for columns that are no zone of a block: `hours`, `days` and `rightType`."""


class ExtraZone(BaseModel):
    """Stands for zones that the models do not have."""


@dataclass(frozen=True)
class Column:
    """One column: its name, the zone that it fills, and the block and field that hold it.

    `read` turns the text of a cell, blanks around it removed, into the zone's value.
    """

    name: str
    zone: Zone
    model: type[BaseModel]
    field: str
    read: Callable[[str], Value | Tolerated | Mistake]

    @property
    def is_free_text(self) -> bool:
        """True when any text is its own value."""
        return self.read is plain_text

    @property
    def unchanged(self) -> str | None:
        """Texts that match this whole pattern are their own value; None when none is for sure."""
        return _UNCHANGED.get(self.zone.type)


@cache
def columns_of(kind: FormKind) -> Mapping[str, Column]:
    """Name -> column, in the order in which the templates show them."""
    years = _columns_in(DECLARATIONS[kind])
    people = _columns_in(Employer) | _columns_in(Employee)
    shared = {name: (people | years)[name] for name in KEY_COLUMNS} | people
    content = _training_columns() if kind is FormKind.TRAININGS else _right_columns()
    return shared | content


def column_named(kind: FormKind, name: str) -> Column:
    """The column of that name, of `columns_of` or `extra.NAME`. Raises KeyError for others."""
    if not name.startswith(EXTRA_ZONE):
        return columns_of(kind)[name]
    label = name.removeprefix(EXTRA_ZONE)
    zone = Zone(label, ZoneType.TEXT, Presence.OPTIONAL)
    return Column(name, zone, ExtraZone, label, plain_text)


def _training_columns() -> dict[str, Column]:
    zones = zones_of(DetailsPerPeriod)
    return {
        **_columns_in(Training),
        **_columns_in(DetailsPerPeriod),
        **_friendly(zones["training_hours"], zones["training_days"]),
        **_columns_in(TrainingProviderReference),
    }


def _right_columns() -> dict[str, Column]:
    zones = zones_of(RIGHT_MODELS[RightType.LEGAL])
    right_type = Column("rightType", _RIGHT_TYPE, Row, "right_type", _read_right_type)
    columns = {"rightType": right_type}
    columns |= _friendly(zones["legal_fla_right_hours"], zones["legal_fla_right_days"])
    for model in RIGHT_MODELS.values():
        columns |= {
            name: column for name, column in _columns_in(model).items() if name not in columns
        }
    return columns


def _friendly(hours: Zone, days: Zone) -> dict[str, Column]:
    return {
        "hours": Column("hours", hours, Row, "hours", hours_centi),
        "days": Column("days", days, Row, "days", days_centi),
    }


def _columns_in(model: type[BaseModel]) -> dict[str, Column]:
    columns = {}
    for field, zone in zones_of(model).items():
        name = json_name(model, field)
        columns[name] = Column(name, zone, model, field, _reader(zone))
    return columns


def _reader(zone: Zone) -> Callable[[str], Value | Tolerated | Mistake]:
    if zone.label == "JointCommissionNbr":
        return _joint_committees
    if zone.label == "CalendarYear":
        return calendar_year
    if zone.codes:
        return partial(coded, zone)
    if zone.type is ZoneType.INTEGER:
        return whole_number
    if zone.type is ZoneType.DATE:
        return any_date
    if zone.type is ZoneType.TEXT:
        return plain_text
    return partial(identifier, zone)


def _read_right_type(text: str) -> int | str | Mistake:
    code, dash, meaning = text.partition(" - ")
    return coded(_RIGHT_TYPE, code.upper() + dash + meaning)


def _joint_committees(text: str) -> str | Mistake:
    """One or several, still separated: only the kind of right says how many it may be."""
    committees = []
    for part in text.split(SEPARATOR):
        committee = joint_committee(part.strip())
        if isinstance(committee, Mistake):
            return committee
        committees.append(committee)
    return SEPARATOR.join(committees)
