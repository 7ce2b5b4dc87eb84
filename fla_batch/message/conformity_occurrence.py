"""How often, and beside what, the XSD wants an element, held against the models."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.message.conformity import Difference, Standing, stricter
from fla_batch.message.form_tree import Element, ZoneText
from fla_batch.message.xsd_content import Declared, Group, Name, Wildcard
from fla_batch.models.zone import Presence, Zone


def missing_in(content: Group | None, written: set[Name]) -> Iterator[Declared]:
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
    lacks = [list(_lacking(item, written)) for item in content.items]
    if content.model == "choice":  # the branch that lacks least is the one that is written
        lacks = sorted(
            (lack for item, lack in zip(content.items, lacks, strict=True) if item in there),
            key=len,
        )[:1]
    for lack in lacks:
        yield from lack


def _lacking(item: object, written: set[Name]) -> Iterator[Declared]:
    if isinstance(item, Group):
        yield from missing_in(item, written)
    elif isinstance(item, Declared) and item.least and not _is_there(item, written):
        yield item


def _first_of(group: Group) -> Iterator[Declared]:
    for item in group.items:
        if isinstance(item, Declared):
            yield item
            return
        if isinstance(item, Group):
            yield from _first_of(item)
            return


def _is_there(item: object, written: set[Name]) -> bool:
    if isinstance(item, Declared):
        return item.full_name in written
    if isinstance(item, Group):
        return any(_is_there(each, written) for each in item.items)
    return isinstance(item, Wildcard) and any(item.takes(namespace) for namespace, _ in written)


def _may_be_empty(item: object) -> bool:
    if isinstance(item, Group):
        empties = [_may_be_empty(each) for each in item.items]
        return not item.least or (any(empties) if item.model == "choice" else all(empties))
    return isinstance(item, Declared | Wildcard) and not item.least


def repeat_differences(element: Element, path: str) -> Iterator[Difference]:
    """How often the models let an item stand against the XSD, where None is any number."""
    repeat, declared = element.repeat, element.declared[0]
    if repeat is None or repeat.most is None or element.most == repeat.most:
        return
    theirs, ours = element.most, repeat.most
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
    yield stricter(repeat.json_name, path, text, declared)


def presence_differences(
    text: ZoneText, zone: Zone, path: str, declared: Declared
) -> Iterator[Difference]:
    """A zone that the XSD wants and the models may leave out."""
    if zone.presence in (Presence.OPTIONAL, Presence.ONE_OF):
        say = f"{declared.name} is mandatory in the XSD and optional in the models"
        yield stricter(text.json_name, path, say, declared)


def together_differences(
    element: Element, path: str, others: tuple[Declared, ...]
) -> Iterator[Difference]:
    """Zones of an optional group of the XSD, which the models let stand without each other."""
    for text in element.texts:
        zone = text.zone if isinstance(text, ZoneText) else None
        if others and isinstance(text, ZoneText) and zone and zone.presence is Presence.OPTIONAL:
            names = " and ".join(each.name for each in others)
            say = f"{element.name} stands only together with {names} in the XSD"
            yield stricter(text.json_name, path, say, element.declared[0])
