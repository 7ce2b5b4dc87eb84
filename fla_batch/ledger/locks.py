"""One process at a time: a lock as a row, which also works for several machines (R21).

A lock is stale when its process is gone, which can be seen on the same machine only, or when it
was not renewed for a while. A stale lock is taken over, and that is said.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from fla_batch.ledger.sql_tables import lock
from fla_batch.vocabulary.errors import LedgerTrouble

STALE_AFTER = timedelta(minutes=15)
"""How long a process may be silent before its lock counts as stale."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds, or wants, a lock: host name and process number."""

    host: str
    pid: int

    @classmethod
    def this_process(cls) -> Holder:
        """The process that calls."""
        return cls(socket.gethostname(), os.getpid())

    def is_gone(self) -> bool:
        """True when it is certain that the process has ended: it ran here, and is not there."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that is held. `taken_over_from` is who left it stale, None for nobody."""

    name: str
    token: str
    taken_over_from: Holder | None = None


class LockHeld(LedgerTrouble):
    """Another process is at it; says which one and since when."""

    hint = "Wait until it has ended. A process that crashed is recognised by itself."


def take(connection: Connection, name: str, holder: Holder, at: datetime) -> Lock:
    """Take a lock that is free or stale. Raises LockHeld."""
    row = connection.execute(select(lock).where(lock.c.name == name).with_for_update()).first()
    values = {
        "token": secrets.token_hex(16),
        "host": holder.host,
        "pid": holder.pid,
        "taken_at": at,
        "renewed_at": at,
    }
    if row is None:
        connection.execute(insert(lock).values(name=name, **values))
        return Lock(name, str(values["token"]))
    before = _require_stale(row, at)
    connection.execute(update(lock).where(lock.c.name == name).values(**values))
    return Lock(name, str(values["token"]), before)


def require_free(connection: Connection, name: str, at: datetime) -> None:
    """See that nobody holds a lock, without taking it. Raises LockHeld."""
    row = connection.execute(select(lock).where(lock.c.name == name)).first()
    if row is not None:
        _require_stale(row, at)


def _require_stale(row: Row[Any], at: datetime) -> Holder:
    """Who left the lock; raises LockHeld when somebody has it."""
    before = Holder(row.host, row.pid)
    if not before.is_gone() and at - row.renewed_at <= STALE_AFTER:
        raise LockHeld(
            f'"{row.name}" is being done by process {before.pid} on {before.host} '
            f"since {row.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        )
    return before


def renew(connection: Connection, held: Lock, at: datetime) -> None:
    """Say that the holder still works. Raises LockHeld when another process took it over."""
    mine = (lock.c.name == held.name, lock.c.token == held.token)
    if not connection.execute(update(lock).where(*mine).values(renewed_at=at)).rowcount:
        raise LockHeld(f'another process took "{held.name}" over, for this one was silent')


def require(connection: Connection, held: Lock) -> None:
    """See that a lock is still ours, until this transaction ends: the fence of what follows.

    Raises LockHeld when another process took it over.
    """
    mine = (lock.c.name == held.name, lock.c.token == held.token)
    if connection.execute(select(lock.c.name).where(*mine).with_for_update()).first() is None:
        raise LockHeld(f'another process took "{held.name}" over, for this one was silent')


def release(connection: Connection, held: Lock) -> None:
    """Give a lock back; one that was taken over is left alone."""
    connection.execute(delete(lock).where(lock.c.name == held.name, lock.c.token == held.token))
