"""The lines of a drafted layout for the zones of one block: by label, by words, by unit."""

from __future__ import annotations

from dataclasses import dataclass, field

from fla_batch.message import value_formats as formats
from fla_batch.message.draft_labels import Models, fields_of, label_of, labels_of
from fla_batch.message.draft_leftovers import DraftedElement
from fla_batch.message.draft_matching import bare_words, words, written_as
from fla_batch.message.draft_places import Inside, Place, below
from fla_batch.message.draft_units import unit_and_value
from fla_batch.message.drafted_message import ASK_ONLY, DraftedMessage
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, json_name, zones_of


@dataclass(slots=True)
class ZoneDrawing:
    """Finds the zones of one message; `taken` are ids of elements that carry one already."""

    message: DraftedMessage
    identifications: list[str]
    taken: set[int] = field(default_factory=set)

    def lines(
        self,
        models: Models,
        inside: Inside,
        lines: list[dict[str, object]],
        path: tuple[str, ...],
    ) -> None:
        """Lines for the zones of the block itself."""
        message = self.message
        by_unit = self._by_unit(models, inside)
        for name, (model, field_name, _) in fields_of(models, blocks_only=False).items():
            if name in by_unit:
                lines += by_unit[name]
                message.fields.add(name)
                continue
            if self._skips(model, field_name):
                continue
            line = self._zone(model, field_name, name, inside)
            if line is not None:
                lines.append(line)
                message.fields.add(name)
            elif zones_of(model).get(field_name) and not message.answers:
                message.missing.append(".".join((*path, name)))

    def _by_unit(self, models: Models, inside: Inside) -> dict[str, list[dict[str, object]]]:
        """Lines for the zones of days and hours that share an element, by their names."""
        amounts = [
            (model, name, zone)
            for model in models
            for name, zone in zones_of(model).items()
            if zone.presence is Presence.ONE_OF
        ]
        if any(self._leaf(zone.label, model, inside) for model, _, zone in amounts):
            return {}
        ours = {words(label) for model in models for label in labels_of(model)}
        every = below(inside.place, set(inside.away))
        free = [each for each in every if words(each.declared.name) not in ours]
        free = [each for each in free if id(each.declared) not in self.taken]
        found = unit_and_value(free) if amounts else None
        if found is None or found.value.declared.facets is None:
            return {}
        self.taken |= {id(found.unit.declared), id(found.value.declared)}
        made: dict[str, list[dict[str, object]]] = {}
        for model, field_name, zone in amounts:
            code = next(code for end, code in found.codes.items() if zone.label.endswith(end))
            usual = formats.for_annotation(model.model_fields[field_name].annotation)
            written = written_as(zone, field_name, usual, found.value.declared.facets, ())
            name = json_name(model, field_name)
            unit, value = "/".join(found.unit.path), "/".join(found.value.path)
            made[name] = [
                {"element": unit, "constant": code, "when": name},
                {"element": value, "field": name, **written.keys},
            ]
        names = " or ".join(made)
        for each in (found.unit, found.value):
            told = DraftedElement(each.shown, "guessed", f"{names}: a unit and its value")
            self.message.report.append(told)
        return made

    def _skips(self, model: type[Block], field_name: str) -> bool:
        zone = zones_of(model).get(field_name)
        return zone is not None and zone.presence is Presence.READ_ONLY and not self.message.answers

    def _zone(
        self, model: type[Block], field_name: str, name: str, inside: Inside
    ) -> dict[str, object] | None:
        message = self.message
        zone = zones_of(model).get(field_name)
        found = self._leaf(label_of(model, field_name), model, inside)
        if found is None or found.declared.facets is None:
            return None
        self.taken.add(id(found.declared))
        usual = formats.for_annotation(model.model_fields[field_name].annotation)
        facets = found.declared.facets
        written = written_as(zone, field_name, usual, facets, self.identifications)
        line: dict[str, object] = {"element": "/".join(found.path), "field": name, **written.keys}
        if name in ASK_ONLY and not message.answers and len(message.layouts) == 1:
            line["only"] = ASK_ONLY[name]
        reasons = [each for each in (found.why, written.why) if each]
        if not written.fits:
            reasons.append("the type takes not all of our values: see schema check")
        standing = "guessed" if reasons else "bound"
        text = f"{name}{': ' + '; '.join(reasons) if reasons else ''}"
        message.report.append(DraftedElement(found.shown, standing, text))
        return line

    def _leaf(self, label: str, model: type[Block], inside: Inside) -> Place | None:
        """The element or attribute of that label in the block, not in one of its inner blocks."""
        place, away = inside.place, inside.away
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
            outside = {id(each.declared) for each in below(place, inside.lists)}
            free += [each for each in wide if id(each.declared) in outside]
            if free:
                return free[0]
        same = [each for each in every if words(each.declared.name) == words(label)]
        near = [each for each in every if bare_words(each.declared.name) == bare_words(label)]
        found = same or (near if len(near) == 1 and bare_words(label) else [])
        if not found:  # LegalFlaRight/Days, decision 1232
            short = words(label) - words(model.__name__)
            found = [each for each in every if short and words(each.declared.name) == short][:1]
        return found[0].because(f"the words of {label}") if found else None


def _in_list(place: Place, start: Place) -> bool:
    return place.in_list and not start.in_list
