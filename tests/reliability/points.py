"""Where a process can be killed: counted in one run, then died at, one after the other.

Runs inside a forked child only. A point lies *before* its operation; together with the point of
the next operation that is before and after each. Files: open, fsync, rename, link, unlink,
mkdir, rmdir and chmod below one folder, as Python's audit events tell them. Ledger: each
statement that writes, and each commit. sFTP: each request before it leaves, and each reply before
it is read.
"""

from __future__ import annotations

import os
import signal
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


_AUDITED = frozenset(
    {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
)
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Points:
    """Counts points of some kinds, and dies at number `kill_at` (from 1)."""

    def __init__(self, kinds: frozenset[Kind], kill_at: int | None) -> None:
        self._kinds = kinds
        self._kill_at = kill_at
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
            os.kill(os.getpid(), signal.SIGKILL)

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
