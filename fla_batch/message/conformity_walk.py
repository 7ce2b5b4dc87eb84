"""The binding's tree held against the XSD, element by element: what needs no sample to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fla_batch.message.conformity import Difference, Standing
from fla_batch.message.form_tree import Attribute, Element, Text, ZoneText, elements, of_kind
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.message.reference_form import reference_form
from fla_batch.message.xsd_facets import Facets
from fla_batch.message.xsd_outline import (
    Declared,
    Group,
    Wildcard,
    always_there,
    together_with,
)
from fla_batch.message.xsd_text import Judge
from fla_batch.message.zone_samples import all_integers, is_own, settles, written_texts
from fla_batch.models.declaration import EXTRA_ZONE
from fla_batch.models.zone import Presence, Zone
from fla_batch.vocabulary.terms import FormKind

_SHOWN = 8
_SKIPPED = "No XSD would judge it. Ask for the schema that the portal judges the payload by."
_RUN = "RUN0RUN0RUN00001"


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
        yield _never_written(missing, path, [] if len(kinds) == len(walk.kinds) else kinds)


@dataclass(slots=True)
class _Walk:
    profile: Profile
    shape: MessageShape
    kinds: list[FormKind | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        sent = [kind for kind, each in self.profile.shapes.items() if each is self.shape]
        self.kinds = [*sent] if not self.shape.answers else [None]

    def element(self, element: Element, path: str, *, wanted: bool) -> Iterator[Difference]:
        """An element and all in it; `wanted` when every element around it must be there."""
        declared = element.declared[0]
        yield from _repeats(element, path)
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
                    yield from _together(child, here, together_with(declared.content, inner))

    def needed(self, element: Element, path: str) -> Iterator[tuple[str, Declared]]:
        """Path and declaration of what the XSD makes mandatory and the element never has."""
        if not element.declared or self.shape.answers:
            return
        declared = element.declared[0]
        written = {attribute.name for attribute in element.attributes}
        misplaced = {child.name for child in element.children if not child.declared}
        for name, attribute in declared.attributes.items():
            if attribute.least and name not in written | misplaced and path.count("/") > 1:
                yield f"{path}/@{name}", attribute
        names = {(child.namespace, child.name) for child in element.children}
        for missing in _missing(declared.content, names):
            yield f"{path}/{missing.name}", missing
        for child in element.children:
            yield from self.needed(child, f"{path}/{child.name}")

    def _texts(
        self, carrier: Element | Attribute, path: str, *, wanted: bool
    ) -> Iterator[Difference]:
        declared = carrier.declared[0]
        facets = declared.facets
        for text in carrier.texts:
            if not isinstance(text, ZoneText) or text.mark.answers or self.shape.answers:
                continue
            if facets is None:
                say = f"the XSD lets no text stand in {declared.name}, only elements"
                yield _about(text, "no-text", path, say, declared)
                return
            if text.field_name.startswith(EXTRA_ZONE):
                continue  # what it will be is known to the input only
            zone = text.zone
            alone = len(carrier.texts) == 1  # days or hours in one element are always there
            if zone is not None and declared.least and wanted and alone:
                yield from _presence(text, zone, path, declared)
            yield from self._type(text, path, declared, facets)

    def _type(
        self, text: ZoneText, path: str, declared: Declared, facets: Facets
    ) -> Iterator[Difference]:
        names = [name for kind, name in self.profile.identifications.items() if kind in self.kinds]
        reference = reference_form(self.shape)(_RUN)
        found = written_texts(text, names, reference)
        judge = Judge(facets)
        fixed = declared.fixed
        bad = [each for each in found.texts if not judge.takes(each) or fixed not in (None, each)]
        if bad and len(bad) == len(found.texts):
            yield _nothing_fits(text, path, declared, facets, found.texts)
            return
        named = [] if is_own(text) else list(_facets(text, path, declared, facets))
        yield from named
        if bad and not any(each.standing is Standing.LIMIT for each in named):
            say = f"the XSD does not take every {text.json_name}: not {_some(bad)}"
            yield _narrower(text, path, say, declared)
        elif not bad and not settles(found, facets, text.zone):
            every = all_integers(text)
            if every is not None:
                if not judge.takes_each(every):
                    say = f"the XSD does not take every {text.json_name}: {_patterns(facets)}"
                    yield _narrower(text, path, say, declared)
                return
            construct = facets.mixed_kinds or "pattern"
            name = f"{construct}:{text.json_name}"
            say = f"samples cannot settle the {construct} of {declared.name}: {_patterns(facets)}"
            yield Difference(
                "undecided", path, say, Standing.UNDECIDED, where=declared.where, name=name,
                advice=f'If it holds for what you send: undecided = ["{name}"] in [profile].',
                accepted_in="undecided",
            )  # fmt: skip


def _several_workers(element: Element, path: str) -> Iterator[Difference]:
    """Where a form may hold several workers, and answers would not tell which one they are about.

    Each worker gets a form of its own, so that nothing is lost by it.
    """
    for child in element.children:
        inside = [text.json_name for each in elements(child) for text in each.zones]
        if "inss" not in inside or not child.declared:
            continue
        here, most = f"{path}/{child.name}", child.declared[0].most
        if child.repeat is None and most != 1 and "referenceNbr" not in inside:
            often = "any number of times" if most is None else f"{most} times"
            text = (
                f"one-worker-per-form: {child.name} may stand {often} in a form, without a "
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
    return Difference("ambiguous", path, text, where=where, advice="Name one payload only.")


def _never_written(missing: Declared, path: str, kinds: list[FormKind | None]) -> Difference:
    what = "attribute" if missing.is_attribute else "element"
    text = f"the XSD makes the {what} {missing.name} mandatory, and the binding never writes it"
    names = ", ".join(kind.value for kind in kinds if kind)
    forms = f" in {names}" if names else ""
    advice = 'Bind a field; or constant, template, or field = "extra.NAME" for a zone of your own.'
    return Difference("never-written", path, text + forms, where=missing.where, advice=advice)


def _missing(content: Group | None, written: set[tuple[str, str]]) -> Iterator[Declared]:
    """The elements that a content cannot do without and that are not written."""
    if content is None:
        return
    there = [item for item in content.items if _is_there(item, written)]
    if not content.least and not there:
        return
    if content.model == "choice" and not there:
        if not any(_may_be_empty(item) for item in content.items):
            yield from _first_of(content)
        return
    for item in there[:1] if content.model == "choice" else content.items:
        if isinstance(item, Group):
            yield from _missing(item, written)
        elif isinstance(item, Declared) and item.least and item not in there:
            yield item


def _first_of(group: Group) -> Iterator[Declared]:
    for item in group.items:
        if isinstance(item, Declared):
            yield item
            return
        if isinstance(item, Group):
            yield from _first_of(item)
            return


def _is_there(item: object, written: set[tuple[str, str]]) -> bool:
    if isinstance(item, Declared):
        return (item.namespace, item.name) in written
    if isinstance(item, Group):
        return any(_is_there(each, written) for each in item.items)
    return isinstance(item, Wildcard) and any(item.takes(namespace) for namespace, _ in written)


def _may_be_empty(item: object) -> bool:
    if isinstance(item, Group):
        empties = [_may_be_empty(each) for each in item.items]
        return not item.least or (any(empties) if item.model == "choice" else all(empties))
    return isinstance(item, Declared | Wildcard) and not item.least


def _repeats(element: Element, path: str) -> Iterator[Difference]:
    """How often the models let an item stand against the XSD, where None is any number."""
    repeat, declared = element.repeat, element.declared[0]
    if repeat is None or repeat.most is None or declared.most == repeat.most:
        return
    theirs, ours = declared.most, repeat.most
    if theirs == 1:
        text = f"{element.name} fits once in the XSD, and the models repeat it up to {ours} times"
        advice = "Bind the list to an element that repeats, with each = its path where needed."
        line = element.line
        yield Difference("fits-once", path, text, where=line.where if line else "", advice=advice)
        return
    often = "any number of times" if theirs is None else f"at most {theirs} times"
    text = f"{element.name} stands at most {ours} times in the models, {often} in the XSD"
    if theirs is None or theirs > ours:
        yield Difference("looser", path, text, Standing.NOTE, where=declared.where)
        return
    yield _limit_of(repeat.json_name, path, text, declared)


def _presence(text: ZoneText, zone: Zone, path: str, declared: Declared) -> Iterator[Difference]:
    if zone.presence in (Presence.OPTIONAL, Presence.ONE_OF):
        say = f"{declared.name} is mandatory in the XSD and optional in the models"
        yield _narrower(text, path, say, declared)


def _together(element: Element, path: str, others: tuple[Declared, ...]) -> Iterator[Difference]:
    """Zones of an optional group of the XSD, which the models let stand without each other."""
    for text in element.texts:
        zone = text.zone if isinstance(text, ZoneText) else None
        if others and isinstance(text, ZoneText) and zone and zone.presence is Presence.OPTIONAL:
            names = " and ".join(each.name for each in others)
            say = f"{element.name} stands only together with {names} in the XSD"
            yield _narrower(text, path, say, element.declared[0])


def _nothing_fits(
    text: ZoneText, path: str, declared: Declared, facets: Facets, texts: tuple[str, ...]
) -> Difference:
    if facets.codes:
        say = f"no code in common: we write {_some(texts)}, the XSD knows {_some(facets.codes)}"
        return _about(
            text, "no-code-in-common", path, say, declared, "Write a table: codes = { .. }."
        )
    fixed = f", always {declared.fixed}" if declared.fixed else ""
    say = f"the XSD takes none of what we write as {declared.name} ({facets.base}{fixed}): "
    advice = "A format, codes or a pattern is needed; see the guide."
    return _about(text, "nothing-fits", path, say + _some(texts), declared, advice)


def _facets(text: ZoneText, path: str, declared: Declared, facets: Facets) -> Iterator[Difference]:
    """Bounds and codes that differ, each way."""
    zone = text.zone
    if zone is None:
        return
    low = None if zone.low is None else zone.low / text.format.scale
    high = None if zone.high is None else zone.high / text.format.scale
    for facet, ours, theirs, sign in (
        ("lowest value", low, facets.low, 1),
        ("highest value", high, facets.high, -1),
        ("shortest length", zone.shortest, facets.shortest, 1),
        ("longest length", zone.longest, facets.longest, -1),
    ):
        if ours is None or not _is_number(theirs) or float(theirs or 0) == ours:
            settled = zone.codes or zone.pattern or facets.patterns
            if ours is not None and theirs is None and not settled:
                say = f"{facet} of {declared.name}: {ours:g} in the models, none in the XSD"
                yield Difference("looser", path, say, Standing.NOTE, where=declared.where)
            continue
        say = f"{facet} of {declared.name}: {ours:g} in the models, {theirs} in the XSD"
        if (float(theirs or 0) - ours) * sign > 0:
            yield _narrower(text, path, say, declared)
        else:
            yield Difference("looser", path, say, Standing.NOTE, where=declared.where)
    yield from _codes(text, zone, path, declared, facets)


def _is_number(text: object) -> bool:
    try:
        float(str(text))
    except ValueError:
        return False
    return True


def _codes(
    text: ZoneText, zone: Zone, path: str, declared: Declared, facets: Facets
) -> Iterator[Difference]:
    if not facets.codes or not zone.codes:
        return
    theirs, ours = set(facets.codes), {text.format.write(code) for code in zone.codes}
    for missing in sorted(ours - theirs):
        say = f"code {missing} of {declared.name} is not in the XSD"
        yield _narrower(text, path, say, declared)
    for extra in sorted(theirs - ours):
        say = f"code {extra} of {declared.name} is not in the models"
        yield Difference("looser", path, say, Standing.NOTE, where=declared.where)


def _narrower(text: ZoneText, path: str, say: str, declared: Declared) -> Difference:
    return _limit_of(text.json_name, path, say, declared)


def _limit_of(name: str, path: str, say: str, declared: Declared) -> Difference:
    advice = (
        f'Declarations beyond it cannot be sent: narrower = ["{name}"] in [profile] accepts that.'
    )
    return Difference(
        "stricter", path, say, Standing.LIMIT, where=declared.where, advice=advice, name=name,
        accepted_in="narrower",
    )  # fmt: skip


def _about(
    text: ZoneText, kind: str, path: str, say: str, declared: Declared, advice: str = ""
) -> Difference:
    where = f"{text.line.where}, {declared.where}"
    return Difference(kind, path, say, where=where, advice=advice)


def _some(texts: Iterable[str]) -> str:
    shown = [
        each if len(each) < 40 else f"{each[:20]}... ({len(each)} characters)" for each in texts
    ]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(map(repr, shown[:_SHOWN])) + more


def _patterns(facets: Facets) -> str:
    return " and ".join("|".join(each) for each in facets.patterns) or str(facets.mixed_kinds)
