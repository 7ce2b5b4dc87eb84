"""What the REST API said about one declaration or question: pure, from all that was exchanged.

The HTTP status decides, never the one in the body (the manual prints 12 there). An answer that
contradicts itself, is damaged, or never came leaves the declaration in doubt, until a GET shows
what the platform holds (REST manual 3.4; decision 1323).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from fla_batch.answers.consultation_answers import answers_question
from fla_batch.answers.rest_comparison import holds
from fla_batch.channel.rest_call import BAD_REQUEST, FORBIDDEN, NO_ANSWER, NOT_FOUND, OK, Exchange
from fla_batch.intake.platform_answers import RestAnswer, load_answer
from fla_batch.intake.told_answers import not_told, told_answer, without_nulls
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import FormRow
from fla_batch.models import DECLARATIONS
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.form import Answer
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, blocking
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin

_SETTLED = "settled by GET"
UNHEARD = "HTTP-LOST"
"""Error id of the remark on a declaration that is in force, and whose own answer never came."""


class Judgement(NamedTuple):
    """`event` is the verdict, None while there is none; `reason` then says why.

    `put` says that the declaration may be put now: nothing was put yet, or the platform showed
    that it does not hold it. `gaps`: some zones of `answer` could not be read.
    """

    event: Event | None
    anomalies: tuple[Anomaly, ...] = ()
    credit: FlaCreditCalculation | None = None
    answer: Answer | None = None
    reason: str = ""
    put: bool = False
    gaps: bool = False


_NOT_PUT_YET = Judgement(None, reason="it was not put yet", put=True)


def judge(form: FormRow, exchanges: Sequence[Exchange]) -> Judgement:
    """The verdict on `form`, from its exchanges in their order."""
    if form.kind not in DECLARATIONS:
        return _of_question(form, exchanges[-1]) if exchanges else _NOT_PUT_YET
    judgement = _NOT_PUT_YET
    for exchange in exchanges:
        if exchange.method == "PUT":
            judgement = _of_put(form, exchange)
        else:
            judgement = _settled(form, exchange, judgement)
    return judgement


def _of_put(form: FormRow, exchange: Exchange) -> Judgement:
    told, trouble = _told(form, exchange)
    if told is None or exchange.status not in (OK, BAD_REQUEST):
        return Judgement(None, reason=trouble or f"the service answered {exchange.status}")
    anomalies = _anomalies(told)
    blocked = bool(blocking(anomalies))
    if exchange.status == OK and not blocked:
        event = Event.WARNED if anomalies else Event.ACCEPTED
        return Judgement(event, anomalies, told.credit)
    if exchange.status == BAD_REQUEST and blocked:
        return Judgement(Event.REFUSED, anomalies)
    if exchange.status == OK:
        reason = "the service answered 200 with a blocking anomaly"
    else:
        reason = "the service answered 400 without a blocking anomaly"
        anomalies = (*anomalies, _wordless("HTTP-400"))
    return Judgement(None, anomalies, reason=reason)


def _settled(form: FormRow, exchange: Exchange, before: Judgement) -> Judgement:
    """What a GET shows after `before`: that the platform holds the declaration, or does not."""
    if before.event is not None:
        return before
    told, trouble = _told(form, exchange)
    if told is None or not _shows(told, exchange.status):
        reason = trouble or f"asked what it holds, the service answered {exchange.status}"
        if reason != before.reason:
            reason = f"{before.reason}; {reason}"
        return before._replace(reason=reason, put=False)
    declared = DECLARATIONS[form.kind].model_validate(form.body, strict=False)
    if exchange.status == OK and holds(told.declarations[0], declared):
        if before.anomalies:
            return Judgement(Event.WARNED, before.anomalies, told.credit, reason=_SETTLED)
        unheard = Anomaly(AnomalyClass.NON_BLOCKING, UNHEARD, **_texts(UNHEARD))
        return Judgement(Event.ACCEPTED, (unheard,), told.credit, reason=_SETTLED)
    if before.anomalies:
        # It was answered, and would be answered so again.
        return Judgement(Event.REFUSED, before.anomalies, reason=_SETTLED)
    return Judgement(None, reason="the platform does not hold it", put=True)


def _shows(told: RestAnswer, status: int) -> bool:
    """True when the answer to a GET shows what the platform holds: all of it, or that it knows
    nothing of that employer or worker.
    """
    if status == OK:
        return bool(told.declarations) and not told.trouble
    return status == NOT_FOUND or (status == BAD_REQUEST and bool(blocking(told.anomalies)))


def _of_question(form: FormRow, exchange: Exchange) -> Judgement:
    told, trouble = _told(form, exchange)
    if exchange.status == FORBIDDEN:
        return Judgement(Event.REFUSED, (_wordless("HTTP-403"),))
    if told is None:
        return Judgement(None, reason=trouble)
    if exchange.status in (BAD_REQUEST, NOT_FOUND):
        anomalies = _anomalies(told) or (_wordless("HTTP-400"),)
        return Judgement(Event.REFUSED, anomalies)
    if exchange.status != OK:
        return Judgement(None, reason=f"the service answered {exchange.status}")
    wrong = not_told(form.kind, _body(exchange), told)
    if wrong is not None:
        return Judgement(None, reason=f"the answer holds nothing of what was asked: {wrong}")
    event = Event.WARNED if told.anomalies else Event.ACCEPTED
    answer = told_answer(form.kind, told)
    return Judgement(event, _anomalies(told), told.credit, answer, gaps=bool(told.trouble))


def _told(form: FormRow, exchange: Exchange) -> tuple[RestAnswer | None, str]:
    """What the answer says, or why nothing in it can be believed."""
    if exchange.fault is not None or exchange.status == NO_ANSWER:
        return None, exchange.fault or "no answer came"
    told = load_answer(json.dumps(_body(exchange)))
    if not answers_question(form.kind, told_answer(form.kind, told), form):
        return None, "the answer is about another employer, worker or year"
    return told, ""


def _body(exchange: Exchange) -> dict[str, Any]:
    values = json.loads(exchange.text)
    return without_nulls(values) if isinstance(values, dict) else {}


def _anomalies(told: RestAnswer) -> tuple[Anomaly, ...]:
    """The platform's anomalies in all languages that are known."""
    return tuple(map(_completed, told.anomalies))


def _completed(anomaly: Anomaly) -> Anomaly:
    known, theirs = catalogue.label_of(anomaly.error_id), anomaly.label
    label = Labels(theirs.en or known.en, theirs.fr or known.fr, theirs.nl or known.nl)
    return replace(anomaly, label=label)


def _wordless(error_id: str) -> Anomaly:
    """What the platform says by its status alone."""
    return Anomaly(AnomalyClass.BLOCKING, error_id, origin=AnomalyOrigin.REMOTE, **_texts(error_id))


def _texts(error_id: str) -> dict[str, Any]:
    says, advice = (
        catalogue.rule_text(error_id, part, {}, package=__package__) for part in ("says", "advice")
    )
    return {"label": says, "advice": advice}
