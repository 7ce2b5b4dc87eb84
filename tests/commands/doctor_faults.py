"""The faults of doctor_faults.toml, which says what its keys mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.commands import doctor_damage
from tests.commands.doctor_office import Office

_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Fault:
    name: str
    check: str
    says: str
    state: str = "error"
    also: Sequence[str] = ()
    online: bool = False
    put: str | None = None
    how: Mapping[str, Any] = field(default_factory=dict)
    set: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unset: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def put_into(self, office: Office) -> None:
        if self.put is not None:
            getattr(doctor_damage, self.put)(office, **self.how)
        for section, keys in self.set.items():
            office.set(section, **keys)
        for section, names in self.unset.items():
            office.set(section, **dict.fromkeys(names))


FAULTS = [
    Fault(name, check, **given) for check, those in _TABLE.items() for name, given in those.items()
]
