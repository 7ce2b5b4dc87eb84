"""Where in the user's files an anomaly of the platform is, by what our own form was built from.

The path of the zone leads there. REST gives it (manual 3.4.1); a notification names a zone, its
value and what identifies the block, and where that fits one place of the declaration it is meant.
Where it fits several, the column is named, in the row with which what they share begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

from fla_batch.ledger.records import FormRow
from fla_batch.models import DECLARATIONS
from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, json_name, zones_of
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.zone_path import Path, path_text

Identifying = Sequence[tuple[str, str]]
"""Labels of zones with their values, as the path of an anomaly in a notification."""

_STEPS = re.compile(r"[A-Za-z][A-Za-z0-9]*|[0-9]+")
_WRITTEN = re.compile(r"\$?[./]?(?:[A-Za-z][A-Za-z0-9]*|[0-9]+|[./\[\]])+")


def in_the_input(anomaly: Anomaly, form: FormRow, identifying: Identifying = ()) -> Anomaly:
    """An anomaly about `form` with its place in the user's files, as far as both are known.

    With our advice too, where we know the code; whom it is about, and its zone by the number in
    its id, where the platform does not say it.
    """
    # The manual's examples leave the name of the zone out whose number an id begins with.
    number = anomaly.error_id.rpartition("-")[0]
    tag = anomaly.tag or catalogue.zone_of_number(number)
    path = None
    model = DECLARATIONS.get(form.kind)
    source = anomaly.source
    if model is not None:
        path = _written_path(anomaly.path, form.body, model)
        zone = (tag or number).casefold()
        if path is None and zone:
            places = list(_places_in(_Part(model, form.body), (), (), zone))
            path = _meant(places, anomaly.value, identifying)
        source = form.origin.source_of(path or ())
    return replace(
        anomaly,
        advice=_advice(anomaly),
        tag=tag,
        path=anomaly.path or (path_text(path) if path else anomaly.path),
        company_id=anomaly.company_id or form.company_id,
        inss=anomaly.inss or form.inss,
        calendar_year=anomaly.calendar_year or form.calendar_year,
        source=source,
    )


def advised(anomaly: Anomaly) -> Anomaly:
    """An anomaly of the platform with what to do about it, where we know its code.

    One that brings advice of its own keeps it.
    """
    return replace(anomaly, advice=_advice(anomaly))


def _advice(anomaly: Anomaly) -> Labels:
    own = anomaly.advice
    return own if own != Labels() else catalogue.advice_on(anomaly.error_id)


class _Part(NamedTuple):
    """A block of a declaration, as it stands in its JSON: `values` by the names of zones."""

    model: type[Block]
    values: Mapping[str, Any]

    def text(self, field: str) -> str | None:
        """The value of a zone; None also for one that repeats, which has no one value."""
        value = self.values.get(json_name(self.model, field))
        return None if value is None or isinstance(value, list) else str(value)


class _ZonePlace(NamedTuple):
    """A zone or block of a declaration: its path, its value, the block that holds it and those
    around that one."""

    path: Path
    value: str | None
    around: Sequence[_Part]

    def is_identified_by(self, label: str, text: str) -> bool:
        """True when a zone of that label in what is around it has that text."""
        found = ((part, _zone_named(part.model, label.casefold())) for part in self.around)
        return any(field and part.text(field) == text for part, field in found)


def _written_path(text: str | None, body: Mapping[str, Any], model: type[Block]) -> Path | None:
    """The place that a path in JSON names, in the manual's spelling or that of its tables.

    None for what is no such path, or leads nowhere in that declaration.
    """
    if not text or not _WRITTEN.fullmatch(text.strip()):
        return None
    path: list[str | int] = []
    value: Any = body
    block: type[Block] | None = model
    for step in _STEPS.findall(text):
        if step.isdigit():
            if not isinstance(value, list) or int(step) >= len(value):
                return None
            path.append(int(step))
            value = value[int(step)]
            continue
        name = _names(block).get(step.casefold()) if block is not None else None
        if name is None or isinstance(value, list):
            return None
        path.append(name)
        value = value.get(name) if isinstance(value, dict) else None
        block = _inner(block, name) if block is not None else None
    return tuple(path) or None


@cache
def _names(model: type[Block]) -> Mapping[str, str]:
    """JSON name of each zone and block, by either spelling without its capitals."""
    names = {json_name(model, field) for field in (*zones_of(model), *blocks_of(model))}
    labels = {zone.label: json_name(model, field) for field, zone in zones_of(model).items()}
    return {key.casefold(): name for key, name in [*labels.items(), *((n, n) for n in names)]}


@cache
def _inner(model: type[Block], name: str) -> type[Block] | None:
    return {json_name(model, field): block for field, block in blocks_of(model).items()}.get(name)


def _places_in(
    part: _Part, path: Path, around: Sequence[_Part], wanted: str
) -> Iterator[_ZonePlace]:
    """The zones and blocks of that name, in small letters; of a zone that is nowhere filled in,
    where it belongs.
    """
    model, values = part
    around = (*around, part)
    field = _zone_named(model, wanted)
    if field is not None:
        yield _ZonePlace((*path, json_name(model, field)), part.text(field), around)
    elif model.__name__.casefold() == wanted:
        yield _ZonePlace(path, None, around)
    for name, inner, absent in _blocks_with(model, wanted):
        found = values.get(name, absent)
        if isinstance(found, list):
            for index, item in enumerate(found):
                yield from _places_in(_Part(inner, item), (*path, name, index), around, wanted)
        elif found is not None:
            yield from _places_in(_Part(inner, found), (*path, name), around, wanted)


@lru_cache(maxsize=1000)
def _blocks_with(
    model: type[Block], wanted: str
) -> Sequence[tuple[str, type[Block], Mapping[str, Any] | None]]:
    """JSON name and model of each block that is that one or holds it, and what stands for an
    absent one: one that every declaration has is there without its zones."""
    found: list[tuple[str, type[Block], Mapping[str, Any] | None]] = []
    for field, block in blocks_of(model).items():
        named = block.__name__.casefold() == wanted or _zone_named(block, wanted)
        if named or _blocks_with(block, wanted):
            always = isinstance(model.model_fields[field].default, Block)
            found.append((json_name(model, field), block, {} if always else None))
    return found


@lru_cache(maxsize=1000)
def _zone_named(model: type[Block], wanted: str) -> str | None:
    """The field of the zone with that label, in small letters."""
    named = (field for field, zone in zones_of(model).items() if zone.label.casefold() == wanted)
    return next(named, None)


def _meant(
    places: Sequence[_ZonePlace], value: str | None, identifying: Identifying
) -> Path | None:
    """The one place that fits; else the zone in what those that fit have in common."""
    fitting = places
    for label, text in identifying if len(places) > 1 else ():
        fitting = [place for place in fitting if place.is_identified_by(label, text)] or fitting
    if value is not None:
        fitting = [place for place in fitting if place.value == value] or fitting
    if len(fitting) <= 1:
        return fitting[0].path if fitting else None
    blocks = [place.path[:-1] for place in fitting]
    return (*_common(blocks), fitting[0].path[-1])


def _common(paths: Iterable[Path]) -> Path:
    shared: list[str | int] = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return tuple(shared)
