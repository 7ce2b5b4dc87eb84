"""What the platform is known to hold: the ground of the guards of the annual photo.

Two sources: declarations of ours that were accepted, and declarations that were read back from
the platform. The younger one counts: ours by when it was built, the other by when it was told.
Each environment has its own history: what was accepted in a test says nothing of production.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select, union

from fla_batch.ledger.lifecycle import ACCEPTED_FORM_STATES
from fla_batch.ledger.records import Photo
from fla_batch.ledger.rows import CHUNK, DECLARED_KINDS, fitting, loads
from fla_batch.ledger.sql_tables import answer_file, batch, consultation, form, form_state, photo
from fla_batch.vocabulary.terms import Environment, FormKind

if TYPE_CHECKING:
    from fla_batch.models import DeclarationKey

Worker = tuple[str, str]
"""Company number and national number."""
_KEY = ("company_id", "inss", "calendar_year", "kind")


def last_accepted(
    connection: Connection, key: DeclarationKey, environment: Environment
) -> Photo | None:
    """The declaration that the platform holds for `key` as far as we know; None for none."""
    ours, told = _of_key(key, environment)
    ours = ours.order_by(batch.c.built_at.desc(), form.c.id.desc())
    told = told.order_by(photo.c.told_at.desc(), photo.c.id.desc())
    found = [
        (row, query is ours)
        for query in (ours, told)
        if (row := connection.execute(query.limit(1)).one_or_none()) is not None
    ]
    if not found:
        return None
    last, is_ours = max(found, key=lambda each: each[0].ordered_by)
    return Photo(loads(last.body), last.accepted_at, is_ours)


def of_workers(
    connection: Connection, environment: Environment, workers: Collection[Worker]
) -> tuple[dict[Worker, dict[tuple[int, FormKind], Photo]], dict[Worker, set[int]]]:
    """What `last_accepted` says of all years and kinds of some workers, by year and kind.

    And the years of which `had_legal_right` is True.
    """
    inss = [inss for _, inss in workers]
    ours = _all_ours(environment).where(form.c.inss.in_(inss), form.c.kind.in_(DECLARED_KINDS))
    told = _all_told(environment).where(photo.c.inss.in_(inss))
    held: defaultdict[Worker, dict[tuple[int, FormKind], Photo]] = defaultdict(dict)
    had_legal: defaultdict[Worker, set[int]] = defaultdict(set)
    rows = [
        *((row, False) for row in connection.execute(told.order_by(photo.c.id))),
        *((row, True) for row in connection.execute(ours.order_by(form.c.id))),
    ]
    # A sort that keeps the order of what is of one instant: there ours counts, for it comes last.
    for row, is_ours in sorted(rows, key=lambda each: each[0].ordered_by):
        worker = (row.company_id, row.inss)
        if row.has_legal_right:
            had_legal[worker].add(row.calendar_year)
        held[worker][row.calendar_year, FormKind(row.kind)] = Photo(
            loads(row.body), row.accepted_at, is_ours
        )
    return held, had_legal


def had_legal_right(connection: Connection, key: DeclarationKey, environment: Environment) -> bool:
    """True once an accepted or read-back rights declaration for `key` carried LegalFlaRight."""
    ours, told = _of_key(key._replace(kind=FormKind.TRAINING_RIGHTS), environment)
    queries = (ours.where(form.c.has_legal_right), told.where(photo.c.has_legal_right))
    return any(connection.execute(query.limit(1)).first() is not None for query in queries)


def _of_key(key: DeclarationKey, environment: Environment) -> tuple[Select[Any], Select[Any]]:
    """Declarations of ours, and what was told."""
    values = key._asdict() | {"kind": key.kind.value}
    ours = _all_ours(environment).where(*fitting(form, **values))
    return ours, _all_told(environment).where(*fitting(photo, **values))


def _all_ours(environment: Environment) -> Select[Any]:
    return (
        select(
            *form.c[_KEY],
            *form.c["has_legal_right", "body"],
            form_state.c.since.label("accepted_at"),
            batch.c.built_at.label("ordered_by"),
        )
        .join(form_state, form_state.c.form_id == form.c.id)
        .join(batch, batch.c.id == form.c.batch_id)
        .where(
            batch.c.environment == environment.value,
            form_state.c.state.in_([state.value for state in ACCEPTED_FORM_STATES]),
        )
    )


def _all_told(environment: Environment) -> Select[Any]:
    return (
        select(
            *photo.c[_KEY],
            *photo.c["has_legal_right", "body"],
            photo.c.told_at.label("accepted_at"),
            photo.c.told_at.label("ordered_by"),
        )
        .join(consultation, consultation.c.id == photo.c.consultation_id)
        .join(answer_file, answer_file.c.id == consultation.c.answer_id)
        .where(answer_file.c.environment == environment.value)
    )


def held_keys(connection: Connection, environment: Environment) -> Iterator[DeclarationKey]:
    """Every key for which the platform is known to hold something; some of them twice."""
    # Not above: the models take longer to load than all else that `send` and `status` need.
    from fla_batch.models import DeclarationKey

    ours = _all_ours(environment).where(form.c.kind.in_(DECLARED_KINDS))
    told = _all_told(environment)
    streamed = connection.execution_options(yield_per=CHUNK)
    for query, table in ((ours, form), (told, photo)):
        keys = query.with_only_columns(*table.c[_KEY])
        for company_id, inss, calendar_year, kind in streamed.execute(keys):
            yield DeclarationKey(company_id, inss, calendar_year, FormKind(kind))


def subjects(
    connection: Connection, environment: Environment
) -> Iterator[tuple[str, str, int | None]]:
    """Employer, worker ("" for none) and year of everything that was declared, asked or told."""
    forms = (
        select(form.c.company_id, form.c.inss, form.c.calendar_year)
        .join(batch, batch.c.id == form.c.batch_id)
        .where(batch.c.environment == environment.value)
    )
    told = (
        select(consultation.c.company_id, consultation.c.inss, consultation.c.calendar_year)
        .join(answer_file, answer_file.c.id == consultation.c.answer_id)
        .where(answer_file.c.environment == environment.value)
    )
    streamed = connection.execution_options(yield_per=CHUNK)
    for company_id, inss, calendar_year in streamed.execute(union(forms, told)):
        if company_id:
            yield company_id, inss or "", calendar_year
