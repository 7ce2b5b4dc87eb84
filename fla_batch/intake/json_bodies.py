"""A JSON value, to the declarations in it (REST manual 3.3.3.1 and 3.3.4.1).

A value is the body of PUT /trainingRights or PUT /trainings, a whole answer with the body under
`flaDataDeclaration`, or what `ask --json` prints, with `answers`. Zones and blocks are read under
the spelling of the manual's examples and of its tables (`calendarYear`, `CalendarYear`). A body
with neither trainings nor rights is the manual's delete by deactivation (3.3.3.4 E): a rights
declaration without rights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

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
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Zone, ZoneType, blocks_of, json_name, zones_of
from fla_batch.tables.reader_findings import DECLARATION, NO_KEY, DeclarationKeyParts, remark
from fla_batch.tables.values import Mistake, shown
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.input_origin import InputOrigin, InputSheet
from fla_batch.vocabulary.nearest import nearest
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import Path

ANSWERED = "flaDataDeclaration"
_ANSWERS = "answers"
_EXTRA = "extra"
_CONTENTS = {"trainingRights": FormKind.TRAINING_RIGHTS, "trainings": FormKind.TRAININGS}
_BODY_FIELDS = frozenset({"employer", "employee", "calendarYear", *_CONTENTS})
_NEVER_NULL = frozenset((name,) for name in _CONTENTS)
"""Null for any other block is its absence; for these it would be an empty photo, which deletes."""
_CREDIT_FIELDS = frozenset(
    {"calculationDate", "legalFlaCredit", "complementarySectorCredit", "reservedTrainingTime"}
)


def json_origin(file: str, row: int) -> InputOrigin:
    """Values of a body: the line on which it begins, and the path within it."""
    return InputOrigin(InputSheet(file), {(): row})


def entries_in(found: Found, file: str, extras: Collection[str] = ()) -> Iterator[Entry | Anomaly]:
    """The declarations in one value: mostly one, two when it has both trainings and rights.

    `extras` are the names that may stand in `extra`: zones that only an XSD knows.
    """
    body = found.value
    if isinstance(body, dict) and isinstance(body.get(_ANSWERS), list):
        for answer in body[_ANSWERS]:
            yield from entries_in(Found(answer, found.row), file, extras)
        return
    if isinstance(body, dict) and isinstance(body.get(ANSWERED), dict):
        body = body[ANSWERED]
    if isinstance(body, dict):
        body = in_one_spelling(body, _BODY_NAMES)
    if not isinstance(body, dict) or not _is_body(body):
        source = Source(file, found.row)
        yield remark("not-a-declaration", DECLARATION, source, value=shown(found.value))
        return
    there = [name for name in _CONTENTS if name in body] or ["trainingRights"]
    # Who writes both names always writes null for the other one; null alone is no empty photo.
    contents = [name for name in there if body.get(name) is not None] or there
    for name in contents:
        other = next(content for content in _CONTENTS if content != name)
        own = {field: value for field, value in body.items() if field != other}
        if isinstance(body, RepeatedNames):
            own = RepeatedNames(own)
            own.repeated = tuple(field for field in body.repeated if field != other)
        yield BodyReader(json_origin(file, found.row), extras).entry(own, _CONTENTS[name])


def numbered(entry: Entry) -> Entry:
    """With the smallest free sequence numbers where there is none, as those of a table get.

    The manual's own GET example has none (3.3.4.3 D).
    """
    declaration = entry.declaration
    if not isinstance(declaration, TrainingsDeclaration):
        return entry
    used = {training.training_sequence_nbr for training in declaration.trainings}
    if None not in used:
        return entry
    free = (number for number in count(1) if number not in used)
    trainings = tuple(
        training
        if training.training_sequence_nbr is not None
        or ("trainings", index, "trainingSequenceNbr") in entry.unreadable
        else training.model_copy(update={"training_sequence_nbr": next(free)})
        for index, training in enumerate(declaration.trainings)
    )
    declared = declaration.model_copy(update={"trainings": trainings})
    return replace(entry, declaration=declared, numbers_given=True)


_BODY_NAMES = {name[0].upper() + name[1:]: name for name in sorted(_BODY_FIELDS)}
"""Spelling of the tables -> of the examples, for the fields of a body."""


def in_one_spelling(raw: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """`raw` under the examples' names; `names` has those of the tables, each with its own.

    A field that stands there under both is a field twice.
    """
    if not names.keys() & raw.keys():
        return raw
    spelled = [(names.get(name, name), value) for name, value in raw.items()]
    found = RepeatedNames(spelled)
    counts = Counter(name for name, _ in spelled)
    repeated = raw.repeated if isinstance(raw, RepeatedNames) else ()
    found.repeated = (*repeated, *(name for name, many in counts.items() if many > 1))
    return found


def _is_body(value: Mapping[str, Any]) -> bool:
    return bool(_BODY_FIELDS & value.keys()) and not _CREDIT_FIELDS & value.keys()


class BodyReader:
    """Reads one body, noting what is wrong with it and which values could not be read."""

    def __init__(self, origin: InputOrigin, extras: Collection[str] = ()) -> None:
        self.origin = origin
        self.extras = extras
        self.anomalies: list[Anomaly] = []
        self.unreadable: set[Path] = set()
        self.key: DeclarationKeyParts = NO_KEY

    def entry(self, body: Mapping[str, Any], kind: FormKind) -> Entry:
        self.key = _key_of(body)
        extra = {}
        if self.extras and _EXTRA in body:
            extra = self._extra(body[_EXTRA])
            body = _without(body, _EXTRA)
        values = self._block(DECLARATIONS[kind], body, ()) | {_EXTRA: extra}
        declaration: Declaration = DECLARATIONS[kind](**values)
        return Entry(declaration, self.origin, tuple(self.anomalies), frozenset(self.unreadable))

    def _block(self, model: type[Block], raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
        zones, blocks = zones_of(model), blocks_of(model)
        names = {json_name(model, field): field for field in (*zones, *blocks)}
        raw = in_one_spelling(raw, _labels(model))
        self._unknown_fields(raw, names, path)
        values: dict[str, Any] = {}
        for name, field in names.items():
            given = raw.get(name)
            here = (*path, name)
            if field in zones:
                if given is not None:
                    values[field] = self._zone(zones[field], given, here)
            elif given is not None or (name in raw and here in _NEVER_NULL):
                values[field] = self._content(model, field, given, here)
        return {field: value for field, value in values.items() if value is not None}

    def _extra(self, raw: object) -> dict[str, str]:
        """The zones that only the XSD knows, those that can be read."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self._note(Mistake("wrong-type", shown(raw)), _EXTRA, (_EXTRA,))
            return {}
        self._unknown_fields(raw, dict.fromkeys(self.extras, ""), (_EXTRA,))
        texts = {}
        for name in sorted(raw.keys() & set(self.extras)):
            zone = Zone(name, ZoneType.TEXT, Presence.OPTIONAL)
            value = None if raw[name] is None else self._zone(zone, raw[name], (_EXTRA, name))
            if isinstance(value, str) and value.strip():
                texts[name] = value
        return texts

    def _zone(self, zone: Zone, raw: object, path: Path) -> object:
        value = from_json(zone, raw)
        if isinstance(value, Mistake):
            self._note(value, zone.label, path)
            return None
        return value

    def _content(self, model: type[Block], field: str, raw: object, path: Path) -> object:
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

    def _one(self, block: type[Block], label: str, raw: object, path: Path) -> Block | None:
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
            mistake.rule, label, path, mistake.parameters, mistake.text, value=mistake.shown
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


def _without(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The body without that field; what stands twice in it stays known."""
    rest = RepeatedNames({each: value for each, value in body.items() if each != name})
    rest.repeated = body.repeated if isinstance(body, RepeatedNames) else ()
    return rest


@cache
def _labels(model: type[Block]) -> Mapping[str, str]:
    """Label as in the manual's tables -> name as in its examples, for the fields of a block."""
    labels = {zone.label: json_name(model, field) for field, zone in zones_of(model).items()}
    for field in blocks_of(model):
        name = json_name(model, field)
        labels[name[0].upper() + name[1:]] = name
    return labels


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
