"""`schema draft`: a first binding for any XSD, with what is bound, guessed and unknown.

Blocks are looked for by their label, then by their words, then as the element that holds most of
their zones; zones by label, by words, and, where one of each is left in a block, by type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fla_batch.message import value_formats as formats
from fla_batch.message.binding_lines import HERE
from fla_batch.message.draft_leftovers import DraftedElement, leftover, lines_around
from fla_batch.message.draft_matching import words, written_as
from fla_batch.message.draft_places import Place, below, containers, first_form, reachable
from fla_batch.message.profile import BLOCK_MODELS
from fla_batch.message.xsd_outline import Outline
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, blocks_of, is_list, json_name, zones_of
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import FormKind

ASK_ONLY = {
    "rightType": ["askRights", "askChangedRights"],
    "processingState": ["askTrainings", "askToValidate"],
    "fromTrainingFirstStartDate": ["askToValidate"],
    "toTrainingLastEndDate": ["askToValidate"],
    "modifiedFromDate": ["askChangedRights"],
}
"""Zones that only questions carry, and the kinds of question that do."""
_CONTENT = {"trainingRights": FormKind.TRAINING_RIGHTS, "trainings": FormKind.TRAININGS}


@dataclass(slots=True)
class DraftedMessage:
    """A message as it was recognised: its place in the binding, its layouts, its report."""

    schema: Path
    root: str
    form: str
    layouts: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    report: list[DraftedElement] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    header: list[dict[str, object]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    answers: bool = False

    @property
    def kinds(self) -> list[FormKind]:
        """The kinds of declaration whose content it has a place for."""
        return [kind for name, kind in _CONTENT.items() if name in self.fields]

    @property
    def can_ask(self) -> bool:
        """True when it has a place for every zone that questions carry."""
        return set(ASK_ONLY) <= self.fields


def drafted(
    schemas: list[Path], identifications: Iterable[str], *, answers: bool = False
) -> DraftedMessage:
    """The message that the first of `schemas` describes; the others are its payloads.

    Raises ProfileMistake when no element in it looks like a form.
    """
    outline = Outline(schemas)
    layout = "AnswerForm" if answers else "Form"
    models = BLOCK_MODELS[layout]
    labels = {label for model in models for label in _labels_below(model)}
    found = first_form(outline, schemas[0], labels)
    if found is None:
        raise ProfileMistake(
            f"{schemas[0].name} has no element that looks like a form: none holds zones of ours",
            hint="Name the XSD of the message first, then that of its payload.",
        )
    root, form = found
    drawing = _Drawing(schemas[0], list(identifications), answers=answers)
    message = DraftedMessage(schemas[0], root.name, "/".join(form.path), answers=answers)
    drawing.block(layout, models, Place((), form.declared), message, ())
    drawing.leftovers(Place((), form.declared), message, layout)
    for line in () if answers else lines_around(root, form.path):
        message.report.append(line.told)
        if line.of_root:
            message.attributes[line.of_root] = str(line.entry["constant"])
        else:
            message.header.append(line.entry)
    return message


@dataclass(slots=True)
class _Drawing:
    schema: Path
    identifications: list[str]
    answers: bool
    taken: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    items: dict[str, str] = field(default_factory=dict)

    def block(
        self,
        layout: str,
        models: tuple[type[Block], ...],
        place: Place,
        message: DraftedMessage,
        path: tuple[str, ...],
    ) -> None:
        """The lines of one layout, for zones and blocks within `place`."""
        lines = message.layouts.setdefault(layout, [])
        blocks = _fields(models, blocks_only=True)
        anchors = self._anchors(blocks, place)
        away = {id(anchor.declared): anchor for anchor in anchors.values() if anchor.path}
        lists = {id(anchors[name].declared) for name in anchors if is_list(*blocks[name][:2])}
        for name, (model, field_name, _) in _fields(models, blocks_only=False).items():
            if self._skips(model, field_name):
                continue
            line = self._zone(model, field_name, name, place, away, lists, message)
            if line is not None:
                lines.append(line)
                message.fields.add(name)
            elif zones_of(model).get(field_name) and not self.answers:
                message.missing.append(".".join((*path, name)))
        for name, (model, field_name, inner) in blocks.items():
            if name not in anchors:
                if not self.answers and name != "reference":
                    message.missing.append(".".join((*path, name)))
            elif inner is not None:
                if is_list(model, field_name):
                    self.items[anchors[name].shown] = f"{layout}_{inner.__name__}"
                self._block_line(layout, name, inner, anchors[name], place, message, path)

    def _skips(self, model: type[Block], field_name: str) -> bool:
        zone = zones_of(model).get(field_name)
        return zone is not None and zone.presence is Presence.READ_ONLY and not self.answers

    def _block_line(
        self,
        layout: str,
        name: str,
        inner: type[Block],
        anchor: Place,
        place: Place,
        message: DraftedMessage,
        path: tuple[str, ...],
    ) -> None:
        inside = f"{layout}_{inner.__name__}"
        line: dict[str, object] = {
            "element": "/".join(anchor.path) or HERE,
            "field": name,
            "block": inside,
        }
        if name in _CONTENT and not path and not self.answers:
            line["only"] = [_CONTENT[name].value]
            if _may_be_empty(place, anchor, many=name == "trainings"):
                line["always"] = True
        message.layouts[layout].append(line)
        if anchor.path:
            self.opened.add(id(anchor.declared))
        before = len(message.fields)
        self.block(inside, (inner,), anchor.itself, message, (*path, name))
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
        labels = set(_labels_below(model))
        own = set(_labels(model)) or labels
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
        best = max(every, key=lambda each: each.score(own), default=None)
        if best is not None and best.score(own):
            return best.because("by the zones in it")
        if not many and place.score(own):
            return place.itself.because("its zones stand here")
        return None

    def _zone(
        self,
        model: type[Block],
        field_name: str,
        name: str,
        place: Place,
        away: dict[int, Place],
        lists: set[int],
        message: DraftedMessage,
    ) -> dict[str, object] | None:
        zone = zones_of(model).get(field_name)
        found = self._leaf(_label(model, field_name), place, away, lists)
        if found is None or found.declared.facets is None:
            return None
        self.taken.add(id(found.declared))
        usual = formats.for_annotation(model.model_fields[field_name].annotation)
        facets = found.declared.facets
        written = written_as(zone, field_name, usual, facets, self.identifications)
        line: dict[str, object] = {"element": "/".join(found.path), "field": name, **written.keys}
        if name in ASK_ONLY and not self.answers and len(message.layouts) == 1:
            line["only"] = ASK_ONLY[name]
        reasons = [each for each in (found.why, written.why) if each]
        if not written.fits:
            reasons.append("the type takes not all of our values: see schema check")
        standing = "guessed" if reasons else "bound"
        text = f"{name}{': ' + '; '.join(reasons) if reasons else ''}"
        message.report.append(DraftedElement(found.shown, standing, text))
        return line

    def _leaf(
        self, label: str, place: Place, away: dict[int, Place], lists: set[int]
    ) -> Place | None:
        """The element or attribute of that label in the block, not in one of its inner blocks."""
        every = [
            each
            for each in below(place, set(away))
            if each.declared.facets is not None and id(each.declared) not in self.taken
        ]
        exact = [each for each in every if each.declared.name == label]
        if exact:
            return exact[0]
        # A zone of this block may stand within the element of another, as the year of a worker.
        if away:
            wide = [each for each in below(place, set()) if each.declared.name == label]
            wide = [each for each in wide if id(each.declared) not in self.taken]
            free = [each for each in wide if not _in_list(each, place)]
            # The XSD may let that element stand several times; a form of ours has it once.
            outside = {id(each.declared) for each in below(place, lists)}
            free += [each for each in wide if id(each.declared) in outside]
            if free:
                return free[0]
        same = [each for each in every if words(each.declared.name) == words(label)]
        return same[0].because(f"the words of {label}") if same else None

    def leftovers(self, place: Place, message: DraftedMessage, layout: str) -> None:
        """Elements that nothing was bound to: constants, zones of one's own, or unknown."""
        unused = {
            each.shown
            for each in containers(place)
            if (each.is_payload or not each.declared.least)
            and not any(id(inner.declared) in self.taken for inner in reachable(each.itself))
        }
        for each in reachable(place):
            declared = each.declared
            if id(declared) in self.taken or declared.facets is None:
                continue
            in_list = any(each.shown.startswith(f"{path}/") for path in self.items)
            line, standing, why = leftover(each, in_list=in_list)
            if any(each.shown.startswith(f"{path}/") for path in unused):
                line, standing, why = None, "unknown", "in an element that is left out"
            message.report.append(DraftedElement(each.shown, standing, why))
            if line is not None and not self.answers:
                inner = self._item_around(each)
                if inner is not None:
                    name, depth = inner
                    line["element"] = "/".join(each.path[depth:])
                    message.layouts[name].append(line)
                else:
                    message.layouts[layout].append(line)

    def _item_around(self, place: Place) -> tuple[str, int] | None:
        """The layout of the innermost item of a list around a place, and how deep it stands."""
        around = [path for path in self.items if place.shown.startswith(f"{path}/")]
        if not around:
            return None
        inner = max(around, key=len)
        return self.items[inner], len(place.path) - (place.shown.count("/") - inner.count("/"))


