"""The credit calculation of an answer, read tolerantly (REST manual 3.3.5.1).

Names are understood in any case (the manual's table and examples differ), numbers become
10-digit company numbers and 11-digit INSS, and what the model does not know is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from fla_batch.intake.json_zones import from_json
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.zone import blocks_of, json_name, zones_of
from fla_batch.tables.reader_findings import remark
from fla_batch.tables.values import Mistake
from fla_batch.vocabulary.findings import Anomaly, Source


def read_credit(
    values: Mapping[str, Any] | None, source: Source
) -> FlaCreditCalculation | Anomaly | None:
    """The credit in `values`; an anomaly when it does not have the manual's shape."""
    if values is None:
        return None
    known = _known(FlaCreditCalculation, values)
    try:
        return FlaCreditCalculation.model_validate(known, strict=False)
    except ValidationError as trouble:
        where = ".".join(str(step) for step in trouble.errors()[0]["loc"])
        return remark("wrong-type", "FLA", source, value=where, text="credit-unreadable")


def _known(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """What `model` knows of `values`, under its own names."""
    by_lower = {name.lower(): value for name, value in values.items()}
    known: dict[str, Any] = {}
    for field, info in model.model_fields.items():
        name = json_name(model, field)
        value = by_lower.get(name.lower())
        if value is None:
            continue
        if field in zones_of(model):
            value = from_json(zones_of(model)[field], value)
            if isinstance(value, Mistake):
                continue
        elif field in blocks_of(model):
            value = _blocks(blocks_of(model)[field], value, many=isinstance(info.default, tuple))
        known[name] = value
    return known


def _blocks(model: type[BaseModel], value: object, *, many: bool) -> object:
    if isinstance(value, dict):
        block = _known(model, value)
        return [block] if many else block
    if isinstance(value, list) and many:
        return [_known(model, item) for item in value if isinstance(item, dict)]
    return value
