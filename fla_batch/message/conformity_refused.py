"""Samples that the XSD refuses: one line per cause, with its place, and whether it can be accepted.

Where some forms with that element are valid, the XSD takes less than the rules: a limit, by the
name of the zone or block. Where none is, the binding writes it wrongly.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.message.conformity import Difference, Standing
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.model_places import ModelPlace, place_at
from fla_batch.message.xsd_verdict import SchemaError
from fla_batch.models.form import Form
from fla_batch.system import xmlsafe

if TYPE_CHECKING:
    from lxml.etree import _Element

_INDEX = re.compile(r"\[\d+\]")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*?) \)")
_OF_CONTENT = ("001", "091")
_KEYS = ("key", "keyref", "unique")
_AROUND = (
    "Write it as header = [...] or attributes = { .. } in [declaration], or as an element of the "
    "wrapper."
)
_LIMIT = 'Such declarations cannot be sent: narrower = ["{name}"] in [profile] accepts that.'
_NEVER = "Every such form breaks it: bind what the XSD asks there, or write it otherwise."


@dataclass(slots=True)
class _Cause:
    error: SchemaError
    forms: set[int] = field(default_factory=set)


def refused_samples(
    errors: Iterable[SchemaError],
    shape: MessageShape,
    known: list[Difference],
    forms: list[Form],
    paths: Iterable[Path],
) -> Iterator[Difference]:
    """What `errors` say that `known` does not explain; `paths` are the messages of `forms`."""
    causes: dict[tuple[str, str], _Cause] = {}
    for error in errors:
        cause = causes.setdefault((_INDEX.sub("", error.path), error.code), _Cause(error))
        cause.forms.add(error.form)
    explained = {each.path for each in known if each.standing is not Standing.NOTE}
    start = "/".join(["", shape.root, shape.form])
    outside = any(each.startswith(f"/{shape.root}/") and start not in each for each in explained)
    undecided = {each.name for each in known if each.standing is Standing.UNDECIDED}
    holding = _holding(paths, shape) if causes else {}
    for (place, code), cause in causes.items():
        if "key-sequence" in cause.error.reason and undecided & set(_KEYS):
            continue
        if place in ("/", start):
            if not outside:
                yield _around(shape, cause.error)
        elif not _explained(place, explained, code):
            yield _within(shape, place, cause, forms, holding)


def _explained(path: str, known: set[str], code: str) -> bool:
    """True when a known cause stands there, below, or beside what an engine did not expect."""
    around = path.rpartition("/")[0] if code in _OF_CONTENT else None
    return any(each == path or each.rpartition("/")[0] in (path, around) for each in known)


def _around(shape: MessageShape, error: SchemaError) -> Difference:
    declared = shape.around.declared
    where = declared[0].where if declared else ""
    text = error.explanation or error.reason
    return Difference("sample-invalid", "/", text, where=where, advice=_AROUND)


def _within(
    shape: MessageShape,
    path: str,
    cause: _Cause,
    forms: list[Form],
    holding: dict[str, set[int]],
) -> Difference:
    error = cause.error
    place = _place(shape, path)
    kinds = sorted({forms[number - 1].body.kind.value for number in cause.forms if number})
    declared = place.element.declared
    text = f"{error.explanation or error.reason}{_offered(place)} ({', '.join(kinds)})"
    lines = [each for each in (place.element.line, *declared[:1]) if each is not None]
    where = ", ".join(each.where for each in lines)
    whole = holding.get(path.rpartition("/")[0] if error.code == "091" else path, set())
    name = _name(shape, path, place, error)
    found = Difference("sample-invalid", path, text, where=where, advice=_NEVER)
    found = replace(found, samples=len(cause.forms))
    if not name or any(
        {number for number in whole if forms[number - 1].body.kind.value == kind} <= cause.forms
        for kind in kinds
    ):
        return found
    advice = _LIMIT.format(name=name)
    return replace(found, standing=Standing.LIMIT, advice=advice, name=name, accepted_in="narrower")


def _place(shape: MessageShape, path: str) -> ModelPlace:
    steps = path.strip("/").split("/")[shape.form.count("/") + 2 :]
    return place_at(shape.tree, shape.tree.form, ((step, 0) for step in steps))


def _name(shape: MessageShape, path: str, place: ModelPlace, error: SchemaError) -> str:
    """What may be left out, or be otherwise, so that the place fits; else the block around it."""
    if error.code not in _OF_CONTENT:
        return ".".join(place.names)
    around = _place(shape, path.rpartition("/")[0]) if error.code == "091" else place
    expected = _EXPECTED.search(error.reason)
    labels = (
        [each.rpartition("}")[2].strip() for each in expected[1].split(",")] if expected else []
    )
    beside = [around.below(label) for label in labels]
    candidates = [place] * (error.code == "091") + [each for each in beside if each is not None]
    chosen = next((each for each in candidates if each.is_optional and each.path), around)
    return ".".join(chosen.names)


def _offered(place: ModelPlace) -> str:
    """What the XSD offers at that place, in words."""
    element = place.element
    if not element.declared:
        return ""
    names = ", ".join(child.name for child in element.declared[0].children)
    facets = element.declared[0].facets
    if names:
        return f"; the XSD offers in {element.name}: {names}"
    return f"; the XSD wants {facets.base}" if facets else ""


def _holding(paths: Iterable[Path], shape: MessageShape) -> dict[str, set[int]]:
    """Path of each element, without indexes -> numbers of the forms that have one there."""
    found: dict[str, set[int]] = defaultdict(set)
    every = (form for path in paths for form in xmlsafe.children(path, shape.form, root=shape.root))
    for number, form in enumerate(every, start=1):
        for place in _places_in(form, "/".join(["", shape.root, shape.form])):
            found[place].add(number)
    return found


def _places_in(element: _Element, here: str) -> Iterator[str]:
    yield here
    for child in element.iterchildren("*"):
        yield from _places_in(child, f"{here}/{xmlsafe.label(child)}")
