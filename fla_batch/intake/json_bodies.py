"""A JSON value, to the declarations in it (REST manual 3.3.3.1 and 3.3.4.1).

A value is the body of PUT /trainingRights or PUT /trainings, or a whole answer with the body
under `flaDataDeclaration`. A body with neither trainings nor rights is the manual's delete by
deactivation (3.3.3.4 E): a rights declaration without rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from fla_batch.intake.json_values import Found, RepeatedNames
from fla_batch.intake.json_zones import from_json
from fla_batch.models import (
    DECLARATIONS,
    Declaration,
    Employee,
    Employer,
    Entry,
    TrainingsDeclaration,
)
from fla_batch.models.entry import Path
from fla_batch.models.zone import Zone, blocks_of, json_name, path_text, zones_of
from fla_batch.tables.reader_findings import DECLARATION, NO_KEY, DeclarationKeyParts, remark
from fla_batch.tables.values import Mistake, shown
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.nearest import nearest
from fla_batch.vocabulary.terms import FormKind

ANSWERED = "flaDataDeclaration"
_CONTENTS = {"trainingRights": FormKind.TRAINING_RIGHTS, "trainings": FormKind.TRAININGS}
_BODY_FIELDS = frozenset({"employer", "employee", "calendarYear", *_CONTENTS})
_CREDIT_FIELDS = frozenset(
    {"calculationDate", "legalFlaCredit", "complementarySectorCredit", "reservedTrainingTime"}
)


@dataclass(frozen=True, slots=True)
class JsonOrigin:
    """Values of a body: the line on which it begins, and the path within it."""

    file: str
    row: int

    def source_of(self, path: Path) -> Source:
        return Source(self.file, self.row, path_text(path) or None)


def entries_in(found: Found, file: str) -> Iterator[Entry | Anomaly]:
    """The declarations in one value: mostly one, two when it has both trainings and rights."""
    body = found.value
    if isinstance(body, dict) and isinstance(body.get(ANSWERED), dict):
        body = body[ANSWERED]
    if not isinstance(body, dict) or not _is_body(body):
        source = Source(file, found.row)
        yield remark("not-a-declaration", DECLARATION, source, value=shown(found.value))
        return
    contents = [name for name in _CONTENTS if name in body] or ["trainingRights"]
    for name in contents:
        other = next(content for content in _CONTENTS if content != name)
        own = {field: value for field, value in body.items() if field != other}
        if isinstance(body, RepeatedNames):
            own = RepeatedNames(own)
            own.repeated = tuple(field for field in body.repeated if field != other)
        yield BodyReader(JsonOrigin(file, found.row)).entry(own, _CONTENTS[name])


def _is_body(value: Mapping[str, Any]) -> bool:
    return bool(_BODY_FIELDS & value.keys()) and not _CREDIT_FIELDS & value.keys()


class BodyReader:
    """Reads one body, noting what is wrong with it and which values could not be read."""

    def __init__(self, origin: JsonOrigin) -> None:
        self.origin = origin
        self.anomalies: list[Anomaly] = []
        self.unreadable: set[Path] = set()
        self.key: DeclarationKeyParts = NO_KEY

    def entry(self, body: Mapping[str, Any], kind: FormKind) -> Entry:
        self.key = _key_of(body)
        values = self._block(DECLARATIONS[kind], body, ())
        declaration: Declaration = DECLARATIONS[kind](**values)
        return Entry(declaration, self.origin, tuple(self.anomalies), frozenset(self.unreadable))

    def _block(self, model: type[BaseModel], raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
        zones, blocks = zones_of(model), blocks_of(model)
        names = {json_name(model, field): field for field in (*zones, *blocks)}
        self._unknown_fields(raw, names, path)
        values: dict[str, Any] = {}
        for name, field in names.items():
            given = raw.get(name)
            here = (*path, name)
            if field in zones:
                if given is not None:
                    values[field] = self._zone(zones[field], given, here)
            elif name in raw:
                values[field] = self._content(model, field, given, here)
        return {field: value for field, value in values.items() if value is not None}

    def _zone(self, zone: Zone, raw: object, path: Path) -> object:
        value = from_json(zone, raw)
        if isinstance(value, Mistake):
            self._note(value, zone.label, path)
            return None
        return value

    def _content(self, model: type[BaseModel], field: str, raw: object, path: Path) -> object:
        """A block or a list of blocks; None stays when the value is neither."""
        block = blocks_of(model)[field]
        label = block.__name__
        if not isinstance(model.model_fields[field].default, tuple):
            return self._one(block, label, raw, path)
        if not isinstance(raw, list):
            self._note(Mistake("wrong-type", shown(raw)), label, path)
            return None
        found = (self._one(block, label, item, (*path, i)) for i, item in enumerate(raw))
        # An unreadable member keeps its place, so that the paths of the others stay true.
        return tuple(block() if item is None else item for item in found)

    def _one(self, block: type[BaseModel], label: str, raw: object, path: Path) -> BaseModel | None:
        if not isinstance(raw, dict):
            self._note(Mistake("wrong-type", shown(raw)), label, path)
            inside = (json_name(block, field) for field in zones_of(block))
            self.unreadable.update((*path, name) for name in inside)
            return None
        return block(**self._block(block, raw, path))

    def _unknown_fields(self, raw: Mapping[str, Any], known: Mapping[str, str], path: Path) -> None:
        for name in raw:
            if name not in known:
                meant = nearest(name, known if path else _BODY_FIELDS)
                text = "unknown-field" if meant else "unknown-field-alone"
                parameters = {"name": shown(name), "nearest": meant}
                self._remark("unknown-field", DECLARATION, (*path, shown(name)), parameters, text)
        if isinstance(raw, RepeatedNames):
            for name in raw.repeated:
                self._remark(
                    "field-twice", DECLARATION, (*path, shown(name)), {"name": shown(name)}
                )

    def _note(self, mistake: Mistake, label: str, path: Path) -> None:
        self.unreadable.add(path)
        self._remark(
            mistake.rule, label, path, mistake.parameters, mistake.text, value=mistake.value
        )

    def _remark(
        self,
        rule: str,
        zone: str,
        path: Path,
        parameters: Mapping[str, object],
        text: str | None = None,
        value: str | None = None,
    ) -> None:
        source = self.origin.source_of(path)
        self.anomalies.append(
            remark(
                rule,
                zone,
                source,
                path=path,
                parameters=parameters,
                value=value,
                text=text,
                key=self.key,
            )
        )


def _key_of(body: Mapping[str, Any]) -> DeclarationKeyParts:
    """Employer, worker and year as far as they can be read, to stand on every anomaly."""
    year = from_json(zones_of(TrainingsDeclaration)["calendar_year"], body.get("calendarYear"))
    return (
        _identifier(zones_of(Employer)["company_id"], body.get("employer"), "companyId"),
        _identifier(zones_of(Employee)["inss"], body.get("employee"), "inss"),
        year if isinstance(year, int) else 0,
    )


def _identifier(zone: Zone, block: object, name: str) -> str:
    value = from_json(zone, block.get(name)) if isinstance(block, dict) else None
    return value if isinstance(value, str) else ""