def _in_list(place: Place, start: Place) -> bool:
    return place.in_list and not start.in_list


def _may_be_empty(place: Place, anchor: Place, *, many: bool) -> bool:
    """True when a block, or the wrapper of a list, may stand without anything in it."""
    path = anchor.path[:-1] if many else anchor.path
    for each in containers(place):
        if each.path == path:
            parts = (*each.declared.children, *each.declared.attributes.values())
            return not any(part.least for part in parts)
    return False


Fields = dict[str, tuple[type[Block], str, type[Block] | None]]


def _fields(models: tuple[type[Block], ...], *, blocks_only: bool) -> Fields:
    """JSON name -> (model, field, block), each once, in the order of the models."""
    found: Fields = {}
    for model in models:
        inner = blocks_of(model)
        for name in model.model_fields:
            if (name in inner) is blocks_only and name not in ("question", "extra"):
                found.setdefault(json_name(model, name), (model, name, inner.get(name)))
    return found


def _label(model: type[Block], field_name: str) -> str:
    """The label of a zone; of a field that says none, its name as labels are written."""
    zone = zones_of(model).get(field_name)
    name = json_name(model, field_name)
    return zone.label if zone else name[:1].upper() + name[1:]


def _labels(model: type[Block]) -> Iterator[str]:
    others = {*blocks_of(model), "extra"}
    return (_label(model, name) for name in model.model_fields if name not in others)


def _labels_below(model: type[Block]) -> Iterator[str]:
    yield from _labels(model)
    for block in blocks_of(model).values():
        yield from _labels_below(block)
