"""Opening the database, transactions, and the one place where its errors are translated.

SQLite runs in WAL mode with every commit flushed to disk; a transaction that writes takes the
write lock at its start, so that two processes queue up instead of failing half-way. Messages
never quote a row: rows hold national numbers (S11).
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from fla_batch.system.database_address import database_address
from fla_batch.system.files import disk_errors, open_private, private_folder
from fla_batch.vocabulary.errors import DiskTrouble, FlaBatchError, LedgerTrouble
from fla_batch.vocabulary.identifiers import mask_text

BUSY_TIMEOUT_S = 60.0
"""How long a process waits for another one's transaction before it gives up."""


class NoLedger(LedgerTrouble):
    """There is no ledger at that place yet."""


class RowExists(LedgerTrouble):
    """A row with that key is there already: another process was first, or the caller is wrong."""


class LedgerUnreachable(LedgerTrouble):
    """The ledger's server does not answer, or the line to it broke; worth another try."""

    exit_code = 4
    hint = "Try again later; if it stays, check the address of [workspace] ledger and the password."


_WRITES = "fla_batch_writes"
_PAGE_BYTES = 16_384
_CACHE_KB = 2_000
_CACHE_KB_WRITING = 32_768
_DISK_SIGNS = (
    "disk is full",
    "disk i/o error",
    "readonly database",
    "unable to open database",
    "no space left",
)
_BUSY_SIGNS = ("database is locked", "database table is locked", "lock timeout")
_PG_DISK_FULL = "53100"


def connect(url: str, *, create: bool) -> Engine:
    """An engine for `url`, whose file exists and is 0600 when it is SQLite's.

    Raises LedgerTrouble for a URL that cannot be used, or a file that is not there when
    `create` is False; DiskTrouble.
    """
    with translated():
        parsed = _parse(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, create=create)
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True)


def _parse(url: str) -> URL:
    try:
        return database_address(url)
    except ArgumentError:
        # The URL may hold a password, and the library's message quotes it.
        raise LedgerTrouble("[workspace] ledger is not the URL of a database") from None


def _sqlite(url: URL, *, create: bool) -> Engine:
    if not url.database or url.database == ":memory:":
        raise LedgerTrouble("the ledger needs a file: what is in memory does not survive a crash")
    path = Path(url.database)
    if not path.exists():
        if not create:
            raise NoLedger(f"there is no ledger at {path}")
        private_folder(path.parent)
    try:
        return _writable(url, path)
    except DiskTrouble as error:
        # What only reads works on a disk that is full or read-only (R35, decision 1412).
        if not path.is_file() or not path.stat().st_size:
            raise
        return _read_only(url, path, error)


def _writable(url: URL, path: Path) -> Engine:
    with disk_errors("open the ledger", path):
        # SQLite gives its -wal and -shm files the mode of this one.
        os.close(open_private(path, os.O_RDWR | os.O_CREAT))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _roll_back_interrupted)
    try:
        with translated(), engine.connect():
            return engine
    except BaseException:
        engine.dispose()
        raise


def _read_only(url: URL, path: Path, trouble: DiskTrouble) -> Engine:
    """For reading alone; who wants to write is told of `trouble`."""
    log = path.with_name(f"{path.name}-wal")
    # Without a log there is nothing that SQLite would have to put right before it reads.
    settled = not log.exists() or not log.stat().st_size
    uri = f"file:{quote(str(path.absolute()))}?mode=ro{'&immutable=1' if settled else ''}"

    def open_it() -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES, False):
            raise trouble
        connection.exec_driver_sql("BEGIN")

    engine = create_engine(url, hide_parameters=True, creator=open_it)
    event.listen(engine, "begin", begin)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Only a new file takes it. Large pages hold several forms with their bodies each, which halves
    # the time of a batch of half a million.
    cursor.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    # Another process that makes the same new file locks it for a moment; SQLite waits for its
    # locks, but not for this one.
    patient_until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patient_until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    # Half a million forms in one transaction touch the same pages again and again; who only reads
    # would pay for that cache twice, for SQLite takes as much again to sort.
    cache = _CACHE_KB_WRITING if writes else _CACHE_KB
    connection.exec_driver_sql(f"PRAGMA cache_size = -{cache}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _roll_back_interrupted(context: ExceptionContext) -> None:
    # After a Ctrl-C within a statement the library would drop the connection as lost. SQLite keeps
    # such a one, and its write lock, until the statement is gone, which the exception holds; but
    # it is not lost, and can be rolled back as after any other exception.
    if not isinstance(context.original_exception, Exception):
        context.is_disconnect = False


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, and sees one state throughout."""
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it on disk at the end of the body, or nothing."""
    with translated(), engine.execution_options(**{_WRITES: True}).begin() as connection:
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's exceptions into LedgerTrouble and DiskTrouble."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise LedgerTrouble(
            f"the driver for [workspace] ledger is not installed: {error.name}"
        ) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        # Not chained: a driver's message may quote a whole row.
        raise _translation(error) from None


def _translation(error: Exception) -> FlaBatchError:
    if isinstance(error, NoSuchModuleError):
        return LedgerTrouble("[workspace] ledger names a kind of database that is not known")
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = mask_text(str(cause).split("\n", 1)[0])
    if _is_disk_trouble(cause, text.lower()):
        return DiskTrouble(f"the ledger cannot be written: {text}")
    if _is_line_trouble(error):
        return LedgerUnreachable(f"the ledger's server cannot be reached: {text}")
    if any(sign in text.lower() for sign in _BUSY_SIGNS):
        return LedgerTrouble(
            f"another process has held the ledger for more than {BUSY_TIMEOUT_S:.0f} seconds",
            hint="Wait until it has ended, then run the same command again: nothing was changed.",
        )
    if "not a database" in text or "malformed" in text:
        return LedgerTrouble(f"the ledger is damaged or not a ledger: {text}")
    trouble = RowExists if isinstance(error, IntegrityError) else LedgerTrouble
    return trouble(f"the ledger refused: {text}")


def _is_line_trouble(error: Exception) -> bool:
    """True when no server answers; what a server says of itself has a code."""
    if not isinstance(error, OperationalError) or isinstance(error.orig, sqlite3.Error):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) is None


def _is_disk_trouble(cause: BaseException | None, text: str) -> bool:
    return getattr(cause, "sqlstate", None) == _PG_DISK_FULL or any(
        sign in text for sign in _DISK_SIGNS
    )
