"""In which form an XSD takes our reference numbers: as they are, or as UUIDs (decision 1203)."""

from __future__ import annotations

from collections.abc import Callable

from fla_batch.message.form_tree import ZoneText, elements
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.reference_numbers import UUID_LENGTH, as_uuid
from fla_batch.message.xsd_facets import Facets
from fla_batch.message.xsd_text import Judge

_SAMPLE = "0123456789AB0000"


def reference_form(shape: MessageShape) -> Callable[[str], str]:
    """Turns run and counter into the ReferenceNbr that the XSD of `shape` takes."""
    facets = _facets(shape)
    if facets is None:
        return _itself
    every = [_itself, as_uuid, _upper_uuid]
    if facets.longest == UUID_LENGTH:
        every = [as_uuid, _upper_uuid, _itself]
    elif not facets.patterns and (facets.shortest or 0) < 2:
        return _itself  # the usual case, which needs no look
    judge = Judge(facets)
    return next((form for form in every if judge.takes(form(_SAMPLE))), _itself)


def _facets(shape: MessageShape) -> Facets | None:
    """The facets of the element or attribute that carries the reference number."""
    for element in elements(shape.tree.form):
        places = [(element.texts, element.declared)]
        places += [(each.texts, each.declared) for each in element.attributes]
        for texts, declared in places:
            for text in texts:
                if isinstance(text, ZoneText) and text.field_name == "reference_nbr":
                    return declared[0].facets if declared else None
    return None


def _itself(reference_nbr: str) -> str:
    return reference_nbr


def _upper_uuid(reference_nbr: str) -> str:
    return as_uuid(reference_nbr).upper()
