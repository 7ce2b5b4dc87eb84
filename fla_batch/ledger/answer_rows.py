"""Answer files: each is processed once, however often it is seen, in one transaction (R14, R16)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from fla_batch.ledger.changes import ChangeWriter
from fla_batch.ledger.records import (
    Acceptance,
    AnswerFile,
    AnswerOutcome,
    AnswerRow,
    Changes,
)
from fla_batch.ledger.rows import loads, storable
from fla_batch.ledger.sql_tables import answer_file, unmatched
from fla_batch.vocabulary.identifiers import mask_text
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.ledger.answer_looks import Look

PURGED_ANSWER = "purged"
"""The reason of an answer that is done and whose raw file a purge deleted."""


def accept(
    connection: Connection,
    file: AnswerFile,
    changes: Changes,
    at: datetime,
    *,
    replay: bool = False,
) -> Acceptance:
    """Write what an answer says, and that it is done, in one transaction (R14, R16).

    `changes` is read only when the file is new; when reading it raises, nothing was written.
    `replay` processes a file again that was held back: quarantined, or a name with new
    content. A file that is done stays done. Raises UnknownTransition.
    """
    known = _find(connection, file)
    if known is not None and known.outcome == AnswerOutcome.DONE:
        return Acceptance.ALREADY
    if known is not None and not replay:
        return Acceptance.CLASH if known.outcome == AnswerOutcome.CLASH else Acceptance.HELD
    if not replay and _was_done(connection, file.name):
        _settle(connection, None, file, AnswerOutcome.CLASH, "same name, new content", at)
        return Acceptance.CLASH
    answer_id = _settle(connection, known, file, AnswerOutcome.DONE, None, at)
    ChangeWriter(connection, answer_id, at, notifies=file.notifies).write(changes)
    return Acceptance.DONE


def quarantine(connection: Connection, file: AnswerFile, reason: str, at: datetime) -> bool:
    """Note that a file is in quarantine; False when it was processed before, or held already."""
    known = _find(connection, file)
    if known is not None and known.outcome != AnswerOutcome.CLASH:
        return False
    _settle(connection, known, file, AnswerOutcome.QUARANTINED, mask_text(reason), at)
    return True


def note_purged(connection: Connection, files: Iterable[AnswerFile]) -> None:
    """Note that the raw files of answers that are done were deleted on purpose."""
    for file in files:
        connection.execute(update(answer_file).where(this_file(file)).values(reason=PURGED_ANSWER))


def this_file(file: AnswerFile | Look) -> ColumnElement[bool]:
    """Condition: the row of that file, by its accept-once key."""
    return and_(
        answer_file.c.name == storable(file.name),
        answer_file.c.size == file.size,
        answer_file.c.sha256 == file.sha256,
    )


def _find(connection: Connection, file: AnswerFile) -> Row[Any] | None:
    query = select(answer_file).where(this_file(file))
    return connection.execute(query).one_or_none()


def _was_done(connection: Connection, name: str) -> bool:
    query = select(answer_file.c.id).where(
        answer_file.c.name == storable(name), answer_file.c.outcome == AnswerOutcome.DONE.value
    )
    return connection.execute(query).first() is not None


def _settle(
    connection: Connection,
    known: Row[Any] | None,
    file: AnswerFile,
    outcome: AnswerOutcome,
    reason: str | None,
    at: datetime,
) -> int:
    now = {
        "kept_path": storable(file.kept_path),
        "outcome": outcome.value,
        "reason": storable(reason) if reason else None,
        "settled_at": at,
    }
    if known is not None:
        connection.execute(update(answer_file).where(answer_file.c.id == known.id).values(**now))
        return int(known.id)
    statement = insert(answer_file).values(
        name=storable(file.name),
        size=file.size,
        sha256=file.sha256,
        environment=file.environment.value,
        received_at=file.received_at,
        **now,
    )
    return int(connection.execute(statement.returning(answer_file.c.id)).scalar_one())


def answer_rows(connection: Connection, outcome: AnswerOutcome | None = None) -> list[AnswerRow]:
    """Every answer file that was seen, or those of one outcome, as they were first settled."""
    query = select(answer_file).order_by(answer_file.c.id)
    if outcome is not None:
        query = query.where(answer_file.c.outcome == outcome.value)
    return [_answer_row(row) for row in connection.execute(query)]


def _answer_row(row: Row[Any]) -> AnswerRow:
    file = AnswerFile(
        name=row.name,
        size=row.size,
        sha256=row.sha256,
        environment=Environment(row.environment),
        kept_path=row.kept_path,
        received_at=row.received_at,
    )
    return AnswerRow(file, AnswerOutcome(row.outcome), row.reason, row.settled_at)


def without_batch(
    connection: Connection, environment: Environment
) -> list[tuple[AnswerRow, dict[str, Any]]]:
    """What could not be matched, each time with the whole answer that it stands in."""
    query = (
        select(answer_file, unmatched.c.details)
        .join(unmatched, unmatched.c.answer_id == answer_file.c.id)
        .where(
            answer_file.c.environment == environment.value,
            answer_file.c.outcome == AnswerOutcome.DONE.value,
            unmatched.c.batch_name.is_(None),
        )
        .order_by(unmatched.c.id)
    )
    return [(_answer_row(row), loads(row.details)) for row in connection.execute(query)]
