"""The newest state of a key: what the portal has, or is about to get, of a declaration of ours.

A declaration is the same as another when employer, worker, year, kind and the SHA-256 of its
content are. Of a key the last one counts that is staged, on its way, in doubt or accepted; one
that was refused, cancelled or withdrawn says nothing (R28); one that is being cancelled counts
until that is certain (decision 1420). Batches become staged one build at a
time, so that the order of the forms' own numbers is the order in which they are sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select

from fla_batch.ledger.lifecycle import (
    ACCEPTED_FORM_STATES,
    FINAL_FORM_STATES,
    BatchState,
    FormState,
)
from fla_batch.ledger.records import NewestState
from fla_batch.ledger.rows import loads
from fla_batch.ledger.sql_tables import (
    answer_file,
    batch,
    batch_state,
    consultation,
    form,
    form_state,
    photo,
)
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment, FormKind

if TYPE_CHECKING:
    from fla_batch.models import DeclarationKey

_NOT_COUNTED = (FINAL_FORM_STATES - ACCEPTED_FORM_STATES) | {FormState.BUILT}
_COUNTED = [state.value for state in FormState if state not in _NOT_COUNTED]


class _Ours(NamedTuple):
    number: int
    sha256: str
    state: str
    batch: str
    batch_state: str
    built_at: datetime


def newest_states(connection: Connection, environment: Environment) -> Iterator[NewestStates]:
    """What stands last on record for the keys that are asked for, for a `with`: of one moment."""
    yield NewestStates(connection, environment)


class NewestStates:
    """Looks up the keys of many workers at a time, within one transaction that reads."""

    def __init__(self, connection: Connection, environment: Environment) -> None:
        self._connection = connection
        self._ours = (
            select(
                *form.c["company_id", "inss", "calendar_year", "kind", "id", "sha256"],
                form_state.c.state,
                batch.c.name,
                batch_state.c.state.label("batch_state"),
                batch.c.built_at,
            )
            .join(form_state, form_state.c.form_id == form.c.id)
            .join(batch, batch.c.id == form.c.batch_id)
            .join(batch_state, batch_state.c.batch_id == batch.c.id)
            .where(batch.c.environment == environment.value, form_state.c.state.in_(_COUNTED))
        )
        self._told = (
            select(*photo.c["company_id", "inss", "calendar_year", "kind", "told_at", "id"])
            .join(consultation, consultation.c.id == photo.c.consultation_id)
            .join(answer_file, answer_file.c.id == consultation.c.answer_id)
            .where(answer_file.c.environment == environment.value)
        )
        self.is_empty = connection.execute(self._ours.limit(1)).first() is None
        """True when nothing was ever staged: there is nothing to look up."""
        self._nothing_told = connection.execute(self._told.limit(1)).first() is None

    def of_workers(self, inss: Sequence[str]) -> dict[DeclarationKey, NewestState]:
        """The newest state of every key of these workers; keys without one are left out."""
        # Not above: the models take longer to load than all else that `send` needs.
        from fla_batch.models import DeclarationKey

        if self.is_empty:
            return {}
        newest: dict[DeclarationKey, _Ours] = {}
        rows = self._connection.execute(self._ours.where(form.c.inss.in_(inss)))
        for company_id, worker, year, kind, *rest in rows:
            key = DeclarationKey(company_id or "", worker, year or 0, FormKind(kind))
            found = _Ours(*rest)
            if key not in newest or found.number > newest[key].number:
                newest[key] = found
        later = self._told_later(newest, inss)
        return {
            key: NewestState(
                found.sha256,
                FormState(found.state),
                BatchName.parse(found.batch),
                BatchState(found.batch_state),
                later.get(key),
            )
            for key, found in newest.items()
        }

    def _told_later(
        self, newest: dict[DeclarationKey, _Ours], inss: Sequence[str]
    ) -> dict[DeclarationKey, dict[str, object]]:
        """What the platform told of a key after our newest declaration of it was built."""
        from fla_batch.models import DeclarationKey

        if self._nothing_told:
            return {}
        last: dict[DeclarationKey, tuple[datetime, int]] = {}
        rows = self._connection.execute(self._told.where(photo.c.inss.in_(inss)))
        for company_id, worker, year, kind, *told in rows:
            key = DeclarationKey(company_id, worker, year, FormKind(kind))
            at, number = told
            if key in newest and at > newest[key].built_at:
                last[key] = max(last.get(key, (at, number)), (at, number))
        return {key: self._body(number) for key, (_, number) in last.items()}

    def _body(self, number: int) -> dict[str, object]:
        query = select(photo.c.body).where(photo.c.id == number)
        return loads(self._connection.execute(query).scalar_one())
