"""What a draft writes where no zone of ours stands: fixed texts, only codes, a header, wrappers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fla_batch.message.draft_matching import words
from fla_batch.message.draft_places import Place
from fla_batch.message.xsd_content import Declared, always_there
from fla_batch.message.xsd_facets import Facets
from fla_batch.vocabulary.terms import Environment

USUAL_CONSTANTS = {
    "MimeType": "application/xml",
    "CharacterFormat": "NATIVE",
    "CharacterSet": "UTF-8",
}
"""What the portal's envelope says of a payload [P]."""
_CREATED = "{creation_date}T{creation_hour}"  # decision 1228
_CREATION_WORDS = {"creation", "created", "timestamp"}
_STAMPS = {"date": "{creation_date}", "dateTime": "{creation_date}T00:00:00"}
_OF_NUMBERS = {"sender", "number", "identification", "code"}
_FORMS = {"form", "forms", "declaration", "declarations"}
_COUNTS = {"number", "count", "total"}
_ENVIRONMENTS = {
    Environment.PRODUCTION: ("r", "real", "p", "prod", "production"),
    Environment.CIRCUIT_TEST: ("t", "test", "circuit", "circuittest"),
    Environment.SIMULATION: ("s", "simu", "simulation", "acc", "acceptance", "test", "t"),
}


@dataclass(frozen=True, slots=True)
class DraftedElement:
    """What became of one element of the XSD: `bound`, `guessed` or `unknown`, and why."""

    path: str
    standing: str
    text: str


@dataclass(frozen=True, slots=True)
class AroundLine:
    """A line of the header, or where `of_root` names one, an attribute of the root."""

    entry: dict[str, object]
    told: DraftedElement
    of_root: str = ""


def leftover(place: Place, *, in_list: bool) -> tuple[dict[str, object] | None, str, str]:
    """A line for an element that must be there; what is optional is left out."""
    declared, element = place.declared, "/".join(place.path)
    facets = declared.facets
    needed = bool(declared.least)
    if declared.fixed is not None and needed:
        return {"element": element, "constant": declared.fixed}, "bound", "fixed by the XSD"
    if needed and facets is not None and len(facets.codes) == 1:
        return {"element": element, "constant": facets.codes[0]}, "guessed", "its only code"
    if not needed or in_list:
        return None, "unknown", "mandatory, in a list" if needed else "optional, left out"
    if facets is not None and facets.base == "dateTime" and _is_of_creation(declared.name):
        return {"element": element, "template": _CREATED}, "guessed", "date and hour of creation"
    if declared.name in USUAL_CONSTANTS:
        constant = USUAL_CONSTANTS[declared.name]
        return {"element": element, "constant": constant}, "guessed", f"usually {constant}"
    why = f"a zone of your own: [employers], NAME = {declared.name}"
    return {"element": element, "field": f"extra.{declared.name}"}, "guessed", why


def _is_of_creation(name: str) -> bool:
    return not _CREATION_WORDS.isdisjoint(words(name))


def fixed_text(declared: Declared) -> str | None:
    """The text that an element or attribute can only have; None when there are several."""
    codes = declared.facets.codes if declared.facets else ()
    return declared.fixed if declared.fixed is not None or len(codes) != 1 else codes[0]


def lines_around(root: Declared, form: tuple[str, ...]) -> Iterator[AroundLine]:
    """What must stand before, after and around the forms, as far as the XSD says what it is.

    For the rest there is no line: `schema check` asks for it.
    """
    element = root
    path: tuple[str, ...] = (root.name,)
    for step in form:
        yield from _attributes(element, path)
        for child in element.children:
            if child.name != step and always_there(element.content, child):
                yield from _filled(child, (*path, child.name))
        element = element.named(step)[0]
        path = (*path, step)


def _attributes(element: Declared, path: tuple[str, ...]) -> Iterator[AroundLine]:
    for name, attribute in element.attributes.items():
        text = fixed_text(attribute)
        if attribute.least and text is not None:
            yield _line((*path, f"@{name}"), "constant", text, name if len(path) == 1 else "")
        elif attribute.least:
            yield from _guessed(attribute, (*path, f"@{name}"))


def _filled(element: Declared, path: tuple[str, ...]) -> Iterator[AroundLine]:
    yield from _attributes(element, path)
    text = fixed_text(element)
    if element.children:
        for child in element.children:
            if always_there(element.content, child):
                yield from _filled(child, (*path, child.name))
    elif text is not None or element.facets is None or element.kind == "anyType":
        yield _line(path, "constant", text or "")
    else:
        yield from _guessed(element, path)


def _guessed(declared: Declared, path: tuple[str, ...]) -> Iterator[AroundLine]:
    """What the message itself says: its day, sender, environment and number of forms."""
    facets, said = declared.facets or Facets(), words(declared.name)
    if facets.base in _STAMPS:
        yield _line(path, "template", _STAMPS[facets.base])
    elif "environment" in said:
        line = _line(path, "template", "{environment}")
        codes = _codes_of_environments(facets)
        yield replace(line, entry={**line.entry, "codes": codes}) if codes else line
    elif facets.is_integer and said & _FORMS and said & _COUNTS:
        yield _line(path, "template", "{form_count}")
    elif "sender" in said | words(path[-2]) and said <= _OF_NUMBERS:
        yield _line(path, "template", "{sender}")


def _codes_of_environments(facets: Facets) -> dict[str, str]:
    """Our letter -> theirs; nothing where they are the same."""
    theirs = {code.lower(): code for code in reversed(facets.codes)}
    alike = {
        ours.value: next(theirs[word] for word in usual if word in theirs)
        for ours, usual in _ENVIRONMENTS.items()
        if not theirs.keys().isdisjoint(usual)
    }
    return {} if all(ours == code for ours, code in alike.items()) else alike


def _line(path: tuple[str, ...], source: str, text: str, of_root: str = "") -> AroundLine:
    standing = "guessed" if source == "template" else "bound"
    why = f"usually {text}" if source == "template" else f"always {text or 'empty'}"
    told = DraftedElement("/".join(path), standing, why)
    return AroundLine({"element": "/".join(path[1:]), source: text}, told, of_root)
