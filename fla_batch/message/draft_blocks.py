"""The layouts of a draft, block by block.

Blocks are looked for by their label, then by their words, then as the element that holds most of
their zones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from fla_batch.message.binding_lines import HERE
from fla_batch.message.draft_labels import Fields, Models, fields_of, labels_below, labels_of
from fla_batch.message.draft_leftovers import DraftedElement, leftover
from fla_batch.message.draft_matching import words
from fla_batch.message.draft_places import Inside, Place, containers, kinds_of_types, reachable
from fla_batch.message.draft_zones import ZoneDrawing
from fla_batch.message.drafted_message import CONTENT, DraftedMessage
from fla_batch.message.xsd_content import Declared, TypeChoice, most_times
from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, is_list
from fla_batch.vocabulary.terms import FormKind


@dataclass(slots=True)
class BlockDrawing:
    """Draws one message; `inner` has the layout of each block by its place, `items` the lists.

    `alone` has the labels of one kind of declaration alone.
    """

    message: DraftedMessage
    zones: ZoneDrawing
    alone: Mapping[FormKind, set[str]]
    opened: set[int] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    inner: dict[str, str] = field(default_factory=dict)

    def block(self, layout: str, models: Models, place: Place, path: tuple[str, ...] = ()) -> None:
        """The lines of one layout, for zones and blocks within `place`."""
        lines = self.message.layouts.setdefault(layout, [])
        blocks = fields_of(models, blocks_only=True)
        anchors = self._anchors(blocks, place)
        away = {id(anchor.declared): anchor for anchor in anchors.values() if anchor.path}
        lists = {id(anchors[name].declared) for name in anchors if is_list(*blocks[name][:2])}
        self.zones.lines(models, Inside(place, away, lists), lines, path)
        for name, (model, field_name, inner) in blocks.items():
            if name not in anchors:
                if not self.message.answers and name != "reference":
                    self.message.missing.append(".".join((*path, name)))
            elif inner is not None:
                if is_list(model, field_name):
                    self.items.add(anchors[name].shown)
                if anchors[name].path:
                    self.inner[anchors[name].shown] = f"{layout}_{inner.__name__}"
                self._block_line(layout, (*path, name), inner, anchors[name], place)

    def _block_line(
        self, layout: str, path: tuple[str, ...], inner: type[Block], anchor: Place, place: Place
    ) -> None:
        message, name, inside = self.message, path[-1], f"{layout}_{inner.__name__}"
        line: dict[str, object] = {
            "element": "/".join(anchor.path) or HERE,
            "field": name,
            "block": inside,
        }
        if name in CONTENT and len(path) == 1 and not message.answers:
            line["only"] = [CONTENT[name].value]
            if _may_be_empty(place, anchor, many=name == "trainings"):
                line["always"] = True
        message.layouts[layout].append(line)
        if anchor.path:
            self.opened.add(id(anchor.declared))
        before = len(message.fields)
        self.block(inside, (inner,), anchor.itself, path)
        if len(message.fields) > before or message.layouts[inside]:
            message.fields.add(name)
        message.report.append(
            DraftedElement(anchor.shown, "bound", f"block {inner.__name__} ({anchor.why})")
        )

    def _anchors(self, blocks: Fields, place: Place) -> dict[str, Place]:
        """The element of each block; one that bears the name of a block holds no other."""
        found: dict[str, Place] = {}
        for name, (model, field_name, inner) in blocks.items():
            many = is_list(model, field_name)
            anchor = None if inner is None else self._anchor(inner, name, place, many)
            if anchor is not None:
                found[name] = anchor
        named = {id(each.declared) for each in found.values() if each.is_by_label}
        return {
            name: each
            for name, each in found.items()
            if each.is_by_label or not each.path or id(each.declared) not in named
        }

    def _anchor(self, model: type[Block], name: str, place: Place, many: bool) -> Place | None:
        """The element that holds a block: by label, by words, or by the zones in it."""
        every = [each for each in containers(place) if id(each.declared) not in self.opened]
        wanted = {model.__name__, name[:1].upper() + name[1:]}
        labels = set(labels_below(model))
        own = set(labels_of(model)) or {each.__name__ for each in blocks_of(model).values()}
        if not any(each.score(own) for each in every):
            own = labels
        named = [each for each in every if each.declared.name in wanted and each.holds(labels)]
        why = "by its label"
        if not named:
            worded = {words(each) for each in wanted}
            named = [each for each in every if words(each.declared.name) in worded]
            named = [each for each in named if each.holds(labels)]
            why = "by the words of its label"
        if many:
            named = [each for each in named if each.repeats_below(place)] or named
        if named:
            return named[-1 if many else 0].because(why)
        alike = words(model.__name__)
        best = max(
            every,
            key=lambda each: (each.score(own), len(alike & words(each.declared.name))),
            default=None,
        )
        if best is not None and best.score(own):
            return best.because("by the zones in it")
        if not many and place.score(own):
            return place.itself.because("its zones stand here")
        return None

    def leftovers(self, place: Place, layout: str) -> None:
        """Elements that nothing was bound to: constants, zones of one's own, or unknown."""
        unused = {
            each.shown
            for each in containers(place)
            if (each.is_payload or not each.declared.least)
            and not any(id(inner.declared) in self.zones.taken for inner in reachable(each.itself))
        }
        for each in reachable(place):
            declared = each.declared
            if id(declared) in self.zones.taken or declared.facets is None:
                continue
            in_list = any(each.shown.startswith(f"{path}/") for path in self.items)
            line, standing, why = leftover(each, in_list=in_list)
            if any(each.shown.startswith(f"{path}/") for path in unused):
                line, standing, why = None, "unknown", "in an element that is left out"
            lines: list[dict[str, object]] = [] if line is None else [line]
            name, depth = self._block_around(each) or (layout, 0)
            if isinstance(declared, TypeChoice) and len(declared.types) > 1 and not in_list:
                lines = [
                    {"element": "", "constant": code, "only": [kind.value]}
                    for kind, code in kinds_of_types(declared, self.alone)
                ]
                standing, why = "guessed", "a type for each kind of declaration"
                name, depth = layout, 0  # the block around is for one of them alone
            self.message.report.append(DraftedElement(each.shown, standing, why))
            for made in () if self.message.answers else lines:
                self.message.layouts[name].append({**made, "element": "/".join(each.path[depth:])})

    def _block_around(self, place: Place) -> tuple[str, int] | None:
        """The layout of the innermost block around a place, and how deep its element stands."""
        around = [path for path in self.inner if place.shown.startswith(f"{path}/")]
        if not around:
            return None
        inner = max(around, key=len)
        return self.inner[inner], len(place.path) - (place.shown.count("/") - inner.count("/"))


def _may_be_empty(place: Place, anchor: Place, *, many: bool) -> bool:
    """True when a block, or what stands around the items of a list, may be without content."""
    along = [each for each in containers(place) if each.path == anchor.path[: len(each.path)]]
    if many:
        pairs = pairwise((place, *along))
        along = [one for one, inner in pairs if _repeats(one.declared, inner.declared)]
    if not along or not along[-1].path:
        return False
    parts = (*along[-1].declared.children, *along[-1].declared.attributes.values())
    return not any(part.least for part in parts)


def _repeats(around: Declared, inner: Declared) -> bool:
    return most_times(around.content, inner) != 1
