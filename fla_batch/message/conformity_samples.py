"""Declarations and questions written by a profile, judged by its XSD, and read back."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fla_batch.message import samples
from fla_batch.message.conformity import Difference, Standing, is_named
from fla_batch.message.extra_zones import asked_zones
from fla_batch.message.form_tree import bound_zones, carriers, elements
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.message.reader import FormReader
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import counter
from fla_batch.message.writer import MessageWriter
from fla_batch.message.xsd_verdict import SchemaError, SchemaValidator
from fla_batch.message.zone_samples import text_for
from fla_batch.models import Declaration, Entry
from fla_batch.models.form import Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.rules import RuleContext, check
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.terms import FormKind, Verdict
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

_INDEX = re.compile(r"\[\d+\]")
_CREATED = datetime(2025, 3, 1, 10, 15, 0, 123000)  # noqa: DTZ001 - Belgian local time
_TODAY = date(2100, 1, 1)
_MOST = 1_000_000
_CONTENT_CODES = ("001", "091")


def broken_samples(
    profile: Profile, shape: MessageShape, validator: SchemaValidator, known: list[Difference]
) -> Iterator[Difference]:
    """One line per cause, with the number of samples; what `known` explains is not said again."""
    limits = ProfileLimits.of(profile)
    forms = list(sample_forms(profile, shape, limits))
    if not forms:
        return
    writer = MessageWriter(shape, day=_CREATED.date(), extras=extra_texts(shape, forms))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.xml"
        path.write_bytes(b"".join(writer.message(forms)))
        check_made = validator.check(path, most_shown=_MOST)
        if check_made.verdict is Verdict.NOT_CHECKED:
            why = check_made.why or "the samples could not be checked"
            yield Difference("not-checked", "/", why)
        names = profile.drop | profile.narrower
        open_ones = [each for each in known if not is_named(each.name, names)]
        yield from _invalid(check_made.errors, shape, open_ones, forms)
        if not any(each.kind == "unknown" for each in known):
            unbound = [each.name or each.path for each in known if each.kind == "unbound"]
            yield from _read_back(path, forms, profile, shape, unbound)


def sample_forms(profile: Profile, shape: MessageShape, limits: ProfileLimits) -> Iterator[Form]:
    """Forms of every kind that goes in that message, of bodies that are not blocked."""
    context = RuleContext(today=_TODAY)
    number = 0
    for body in [*samples.declarations(), *samples.questions()]:
        kind = body.kind
        asks = isinstance(body, Question)
        if profile.shapes.get(kind) is not shape or (asks and profile.answer is None):
            continue
        if not isinstance(body, Question):
            body = body.model_copy(update={"extra": _extra_of(shape, kind)})
            if _blocked(body, context, limits):
                continue
        number += 1
        created = _CREATED + timedelta(milliseconds=number)
        reference = reference_form(shape)("SAMPLERUN0" + counter(number))
        header = FormHeader.original(profile.identifications[kind], created, reference)
        yield Form(header=header, body=body)


def _blocked(body: Declaration, context: RuleContext, limits: ProfileLimits) -> bool:
    entry = Entry(body)
    found = [*check(entry, context), *limits.found(entry)]
    return any(anomaly.blocks for anomaly in found)


def extra_texts(shape: MessageShape, forms: Iterable[Form]) -> dict[str, dict[str, str]]:
    """A text that the XSD takes for each zone that the models do not have."""
    texts: dict[str, str] = {}
    for element in elements(shape.tree.form):
        for carrier in carriers(element):
            for zone in carrier.texts:
                name = getattr(zone, "field_name", None) or ""
                if name.startswith(EXTRA_ZONE):
                    declared = carrier.declared[0] if carrier.declared else None
                    texts[name] = text_for(declared.facets if declared else None)
    employers = {form.body.employer.company_id or "" for form in forms}
    return dict.fromkeys(employers, texts) if texts else {}


def _extra_of(shape: MessageShape, kind: FormKind) -> dict[str, str]:
    """As `extra_texts`, for the zones of a declaration of that kind."""
    return {
        asked.name: text_for(declared.facets if (declared := asked.declared) else None)
        for asked in asked_zones(shape, kind)
    }


def _invalid(
    errors: Iterable[SchemaError],
    shape: MessageShape,
    known: list[Difference],
    samples_written: list[Form],
) -> Iterator[Difference]:
    causes: dict[tuple[str, str], SchemaError] = {}
    forms: dict[tuple[str, str], set[int]] = {}
    for error in errors:
        key = (_INDEX.sub("", error.path), error.code)
        causes.setdefault(key, error)
        forms.setdefault(key, set()).add(error.form)
    explained = {each.path for each in known if each.standing is not Standing.NOTE}
    for key, error in causes.items():
        path = key[0]
        if _explained(path, explained, error.code):
            continue
        offered = _offered(shape, path)
        kinds = {samples_written[number - 1].body.kind.value for number in forms[key] if number}
        text = f"{error.explanation or error.reason}{offered} ({', '.join(sorted(kinds))})"
        yield Difference("sample-invalid", path, text, samples=len(forms[key]))


def _explained(path: str, known: set[str], code: str) -> bool:
    """True when a known cause stands there, below, or beside what an engine did not expect."""
    around = path.rpartition("/")[0] if code in _CONTENT_CODES else None
    return any(each == path or each.rpartition("/")[0] in (path, around) for each in known)


def _offered(shape: MessageShape, path: str) -> str:
    """What the XSD offers at that place, in words."""
    element = shape.around
    for step in path.strip("/").split("/")[1:]:
        inner = next((child for child in element.children if child.name == step), None)
        if inner is None:
            break
        element = inner
    if not element.declared:
        return ""
    names = ", ".join(child.name for child in element.declared[0].children)
    facets = element.declared[0].facets
    if names:
        return f"; the XSD offers in {element.name}: {names}"
    return f"; the XSD wants {facets.base} ({element.declared[0].where})" if facets else ""


def _read_back(
    path: Path, forms: list[Form], profile: Profile, shape: MessageShape, unbound: list[str]
) -> Iterator[Difference]:
    reader = FormReader(profile, shape)
    found = xmlsafe.children(path, shape.form, root=shape.root)
    different: Counter[str] = Counter()
    for form, element in zip(forms, found, strict=True):
        again = reader.read(element)[0]
        for place in _differing(
            comparable(form, profile, shape), comparable(again, profile, shape)
        ):
            different[place] += 1
    for place, count in different.items():
        if is_named(place, unbound):
            continue
        text = f"{place} reads back different from what was written"
        advice = "Two values are written alike, or a format loses part of the value."
        yield Difference(
            "not-the-same", f"/{shape.root}/{shape.form}", text, samples=count, advice=advice
        )


Flat = dict[tuple[str, ...], list[Any]]


def comparable(form: Any, profile: Profile, shape: MessageShape) -> Flat:
    """The zones of a form by their paths: what is dropped left out, values in their canonical way.

    Zones of the header that the binding has no element for do not count: nothing is lost.
    """
    kind = form.body.kind
    bound = bound_zones(shape.tree, kind)
    found: Flat = {("#kind",): [kind.value]}
    _flatten(form.header.model_dump(by_alias=True), (), found)
    _flatten(form.body.model_dump(by_alias=True), (), found)
    kept: Flat = {}
    header = set(FormHeader.model_fields) | {"reference"}
    aliases = {FormHeader.model_fields[name].alias or name for name in FormHeader.model_fields}
    for path, values in found.items():
        of_header = path[0] in aliases or path[0] in header
        if (of_header and path not in bound) or is_named(".".join(path), profile.drop):
            continue
        texts = bound.get(path)
        canonical = texts[0].format.canonical if texts else None
        kept[path] = [canonical(each) for each in values] if canonical else values
    return kept


def _flatten(value: Any, path: tuple[str, ...], found: Flat) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _flatten(inner, (*path, name), found)
    elif isinstance(value, list | tuple):
        found.setdefault((*path, "#"), []).append(len(value))
        for inner in value:
            _flatten(inner, path, found)
    elif value is not None:
        found.setdefault(path, []).append(value)


def _differing(one: Flat, other: Flat) -> list[str]:
    paths = one.keys() | other.keys()
    return sorted(".".join(path) for path in paths if one.get(path) != other.get(path))
