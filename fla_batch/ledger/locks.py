"""One process at a time: a lock as a row, which also works for several machines (R21).

A lock is stale when its process is gone, which can be seen on the same machine only, or when it
was not renewed for a while. A stale lock is taken over, and that is said.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from fla_batch.ledger.sql_tables import lock
from fla_batch.vocabulary.errors import LedgerTrouble

STALE_AFTER = timedelta(minutes=15)
"""How long a process may be silent before its lock counts as stale."""
_CAN_ASK = os.name == "posix"
"""Signal 0 only asks whether a process is there; on Windows it would interrupt it."""


class Holder(NamedTuple):
    """A process that holds, or wants, a lock: host name and process number.

    `machine` tells two hosts of one name apart: a process number counts within one of them.
    """

    host: str
    pid: int
    machine: str = ""

    @classmethod
    def this_process(cls) -> Holder:
        """The process that calls."""
        return cls(socket.gethostname(), os.getpid(), this_machine())

    def is_gone(self) -> bool:
        """True when it is certain that the process has ended: it ran here, and is not there."""
        ran_here = (self.host, self.machine) == (socket.gethostname(), this_machine())
        if ran_here and _CAN_ASK:
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                return True
            except PermissionError:
                pass
        return False


def this_machine() -> str:
    """What the process numbers of this machine are told from others by; empty when unknown.

    Containers of one image often have one host name, and process 1 each: to each other they would
    seem dead. The start of the kernel and the space of process numbers differ (decision 2002).
    """
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").stat().st_ino
        return hashlib.sha256(f"{boot} {space}".encode()).hexdigest()[:16]
    return ""


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
    """Take a lock that is free or stale. Raises LockHeld.

    It never waits: a row that somebody works with at this moment (PostgreSQL) is held by him.
    """
    named = select(lock).where(lock.c.name == name)
    row = connection.execute(named.with_for_update(skip_locked=True)).first()
    if row is None and (held := connection.execute(named).first()) is not None:
        raise _held(held)
    values = {
        "token": secrets.token_hex(16),
        "host": holder.host,
        "pid": holder.pid,
        "machine": holder.machine,
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
    before = Holder(row.host, row.pid, row.machine)
    if not before.is_gone() and at - row.renewed_at <= STALE_AFTER:
        raise _held(row)
    return before


def _held(row: Row[Any]) -> LockHeld:
    return LockHeld(
        f'"{row.name}" is being done by process {row.pid} on {row.host} '
        f"since {row.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    )


def renew(connection: Connection, held: Lock, at: datetime) -> None:
    """Say that the holder still works. Raises LockHeld when another process took it over."""
    if not connection.execute(update(lock).where(_ours(held)).values(renewed_at=at)).rowcount:
        raise _lost(held)


def require(connection: Connection, held: Lock) -> None:
    """See that a lock is still ours, until this transaction ends: the fence of what follows.

    Raises LockHeld when another process took it over.
    """
    if connection.execute(select(lock.c.name).where(_ours(held)).with_for_update()).first() is None:
        raise _lost(held)


def release(connection: Connection, held: Lock) -> None:
    """Give a lock back; one that was taken over is left alone."""
    connection.execute(delete(lock).where(_ours(held)))


def _ours(held: Lock) -> ColumnElement[bool]:
    return and_(lock.c.name == held.name, lock.c.token == held.token)


def _lost(held: Lock) -> LockHeld:
    return LockHeld(f'another process took "{held.name}" over, for this one was silent')
