"""In which form an XSD takes our reference numbers (decisions 1203 and 1223).

As they are, as UUIDs, in small letters, behind a letter (xs:ID and names begin with one), filled
with zeros to a length, or as digits alone. From each the run and number can be read back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fla_batch.message.form_tree import ZoneText, elements
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.reference_numbers import UUID_LENGTH, as_digits, as_uuid
from fla_batch.message.xsd_facets import Facets
from fla_batch.message.xsd_text import Judge

_SAMPLES = ("0123456789AB0000", "Z" * 16)


def reference_form(shape: MessageShape) -> Callable[[str], str]:
    """Turns run and counter into the ReferenceNbr that the XSD of `shape` takes."""
    facets = _facets(shape)
    return _itself if facets is None else form_for(facets)


def form_for(facets: Facets) -> Callable[[str], str]:
    """The form that a type takes; as they are when it takes none."""
    longest = facets.longest or UUID_LENGTH
    every = [_itself, as_uuid, _upper_uuid, str.lower, _behind_a_letter, _small_behind_a_letter]
    every += [partial(_filled_up, longest), as_digits]
    if facets.longest == UUID_LENGTH:
        every = [as_uuid, _upper_uuid, *every]
    elif _takes_all(facets):
        return _itself  # the usual case, which needs no look
    judge = Judge(facets)
    return next((form for form in every if all(map(judge.takes, map(form, _SAMPLES)))), _itself)


def _takes_all(facets: Facets) -> bool:
    return (
        facets.base == "string"
        and not (facets.patterns or facets.codes or facets.mixed_kinds)
        and (facets.shortest or 0) < 2
        and (facets.longest is None or facets.longest >= len(_SAMPLES[0]))
    )


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


def _behind_a_letter(reference_nbr: str) -> str:
    return f"R{reference_nbr}"


def _small_behind_a_letter(reference_nbr: str) -> str:
    return f"r{reference_nbr.lower()}"


def _filled_up(length: int, reference_nbr: str) -> str:
    return reference_nbr.rjust(length, "0")


def _upper_uuid(reference_nbr: str) -> str:
    return as_uuid(reference_nbr).upper()
