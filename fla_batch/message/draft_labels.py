"""The labels that a draft looks for: those of the models' blocks and zones."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, json_name, zones_of

Models = tuple[type[Block], ...]
Fields = dict[str, tuple[type[Block], str, type[Block] | None]]


def fields_of(models: Models, *, blocks_only: bool) -> Fields:
    """JSON name -> (model, field, block), each once, in the order of the models."""
    found: Fields = {}
    for model in models:
        inner = blocks_of(model)
        for name in model.model_fields:
            if (name in inner) is blocks_only and name not in ("question", "extra"):
                found.setdefault(json_name(model, name), (model, name, inner.get(name)))
    return found


def label_of(model: type[Block], field_name: str) -> str:
    """The label of a zone; of a field that says none, its name as labels are written."""
    zone = zones_of(model).get(field_name)
    name = json_name(model, field_name)
    return zone.label if zone else name[:1].upper() + name[1:]


def labels_of(model: type[Block]) -> Iterator[str]:
    others = {*blocks_of(model), "extra"}
    return (label_of(model, name) for name in model.model_fields if name not in others)


def labels_below(model: type[Block]) -> Iterator[str]:
    yield from labels_of(model)
    for block in blocks_of(model).values():
        yield from labels_below(block)
