"""FlaCreditCalculation in a notification's ApplicationData: read whatever can be read, write.

Labels are the REST manual's names in Pascal case, whatever the spelling of their capitals
(`TotalLegalFlaCredithours`). Unknown blocks and zones are passed over, a zone that is no number
or date is left out, and a block that lacks what it needs is left out as a whole: the credit is
a courtesy of the answer, and never stands in the way of the verdict.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from lxml import etree
from pydantic import BaseModel, TypeAdapter, ValidationError

from fla_batch.answers.blocks import text_of
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.zone import ZoneType, blocks_of, json_name, zones_of
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss

if TYPE_CHECKING:
    from lxml.etree import _Element

LABEL = "FlaCreditCalculation"
_COMPACT = {ZoneType.COMPANY_ID: compact_company_id, ZoneType.INSS: compact_inss}


_Model = TypeVar("_Model", bound=BaseModel)


def read_credit(application_data: str | None) -> FlaCreditCalculation | None:
    """The credit in the text of ApplicationData; None when there is none that can be read."""
    if not application_data:
        return None
    try:
        top = xmlsafe.parse(application_data.encode())
    except xmlsafe.UnusableXml:
        return None
    for element in top.iter("{*}*"):
        if xmlsafe.label(element).lower() == LABEL.lower():
            return _read_block(FlaCreditCalculation, element)
    return None


def credit_xml(credit: FlaCreditCalculation) -> str:
    """The credit as XML text for ApplicationData; `read_credit` reads it back equal."""
    return xmlsafe.to_text(_written(LABEL, credit))


def _read_block(model: type[_Model], element: _Element) -> _Model | None:
    found: dict[str, list[_Element]] = {}
    for child in element.iterchildren("{*}*"):
        found.setdefault(xmlsafe.label(child).lower(), []).append(child)
    values: dict[str, Any] = {}
    for name in model.model_fields:
        value = _read_field(model, name, found.get(_label_of(model, name).lower(), []))
        if value is not None:
            values[json_name(model, name)] = value
    try:
        return model.model_validate(values)
    except ValidationError:
        return None


def _read_field(model: type[BaseModel], name: str, elements: list[_Element]) -> Any:
    block = blocks_of(model).get(name)
    if block is None:
        read = [_read_zone(model, name, element) for element in elements]
    else:
        read = [_read_block(block, element) for element in elements]
    known = [value for value in read if value is not None]
    if get_origin(model.model_fields[name].annotation) is tuple:
        return tuple(known)
    return known[0] if known else None


def _read_zone(model: type[BaseModel], name: str, element: _Element) -> Any:
    zone = zones_of(model).get(name)
    compact = _COMPACT.get(zone.type) if zone else None
    text = text_of(element)
    try:
        return _adapter(model, name).validate_python(compact(text) if compact else text)
    except ValidationError:
        return None


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    annotation: Any = model.model_fields[name].annotation
    return TypeAdapter(annotation)


def _written(label: str, block: BaseModel) -> _Element:
    element = etree.Element(label)
    model = type(block)
    for name in model.model_fields:
        value = getattr(block, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                element.append(_written(_label_of(model, name), each))
            elif each is not None:
                etree.SubElement(element, _label_of(model, name)).text = _text(each)
    return element


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


@cache
def _label_of(model: type[BaseModel], name: str) -> str:
    zone = zones_of(model).get(name)
    alias = json_name(model, name)
    return zone.label if zone else alias[0].upper() + alias[1:]
