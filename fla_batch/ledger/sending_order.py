"""The order in which photos of one key may leave: as they were built, and never an old one last.

A declaration is a photo of the whole year, so that the last one stands. Batches become staged one
build at a time: the order of their numbers in the ledger is that of their building. Questions
have no order (decision 1421).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.lifecycle import FINAL_FORM_STATES, UNSENT_BATCH_STATES, BatchState, FormState
from fla_batch.ledger.rows import DECLARED_KINDS
from fla_batch.ledger.sql_tables import batch, batch_state, form, form_state, lock
from fla_batch.vocabulary.filenames import BatchName

_UNSENT = (BatchState.STAGED, BatchState.SENDING, BatchState.IN_DOUBT)
_MAYBE_PROCESSED = (BatchState.IN_DOUBT, BatchState.CANCELLING)
_PROCESSED = (
    FormState.SENT,
    FormState.RECEIVED,
    FormState.UNRECOGNISED,
    FormState.PENDING,
    FormState.ACCEPTED,
    FormState.WARNED,
)

_other, _other_state = form.alias("other"), form_state.alias("other_state")
_other_batch, _other_batch_state = (
    batch.alias("other_batch"),
    batch_state.alias("other_batch_state"),
)


class RivalBatch(NamedTuple):
    """Another batch that holds `forms` declarations of the same keys."""

    batch: BatchName
    state: BatchState
    forms: int


@dataclass(frozen=True, slots=True)
class SendingOrder:
    """What stands in the way of a batch, both in the order of building.

    `behind` are older ones that are not sent for certain: they come first. `overtaken_by` are
    newer ones that the portal may have: the batch must not be sent any more.
    """

    behind: tuple[RivalBatch, ...] = ()
    overtaken_by: tuple[RivalBatch, ...] = ()


def sending_order(connection: Connection, name: BatchName) -> SendingOrder:
    """What stands in the way of a batch. Raises UsageMistake for an unknown one."""
    number = batch_id_of(connection, name)
    older = [_other_batch.c.id < number, _in(_other_batch_state.c.state, _UNSENT)]
    is_open = _other_state.c.state.not_in([state.value for state in FINAL_FORM_STATES])
    newer = [_other_batch.c.id > number, _begun()]
    return SendingOrder(
        _rivals(connection, name, number, older, is_open),
        _rivals(connection, name, number, newer, _may_be_processed()),
    )


def overtaken_forms(connection: Connection, name: BatchName) -> dict[str, BatchName]:
    """Reference numbers of the staged forms of a batch that a newer one replaces, and by which.

    That is one which has begun to be sent, or which somebody works on. Raises UsageMistake.
    """
    number = batch_id_of(connection, name)
    worked_on = exists().where(lock.c.name == _other_batch.c.name)
    query = _same_keys(
        select(form.c.reference_nbr, _other_batch.c.name.label("newer")),
        name,
        number,
        [
            _other_batch.c.id > number,
            form_state.c.state == FormState.STAGED.value,
            _in(_other_state.c.state, (FormState.STAGED, *_PROCESSED)),
            or_(_begun(), worked_on),
        ],
    )
    rows = connection.execute(query.order_by(_other_batch.c.id)).all()
    return {row.reference_nbr: BatchName.parse(row.newer) for row in rows}


def _rivals(
    connection: Connection,
    name: BatchName,
    number: int,
    batches: list[ColumnElement[bool]],
    forms: ColumnElement[bool],
) -> tuple[RivalBatch, ...]:
    """Those of some batches that hold some forms of the same keys."""
    # Nearly always there is no such batch, and then no form has to be looked at.
    any_batch = (
        select(_other_batch.c.id)
        .join(_other_batch_state, _other_batch_state.c.batch_id == _other_batch.c.id)
        .where(_other_batch.c.environment == name.environment.value, *batches)
        .limit(1)
    )
    if connection.execute(any_batch).first() is None:
        return ()
    which = [*batches, forms]
    columns = (_other_batch.c.name, _other_batch_state.c.state)
    query = _same_keys(
        select(*columns, func.count(form.c.id.distinct()).label("forms")), name, number, which
    )
    rows = connection.execute(
        query.group_by(_other_batch.c.id, *columns).order_by(_other_batch.c.id)
    )
    return tuple(
        RivalBatch(BatchName.parse(row.name), BatchState(row.state), row.forms) for row in rows
    )


def _same_keys(
    query: Select[Any], name: BatchName, number: int, which: Iterable[ColumnElement[bool]]
) -> Select[Any]:
    """Open declarations of the batch, each with those of the same key in other batches."""
    keys = ("inss", "company_id", "calendar_year", "kind")
    same = and_(*(form.c[key] == _other.c[key] for key in keys))
    return (
        query.select_from(form)
        .join(form_state, form_state.c.form_id == form.c.id)
        .join(_other, and_(same, _other.c.batch_id != form.c.batch_id))
        .join(_other_state, _other_state.c.form_id == _other.c.id)
        .join(_other_batch, _other_batch.c.id == _other.c.batch_id)
        .join(_other_batch_state, _other_batch_state.c.batch_id == _other_batch.c.id)
        .where(
            form.c.batch_id == number,
            form.c.kind.in_(DECLARED_KINDS),
            form_state.c.state.not_in([state.value for state in FINAL_FORM_STATES]),
            _other_batch.c.environment == name.environment.value,
            *which,
        )
    )


def _begun() -> ColumnElement[bool]:
    return ~_in(_other_batch_state.c.state, UNSENT_BATCH_STATES)


def _may_be_processed() -> ColumnElement[bool]:
    """A form that the portal has, or may have, and did not refuse."""
    in_doubt = and_(
        _other_state.c.state == FormState.STAGED.value,
        _in(_other_batch_state.c.state, _MAYBE_PROCESSED),
    )
    return or_(_in(_other_state.c.state, _PROCESSED), in_doubt)


def _in(
    column: ColumnElement[Any], states: Iterable[BatchState | FormState]
) -> ColumnElement[bool]:
    return column.in_([state.value for state in states])
