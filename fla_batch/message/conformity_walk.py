"""The binding's tree held against the XSD, element by element: what needs no sample to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fla_batch.message.conformity import Difference, Standing
from fla_batch.message.conformity_occurrence import (
    missing_in,
    presence_differences,
    repeat_differences,
    together_differences,
)
from fla_batch.message.conformity_types import about, type_differences
from fla_batch.message.form_tree import (
    Attribute,
    Element,
    TemplateText,
    Text,
    ZoneText,
    elements,
    of_kind,
)
from fla_batch.message.message_shape import MessageShape, text_around
from fla_batch.message.profile import Profile
from fla_batch.message.reference_form import reference_form
from fla_batch.message.templates import AROUND_NAMES, MessageFacts, names_in
from fla_batch.message.xsd_content import Declared, always_there, together_with
from fla_batch.message.xsd_text import Judge
from fla_batch.message.zone_samples import written_texts
from fla_batch.vocabulary.terms import Environment, FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

_SHOWN = 8
_SKIPPED = "No XSD would judge it. Ask for the schema that the portal judges the payload by."


def along_the_tree(profile: Profile, shape: MessageShape) -> Iterator[Difference]:
    """Paths that the XSD lacks or names twice, what it asks and is not written, narrower types."""
    if not shape.around.declared:
        offered = ", ".join(sorted({each.name for each in shape.outline.roots()})[:_SHOWN])
        text = f"the XSD has no root element {shape.root}; it has {offered}"
        yield Difference("unknown", f"/{shape.root}", text, advice="Set root to one of them.")
        return
    walk = _Walk(profile, shape)
    every = of_kind(shape.around, None, answers=shape.answers)
    yield from walk.element(every, f"/{shape.root}", wanted=True)
    if not shape.answers:
        yield from _several_workers(shape.tree.form, f"/{shape.root}/{shape.form}")
    found: dict[str, tuple[Declared, list[FormKind | None]]] = {}
    for kind in walk.kinds:
        form = of_kind(shape.around, kind, answers=shape.answers)
        for path, missing in walk.needed(form, f"/{shape.root}"):
            found.setdefault(path, (missing, []))[1].append(kind)
    for path, (missing, kinds) in found.items():
        in_form = path.startswith(f"/{shape.root}/{shape.form}/")
        advice = _FORM_ADVICE if in_form else _around_advice(missing, path)
        yield _never_written(missing, path, [] if len(kinds) == len(walk.kinds) else kinds, advice)


@dataclass(slots=True)
class _Walk:
    profile: Profile
    shape: MessageShape
    kinds: list[FormKind | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        sent = [kind for kind, each in self.profile.shapes.items() if each is self.shape]
        self.kinds = [*sent] if not self.shape.answers else [None]

    @property
    def _identifications(self) -> list[str]:
        return [name for kind, name in self.profile.identifications.items() if kind in self.kinds]

    def element(self, element: Element, path: str, *, wanted: bool) -> Iterator[Difference]:
        """An element and all in it; `wanted` when every element around it must be there."""
        declared = element.declared[0]
        yield from repeat_differences(element, path)
        for attribute in element.attributes:
            here = f"{path}/@{attribute.name}"
            if not attribute.declared:
                yield _unknown(here, attribute.name, attribute.texts, element, declared.attributes)
                continue
            yield from self._texts(attribute, here, wanted=wanted)
        if element.texts:
            yield from self._texts(element, path, wanted=wanted)
        for child in element.children:
            here = f"{path}/{child.name}"
            if not child.declared:
                offered = [each.name for each in declared.children]
                offered += [f"@{name}" for name in declared.attributes]
                yield _unknown(here, child.name, child.texts, child, offered)
            elif _is_skipped(declared, child):
                text = f"the XSD lets {child.name} stand there without being looked at (skip)"
                line = child.line.where if child.line else ""
                yield Difference("unjudged-payload", here, text, where=line, advice=_SKIPPED)
            elif len(child.declared) > 1:
                yield _twice(child, here)
            else:
                inner = child.declared[0]
                wanted = always_there(declared.content, inner)
                yield from self.element(child, here, wanted=wanted)
                if not wanted and child.texts:
                    yield from together_differences(
                        child, here, together_with(declared.content, inner)
                    )

    def needed(self, element: Element, path: str) -> Iterator[tuple[str, Declared]]:
        """Path and declaration of what the XSD makes mandatory and the element never has."""
        if not element.declared or self.shape.answers:
            return
        declared = element.declared[0]
        written = {attribute.name for attribute in element.attributes}
        if path.count("/") == 1:
            written |= self.shape.root_attributes
        misplaced = {child.name for child in element.children if not child.declared}
        for name, attribute in declared.attributes.items():
            if attribute.least and name not in written | misplaced:
                yield f"{path}/@{name}", attribute
        names = {(child.namespace, child.name) for child in element.children}
        for missing in missing_in(declared.content, names):
            yield f"{path}/{missing.name}", missing
        for child in element.children:
            yield from self.needed(child, f"{path}/{child.name}")

    def _texts(
        self, carrier: Element | Attribute, path: str, *, wanted: bool
    ) -> Iterator[Difference]:
        declared = carrier.declared[0]
        facets = declared.facets
        for text in carrier.texts:
            if isinstance(text, TemplateText) and facets is not None:
                yield from _environments(text, path, declared, Judge(facets))
            if not isinstance(text, ZoneText) or text.mark.answers or self.shape.answers:
                continue
            if facets is None:
                say = f"the XSD lets no text stand in {declared.name}, only elements"
                yield about(text, "no-text", path, say, declared)
                return
            if text.field_name.startswith(EXTRA_ZONE):
                continue  # what it will be is known to the input only
            zone = text.zone
            alone = len(carrier.texts) == 1  # days or hours in one element are always there
            if zone is not None and declared.least and wanted and alone:
                yield from presence_differences(text, zone, path, declared)
            found = written_texts(text, self._identifications, reference_form(self.shape))
            yield from type_differences(text, path, declared, facets, found)


def _environments(
    text: TemplateText, path: str, declared: Declared, judge: Judge
) -> Iterator[Difference]:
    """Where the XSD has no text for an environment, which samples of one would not show."""
    if "environment" in names_in(text.template):
        made = {each: text_around(text, MessageFacts(environment=each)) for each in Environment}
        bad = {f"{each.value} ({shown})" for each, shown in made.items() if not judge.takes(shown)}
        if bad:
            letters = ", ".join(sorted(bad))
            say = f"the XSD does not take every environment as {declared.name}: not {letters}"
            advice = 'Write a table: codes = { "T" = "..", "S" = "..", "R" = ".." }.'
            where = f"{text.line.where}, {declared.where}"
            yield Difference("no-code-in-common", path, say, where=where, advice=advice)


def _several_workers(element: Element, path: str) -> Iterator[Difference]:
    """Where a form may hold several workers, and answers would not tell which one they are about.

    Each worker gets a form of its own, so that nothing is lost by it.
    """
    for child in element.children:
        inside = [text.json_name for each in elements(child) for text in each.zones]
        if "inss" not in inside or not child.declared:
            continue
        here, most = f"{path}/{child.name}", child.most
        if child.repeat is None and most != 1 and "referenceNbr" not in inside:
            often = "any number of times" if most is None else f"{most} times"
            text = (
                f"{child.name} may stand {often} in a form, without a "
                "reference per worker by which answers match; each worker gets a form of its own"
            )
            yield Difference(
                "one-worker-per-form", here, text, Standing.NOTE, where=child.declared[0].where
            )
        yield from _several_workers(child, here)


def _is_skipped(declared: Declared, child: Element) -> bool:
    """True for a payload that no engine would judge."""
    taken = [each for each in declared.wildcards if each.takes(child.namespace)]
    known = any(each is child.declared[0] for each in declared.children)
    return not known and bool(taken) and all(each.skipped for each in taken)


def _unknown(
    path: str, name: str, texts: Iterable[Text], element: Element, offered: Iterable[str]
) -> Difference:
    line = next((text.line for text in texts), element.line)
    names = list(dict.fromkeys(offered))
    known = ", ".join(names[:_SHOWN])
    if f"@{name}" in names:
        known = f"@{name}, an attribute"
    text = f"the XSD does not know {name} here; it offers {known or 'nothing'}"
    advice = "Write the XSD's label, with the elements around it; or remove the line and drop it."
    return Difference("unknown", path, text, where=line.where if line else "", advice=advice)


def _twice(element: Element, path: str) -> Difference:
    places = ", ".join(each.where for each in element.declared)
    text = f"the XSD names {element.name} twice at this place: {places}"
    where = element.line.where if element.line else ""
    return Difference(
        "ambiguous",
        path,
        text,
        where=where,
        advice="No line can choose: one payload only, or an XSD that names it once.",
    )


_FORM_ADVICE = (
    'Bind a field; or constant, template, or field = "extra.NAME" for a zone of your own.'
)


def _around_advice(missing: Declared, path: str) -> str:
    """What to write in [declaration] for what stands around the forms."""
    inside = path.split("/", 2)[2]
    while missing.facets is None and missing.children:
        children = missing.children
        there = (each for each in children if always_there(missing.content, each))
        missing = next(there, children[0])
        inside += f"/{missing.name}"
    names = ", ".join(f"{{{name}}}" for name in AROUND_NAMES)
    line = f'header = [{{ element = "{inside}", constant = "..." }}]'
    return f"Write its text in [declaration]: {line}, or a template of {names}."


def _never_written(
    missing: Declared, path: str, kinds: list[FormKind | None], advice: str
) -> Difference:
    what = "attribute" if missing.is_attribute else "element"
    text = f"the XSD makes the {what} {missing.name} mandatory, and the binding never writes it"
    names = ", ".join(kind.value for kind in kinds if kind)
    forms = f" in {names}" if names else ""
    return Difference("never-written", path, text + forms, where=missing.where, advice=advice)
