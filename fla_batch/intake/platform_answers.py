"""Answers of the platform in JSON: declaration, anomalies, credit, lists and problems.

Sources: REST manual 3.3.3.2 to 3.3.7.2 (answers) and 3.4 (return codes). Answers are read
tolerantly: an unknown field is ignored, a spelling in other case is understood (the manual's table
and examples differ), and a credit that cannot be read is None, with an anomaly that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from fla_batch.intake.json_bodies import ANSWERED, entries_in
from fla_batch.intake.json_values import Found, values_in
from fla_batch.intake.json_zones import from_json
from fla_batch.models import Declaration, Entry
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.zone import blocks_of, json_name, zones_of
from fla_batch.tables.decoding import json_text, read_bytes
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.values import Mistake, shown
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.identifiers import compact_inss
from fla_batch.vocabulary.terms import AnomalyOrigin


class ListedEmployee(NamedTuple):
    """A worker and year in the lists of 3.3.6.2 and 3.3.7.2."""

    inss: str
    year: int | None = None


class Problem(NamedTuple):
    """Why the platform did not answer with data (REST manual 3.4.3 and 3.4.4)."""

    type: str | None = None
    title: str | None = None
    status: int | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """One answer. `anomalies` are the platform's; `trouble` is ours, with reading it."""

    declarations: tuple[Declaration, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    credit: FlaCreditCalculation | None = None
    employees: tuple[ListedEmployee, ...] = ()
    problem: Problem | None = None
    trouble: tuple[Anomaly, ...] = ()


def load_answer(answer: str | Path) -> RestAnswer:
    """The answer in a text, or in the file at a path. Never raises for what the file holds."""
    name = str(answer) if isinstance(answer, Path) else "answer"
    text = _text_of(answer, name)
    if isinstance(text, Anomaly):
        return RestAnswer(trouble=(text,))
    for found in values_in(text, name):
        if isinstance(found, Anomaly):
            return RestAnswer(trouble=(found,))
        if isinstance(found.value, dict):
            return _answer(found, found.value, name)
        break
    return RestAnswer(trouble=(remark("not-a-declaration", FILE, Source(name), value="…"),))


def _text_of(answer: str | Path, name: str) -> str | Anomaly:
    if isinstance(answer, str):
        return answer
    content = read_bytes(answer)
    return content if isinstance(content, Anomaly) else json_text(content, Source(name))


def _answer(found: Found, values: Mapping[str, Any], name: str) -> RestAnswer:
    declarations, trouble = _declarations(found, values, name)
    credit = _credit(_credit_values(values), Source(name, found.row))
    if isinstance(credit, Anomaly):
        trouble.append(credit)
        credit = None
    return RestAnswer(
        declarations=tuple(declarations),
        anomalies=tuple(_anomaly(item) for item in _objects(values.get("anomalies"))),
        credit=credit,
        employees=tuple(_employee(item) for item in _objects(values.get("employees"))),
        problem=_problem(values),
        trouble=tuple(trouble),
    )


def _declarations(
    found: Found, values: Mapping[str, Any], name: str
) -> tuple[list[Declaration], list[Anomaly]]:
    declarations: list[Declaration] = []
    trouble: list[Anomaly] = []
    bare = bool({"calendarYear", "CalendarYear"} & values.keys())
    if not bare and not isinstance(values.get(ANSWERED), dict):
        return declarations, trouble
    for item in entries_in(found, name):
        if isinstance(item, Entry):
            declarations.append(item.declaration)
            trouble.extend(item.anomalies)
        else:
            trouble.append(item)
    return declarations, trouble


def _credit(
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


def _credit_values(values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The credit stands in its own field, or is the whole answer (3.3.5.3)."""
    inside = values.get("flaCreditCalculation")
    if isinstance(inside, dict):
        return inside
    return values if "calculationDate" in values else None


def _objects(values: object) -> list[dict[str, Any]]:
    return [item for item in values if isinstance(item, dict)] if isinstance(values, list) else []


def _anomaly(values: Mapping[str, Any]) -> Anomaly:
    """An anomaly of the platform; its names are spelled in two ways (table and examples)."""
    by_lower = {name.lower(): value for name, value in values.items()}
    return Anomaly(
        anomaly_class=_text(by_lower, "anomalyclass") or "",
        error_id=_text(by_lower, "errorid") or "",
        label=_labels(by_lower.get("label")),
        tag=_text(by_lower, "tagname"),
        path=_text(by_lower, "path"),
        value=_text(by_lower, "value"),
        origin=AnomalyOrigin.REMOTE,
    )


def _labels(value: object) -> Labels:
    if isinstance(value, dict):
        return Labels(_text(value, "en"), _text(value, "fr"), _text(value, "nl"))
    return Labels(en=value) if isinstance(value, str) else Labels()


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return None if value is None else value if isinstance(value, str) else shown(value)


def _employee(values: Mapping[str, Any]) -> ListedEmployee:
    year = values.get("year", values.get("calendarYear"))
    return ListedEmployee(
        inss=compact_inss(str(values.get("inss", ""))),
        year=year if isinstance(year, int) else None,
    )


def _problem(values: Mapping[str, Any]) -> Problem | None:
    if not {"title", "status", "detail"} & values.keys():
        return None
    status = values.get("status")
    return Problem(
        type=_text(values, "type"),
        title=_text(values, "title"),
        status=status if isinstance(status, int) else None,
        detail=_text(values, "detail"),
    )
