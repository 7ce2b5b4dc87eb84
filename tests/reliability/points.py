"""Where a process can be killed: counted in one run, then died at, one after the other.

Runs inside a forked child only. A point lies *before* its operation; together with the point of
the next operation that is before and after each. Files: open, fsync, rename, link, unlink,
mkdir, rmdir and chmod below one folder, as Python's audit events tell them. Ledger: each
statement that writes, and each commit. sFTP: each request before it leaves, and each reply before
it is read. Store: each request to the object store.

Instead of dying, the process may be cut off from the ledger's server or the store at a point: from
then on it reaches it no more. Where that is so *after* the operation, it was done, and only we do
not hear of it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any


class Kind(StrEnum):
    """What kind of operation a point lies before."""

    FILE = "file"
    LEDGER = "ledger"
    SFTP = "sftp"
    STORE = "store"


_AUDITED = frozenset(
    {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
)
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Points:
    """Counts points of some kinds, and dies at number `kill_at` (from 1).

    With `cut` ("before" or "after") it is cut off from what the point is about, instead.
    """

    def __init__(self, kinds: frozenset[Kind], kill_at: int | None, cut: str | None = None) -> None:
        self._kinds = kinds
        self._kill_at = kill_at
        self._cut = cut
        self._cut_off: Kind | None = None
        self.count = 0
        self.paused = False
        self.counts: Counter[str] = Counter()

    def reach(self, kind: Kind, what: str) -> None:
        """One more point; the process may end here, as by a loss of power."""
        if kind not in self._kinds or self.paused:
            return
        self.count += 1
        self.counts[f"{kind} {what}"] += 1
        if self.count == self._kill_at:
            if self._cut is None:
                os.kill(os.getpid(), signal.SIGKILL)
            self._cut_off = kind

    def _is_the_last_heard(self) -> bool:
        """True once, for an operation that is done although we are cut off already."""
        heard, self._cut = self._cut == "after", "before"
        return heard

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What somebody else does meanwhile is no point of ours."""
        self.paused = True
        yield
        self.paused = False

    def watch_files(self, folder: Path, kind: Kind) -> None:
        """Points at every operation on files below `folder`, but for the ledger's own."""
        inside = f"{folder}{os.sep}"

        def audited(event: str, arguments: tuple[Any, ...]) -> None:
            if event not in _AUDITED:
                return
            first = arguments[0]
            if not isinstance(first, (str, os.PathLike)):
                return
            path = os.fspath(first)
            if str(path).startswith(inside) and "ledger.db" not in str(path):
                self.reach(kind, event.removeprefix("os."))

        sys.addaudithook(audited)

    def watch_flushes(self) -> None:
        """Points at every flush of a file or folder to the disk."""
        real_fsync: Callable[[Any], None] = os.fsync

        def fsync(descriptor: Any) -> None:
            self.reach(Kind.FILE, "fsync")
            real_fsync(descriptor)

        # Flushing has no audit event; the standard library's own function is wrapped instead.
        vars(os)["fsync"] = fsync

    def watch_ledger(self) -> None:
        """Points at every statement that writes and at every commit."""
        from sqlalchemy import Engine, event

        def before_statement(
            _connection: Any, _cursor: Any, statement: str, *_rest: object
        ) -> None:
            if statement.lstrip().upper().startswith(_WRITES):
                self.reach(Kind.LEDGER, "write")

        event.listen(Engine, "before_cursor_execute", before_statement)
        event.listen(Engine, "commit", lambda _connection: self.reach(Kind.LEDGER, "commit"))

    def watch_server_of_ledger(self) -> None:
        """The ledger's server (PostgreSQL) is gone for us once we are cut off from it."""
        import psycopg
        from sqlalchemy import Connection, Engine, event

        def hang_up(connection: Connection) -> None:
            raw: Any = connection.connection.dbapi_connection
            with socket.socket(fileno=os.dup(raw.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

        def before_statement(connection: Connection, *_rest: object) -> None:
            if self._cut_off is Kind.LEDGER:
                hang_up(connection)

        def before_commit(connection: Connection) -> None:
            if self._cut_off is Kind.LEDGER:
                if self._is_the_last_heard():
                    raw: Any = connection.connection.dbapi_connection
                    raw.commit()
                hang_up(connection)

        def before_connection(*_: object) -> None:
            if self._cut_off is Kind.LEDGER:
                raise psycopg.OperationalError("the network is unreachable")

        # Behind `watch_ledger`, which counts.
        event.listen(Engine, "before_cursor_execute", before_statement)
        event.listen(Engine, "commit", before_commit)
        event.listen(Engine, "do_connect", before_connection)

    def watch_store(self) -> None:
        """Points at every request to the object store."""
        import obstore

        def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def request(*arguments: Any, **options: Any) -> Any:
                self.reach(Kind.STORE, name)
                if self._cut_off is Kind.STORE:
                    if self._is_the_last_heard():
                        real(*arguments, **options)
                    raise obstore.exceptions.GenericError("the network is unreachable")
                return real(*arguments, **options)

            return request

        # The library has no hook.
        for name in ("put", "get", "list", "delete"):
            vars(obstore)[name] = watched(name, vars(obstore)[name])

    def watch_sftp(self) -> None:
        """Points at every request and every reply of an SFTP session."""
        import paramiko

        real_send, real_recv = paramiko.Channel.send, paramiko.Channel.recv

        def send(channel: paramiko.Channel, content: bytes) -> int:
            self.reach(Kind.SFTP, "request")
            return real_send(channel, content)

        def recv(channel: paramiko.Channel, count: int) -> bytes:
            if count == 4:  # the length in front of a reply
                self.reach(Kind.SFTP, "reply")
            return real_recv(channel, count)

        # The library has no hook for what goes through a channel.
        paramiko.Channel.send = send  # type: ignore[method-assign, assignment]
        paramiko.Channel.recv = recv  # type: ignore[method-assign, assignment]
