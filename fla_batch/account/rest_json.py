"""Answers as the REST manual prints them (3.3.3.3 to 3.3.7.2): its names, its nesting, numbers.

The manual's identifiers are JSON numbers, which lose their leading zeros; so do these, for
programs that were written for the REST channel. Whatever reads declarations here puts the zeros
back (decision 0903).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fla_batch.answers.portal_writer import platform_error_id
from fla_batch.ledger.records import ConsultationRow
from fla_batch.models import Declaration
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.form import Answer
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import FormKind

_NUMBERS = frozenset({"companyId", "inss", "trainingProviderCompanyId"})


def answer_json(row: ConsultationRow, anomalies: Iterable[Anomaly] = ()) -> dict[str, Any]:
    """One answer as the resource that is asked would give it."""
    if row.kind is FormKind.ASK_CREDIT:
        return credit_json(credit_of(row))
    answer = Answer.model_validate(row.body, strict=False)
    return answered_json(row.kind, answer, map(anomaly_json, anomalies))


def answered_json(
    kind: FormKind, answer: Answer, anomalies: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """What the resource that answers questions of `kind` gives."""
    if kind is FormKind.ASK_CREDIT:
        return shown_credit(answer.fla_credit_calculation) or {}
    if kind in (FormKind.ASK_TO_VALIDATE, FormKind.ASK_CHANGED_RIGHTS):
        listed = [{"inss": each.inss, "year": each.calendar_year} for each in answer.employee_year]
        return {"employees": with_numbers(listed)}
    declared = answer.to_json()
    content = "trainings" if kind is FormKind.ASK_TRAININGS else "trainingRights"
    names = ("employer", "employee", "calendarYear", content)
    return {
        "flaDataDeclaration": with_numbers({n: declared[n] for n in names if n in declared}),
        "anomalies": list(anomalies),
        "flaCreditCalculation": shown_credit(answer.fla_credit_calculation),
    }


def shown_credit(credit: FlaCreditCalculation | None) -> dict[str, Any] | None:
    """`credit_json`, or null where there is none."""
    return credit_json(credit) if credit else None


def declared_json(declaration: Declaration) -> dict[str, Any]:
    """The body of PUT that declares it (3.3.3.2 C and E, 3.3.4.2 C)."""
    shaped: dict[str, Any] = with_numbers(declaration.to_json())
    return shaped


def credit_json(credit: FlaCreditCalculation) -> dict[str, Any]:
    """A credit; ReservedTrainingTime is an empty list where there is none, as in 3.3.5.3 D."""
    shaped: dict[str, Any] = with_numbers(credit.to_json())
    shaped.setdefault("reservedTrainingTime", [])
    return shaped


def credit_of(row: ConsultationRow) -> FlaCreditCalculation:
    """The credit in a row of the ledger, as a model again."""
    return FlaCreditCalculation.model_validate(row.body, strict=False)


def anomaly_json(anomaly: Anomaly) -> dict[str, Any]:
    """An anomaly in the shape of 3.4.1; what is not known is left out, as in its examples."""
    values = {
        "anomalyClass": str(anomaly.anomaly_class),
        "tagname": anomaly.tag,
        "path": anomaly.path,
        "errorId": anomaly.error_id,
        "label": {name: text for name, text in anomaly.label.to_json().items() if text},
    }
    return {name: value for name, value in values.items() if value}


_WITHOUT_PLACE = frozenset({"00014-017", "FLA04-272"})


def printed_anomaly(anomaly: Anomaly) -> dict[str, Any]:
    """As the platform prints it: Dutch before French and no English, and no place for what is
    wrong with no zone of the body (3.4.2, 3.4.3).
    """
    shaped = anomaly_json(anomaly) | {"errorId": platform_error_id(anomaly.error_id)}
    label = shaped.pop("label", {})
    if shaped["errorId"] in _WITHOUT_PLACE:
        shaped = {name: shaped[name] for name in ("anomalyClass", "errorId") if name in shaped}
    printed = {name: label[name] for name in ("nl", "fr") if name in label}
    return shaped | ({"label": printed} if printed else {})


def with_numbers(value: Any) -> Any:
    """`value` with identifiers as JSON numbers, at any depth.

    >>> with_numbers({"employer": {"companyId": "0880820673"}, "trainings": [{"scope": 1}]})
    {'employer': {'companyId': 880820673}, 'trainings': [{'scope': 1}]}
    """
    if isinstance(value, dict):
        return {
            name: _number(each) if name in _NUMBERS else with_numbers(each)
            for name, each in value.items()
        }
    return [with_numbers(each) for each in value] if isinstance(value, list) else value


def _number(text: object) -> object:
    """A number where it is one; what is not stays as it came."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else text
