"""`schema draft`: a first binding for any XSD, with what is bound, guessed and unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from fla_batch.message.draft_blocks import BlockDrawing
from fla_batch.message.draft_labels import labels_below, labels_of
from fla_batch.message.draft_leftovers import lines_around
from fla_batch.message.draft_places import Place, beside_the_payload, first_form, of_others
from fla_batch.message.draft_zones import ZoneDrawing
from fla_batch.message.drafted_message import DraftedMessage
from fla_batch.message.profile import BLOCK_MODELS
from fla_batch.message.xsd_outline import Outline
from fla_batch.models import DECLARATIONS, Employee
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import FormKind


def drafted(
    schemas: list[Path],
    identifications: Iterable[str],
    *,
    answers: bool = False,
    kind: FormKind | None = None,
) -> DraftedMessage:
    """The message that the first of `schemas` describes; the others are its payloads.

    With `kind` what it has for declarations of that kind alone.
    Raises ProfileMistake when no element in it looks like a form.
    """
    outline = Outline(schemas)
    layout = "AnswerForm" if answers else "Form"
    models = BLOCK_MODELS[layout]
    if kind is not None:
        models = (models[0], DECLARATIONS[kind])
    labels = {label for model in models for label in labels_below(model)}
    found = first_form(outline, schemas[0], labels)
    if found is None:
        raise ProfileMistake(
            f"{schemas[0].name} has no element that looks like a form: none holds zones of ours",
            hint="Name the XSD of the message first, then that of its payload.",
        )
    root, form = found
    message = DraftedMessage(
        schemas[0], schemas[1:], root.name, "/".join(form.path), answers=answers
    )
    start = Place((), form.declared, shut=beside_the_payload(form))
    if not answers:
        worker = set(labels_of(Employee))
        apart = (each for one in DECLARATIONS for each in _of_others(start, one).values())
        message.is_apart = any(each.holds(worker) for each in apart)
    if kind is not None:
        start = replace(start, shut=start.shut | _of_others(start, kind).keys())
    zones = ZoneDrawing(message, list(identifications))
    drawing = BlockDrawing(message, zones, _labels_alone())
    drawing.block(layout, models, start)
    drawing.leftovers(start, layout)
    for line in () if answers else lines_around(root, form.path):
        message.report.append(line.told)
        if line.of_root:
            message.attributes[line.of_root] = str(line.entry["constant"])
        else:
            message.header.append(line.entry)
    return message


def _of_others(form: Place, kind: FormKind) -> dict[int, Place]:
    """What stands in a form for the other kinds of declaration alone."""
    alone = _labels_alone()
    own = alone.pop(kind)
    return of_others(form, own, set().union(*alone.values()))


def _labels_alone() -> dict[FormKind, set[str]]:
    """The labels that one kind of declaration has and no other."""
    labels = {kind: set(labels_below(model)) for kind, model in DECLARATIONS.items()}
    counted = Counter(label for each in labels.values() for label in each)
    return {kind: {each for each in own if counted[each] == 1} for kind, own in labels.items()}
