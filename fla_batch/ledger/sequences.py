"""Sequence numbers: one counter per sender number, Belgian date and environment.

A number that was given out is used up, whatever becomes of the batch: the portal refuses a name
that it has seen (R6; anomaly 133).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fla_batch.ledger.sql_tables import sequence
from fla_batch.vocabulary.errors import LedgerTrouble
from fla_batch.vocabulary.filenames import LAST_SEQUENCE, BatchName, sequence_text
from fla_batch.vocabulary.terms import Environment


def _key(sender: str, day: date, environment: Environment) -> dict[str, Any]:
    return {"sender": sender, "day": day, "environment": environment.value}


def has_used(connection: Connection, name: BatchName) -> bool:
    """True when the number of `name`, or a later one of its day, was given out."""
    query = select(sequence.c.last).filter_by(**_key(name.sender, name.date, name.environment))
    return (connection.execute(query).scalar() or 0) >= int(name.sequence, 36)


def use_number(connection: Connection, name: BatchName) -> None:
    """Note that the number of `name` is used, and all before it of its day (R30)."""
    if has_used(connection, name):
        return
    key = _key(name.sender, name.date, name.environment)
    last = int(name.sequence, 36)
    if not connection.execute(update(sequence).filter_by(**key).values(last=last)).rowcount:
        connection.execute(insert(sequence).values(**key, last=last))


def next_sequence(connection: Connection, sender: str, day: date, environment: Environment) -> str:
    """The next free sequence, five characters of 0-9 A-Z, never 00000.

    `day` is the Belgian date of the batch name. Raises LedgerTrouble when all are used; the
    transaction ends with RowExists when another process gives out the day's first number at the
    same time: try once more then.
    """
    key = _key(sender, day, environment)
    one_more = update(sequence).filter_by(**key).values(last=sequence.c.last + 1)
    # The update locks the row in every database, so that the number read after it is ours.
    if connection.execute(one_more).rowcount:
        number = connection.execute(select(sequence.c.last).filter_by(**key)).scalar_one()
    else:
        number = 1
        connection.execute(insert(sequence).values(**key, last=number))
    if number > LAST_SEQUENCE:
        raise LedgerTrouble(
            f"all sequence numbers of sender {sender} for {day:%d/%m/%Y} are used",
            hint="Build the batch tomorrow: each date has its own numbers.",
        )
    return sequence_text(number)
