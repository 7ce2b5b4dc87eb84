"""Declarations and questions written by a profile, judged by its XSD, and read back."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fla_batch.message import samples
from fla_batch.message.conformity import Difference, is_named
from fla_batch.message.conformity_refused import refused_samples
from fla_batch.message.extra_zones import asked_zones
from fla_batch.message.form_tree import bound_zones
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.message.reader import FormReader
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import counter
from fla_batch.message.templates import MessageFacts
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

_CREATED = datetime(2025, 3, 1, 10, 15, 0, 123000)  # noqa: DTZ001 - Belgian local time
_TODAY = date(2100, 1, 1)
_MOST = 1_000_000


def broken_samples(
    profile: Profile, shape: MessageShape, validator: SchemaValidator, known: list[Difference]
) -> Iterator[Difference]:
    """One line per cause, with the number of samples; what `known` explains is not said again."""
    limits = ProfileLimits.of(profile)
    forms = list(sample_forms(profile, shape, limits))
    if not forms:
        return
    with tempfile.TemporaryDirectory() as folder:
        errors: list[SchemaError] = []
        messages = list(_written(shape, forms, Path(folder)))
        for message in messages:
            check_made = validator.check(message.path, most_shown=_MOST)
            if check_made.verdict is Verdict.NOT_CHECKED:
                why = check_made.why or "the samples could not be checked"
                yield Difference("not-checked", "/", why)
            errors += [
                replace(error, form=error.form and error.form + message.first)
                for error in check_made.errors
            ]
        yield from refused_samples(errors, shape, known, forms, [each.path for each in messages])
        if not any(each.kind == "unknown" for each in known):
            unbound = [each.name or each.path for each in known if each.kind == "unbound"]
            yield from _read_back(messages, profile, shape, unbound)


@dataclass(frozen=True, slots=True)
class _SampleMessage:
    """A message of some of the forms, `first` of which stand in others before it."""

    path: Path
    first: int
    forms: list[Form]


def _written(shape: MessageShape, forms: list[Form], folder: Path) -> Iterator[_SampleMessage]:
    """All forms in as few messages as the XSD lets them be."""
    writer = MessageWriter(
        shape, facts=MessageFacts(_CREATED.date()), extras=extra_texts(shape, forms)
    )
    most = shape.most_forms or len(forms)
    for first in range(0, len(forms), most):
        message = _SampleMessage(folder / f"{first}.xml", first, forms[first : first + most])
        message.path.write_bytes(b"".join(writer.message(message.forms)))
        yield message


def sample_forms(profile: Profile, shape: MessageShape, limits: ProfileLimits) -> Iterator[Form]:
    """Forms of every kind that goes in that message, of bodies that are not blocked."""
    context = RuleContext(today=_TODAY)
    extras = {kind: sample_extra(shape, kind) for kind in profile.shapes}
    number = 0
    for body in [*samples.declarations(), *samples.questions()]:
        kind = body.kind
        asks = isinstance(body, Question)
        if profile.shapes.get(kind) is not shape or (asks and profile.answer is None):
            continue
        if not isinstance(body, Question):
            body = body.model_copy(update={"extra": extras[kind]})
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


def extra_texts(shape: MessageShape, forms: Collection[Form]) -> dict[str, dict[str, str]]:
    """By employer a text that the XSD takes for each zone that the models do not have."""
    texts = {
        EXTRA_ZONE + name: text
        for kind in dict.fromkeys(form.body.kind for form in forms)
        for name, text in sample_extra(shape, kind).items()
    }
    employers = {form.body.employer.company_id or "" for form in forms}
    return dict.fromkeys(employers, texts) if texts else {}


def sample_extra(shape: MessageShape, kind: FormKind) -> dict[str, str]:
    """The same for forms of one kind, by the names of the zones in the XSD."""
    return {
        asked.name: text_for(declared.facets if (declared := asked.declared) else None)
        for asked in asked_zones(shape, kind)
    }


def _read_back(
    messages: Iterable[_SampleMessage], profile: Profile, shape: MessageShape, unbound: list[str]
) -> Iterator[Difference]:
    reader = FormReader(profile, shape)
    comparison, different = Comparison(profile, shape), Counter[str]()
    for message in messages:
        found = xmlsafe.children(message.path, shape.form, root=shape.root)
        for form, element in zip(message.forms, found, strict=True):
            again = comparison.flat(reader.read(element)[0])
            different.update(_differing(comparison.flat(form), again))
    for place, count in different.items():
        if is_named(place, unbound):
            continue
        text = f"{place} reads back different from what was written"
        advice = "Two values are written alike, or a format loses part of the value."
        yield Difference(
            "not-the-same", f"/{shape.root}/{shape.form}", text, samples=count, advice=advice,
            where=comparison.line_of(place) or shape.schema.name,
        )  # fmt: skip


Flat = dict[tuple[str, ...], list[Any]]


class Comparison:
    """Forms of one message as zones by their paths, so that two can be compared.

    What is dropped is left out, values are in their canonical way. Zones of the header that the
    binding has no element for do not count: nothing is lost.
    """

    def __init__(self, profile: Profile, shape: MessageShape) -> None:
        self._drop = profile.drop
        kinds = [kind for kind, each in profile.shapes.items() if each is shape]
        self._bound = {kind: bound_zones(shape.tree, kind) for kind in kinds}
        fields = FormHeader.model_fields
        self._header = {fields[name].alias or name for name in fields} | {"reference"}

    def line_of(self, place: str) -> str:
        """The line of the binding about such a path; empty without one."""
        path = tuple(step for step in place.split(".") if step != "#")
        found = (bound[path][0].line.where for bound in self._bound.values() if path in bound)
        return next(found, "")

    def flat(self, form: Any) -> Flat:
        """The zones of a form."""
        kind = form.body.kind
        bound = self._bound.get(kind, {})
        found: Flat = {("#kind",): [kind.value]}
        _flatten(form.header.model_dump(by_alias=True), (), found)
        _flatten(form.body.model_dump(by_alias=True), (), found)
        kept: Flat = {}
        for path, values in found.items():
            of_header = path[0] in self._header
            if (of_header and path not in bound) or is_named(".".join(path), self._drop):
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
