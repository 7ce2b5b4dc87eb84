"""Standard output and error that may be closed or full: the command's work goes on (R34).

What a command was asked to do stands, whether or not anybody could read of it. So a write that
fails is remembered and not raised; at the end the exit code tells. Imports nothing that Python
has not loaded already: `--help` is instant.
"""

from __future__ import annotations

import errno
import io
import os
import sys

TYPE_CHECKING = False  # `typing` takes as long to import as all the rest
if TYPE_CHECKING:
    from typing import TextIO

REPORT_LOST = 7
_NOBODY_READS = frozenset({errno.EPIPE, errno.EBADF})


class _Forgiving(io.RawIOBase):
    """Writes to a file descriptor until that fails once, and then nowhere."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, content) -> int:  # type: ignore[no-untyped-def]
        if self.failure is None:
            try:
                return os.write(self._descriptor, content)
            except OSError as error:
                self.failure = error
        return len(content)


def _is_descriptor(given: object, descriptor: int) -> bool:
    """True for the process's own stream, closed or not; False for what a caller put there."""
    if given is None:
        return True
    try:
        return bool(given.fileno() == descriptor)  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return False


def _forgiving(descriptor: int, given: TextIO | None) -> tuple[TextIO, _Forgiving]:
    raw = _Forgiving(descriptor)
    if given is None:
        # Closed by the caller: nothing that is opened later may take its number.
        raw.failure = OSError(errno.EBADF, os.strerror(errno.EBADF))
    elif not _is_descriptor(given, descriptor):
        return given, raw
    encoding = getattr(given, "encoding", None) or "utf-8"
    text = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding,
        # A terminal that knows few characters shows their numbers; nothing fails for it.
        errors="backslashreplace",
        line_buffering=getattr(given, "line_buffering", False),
    )
    return text, raw


class StandardStreams:
    """Puts itself in the place of both streams, where they are the process's own."""

    def __init__(self) -> None:
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass  # what was closed is open again, on nothing
        os.close(descriptor)
        if sys.stdout is not None:
            sys.stdout.flush()
        self._given = sys.stdout, sys.stderr
        sys.stdout, self._output = _forgiving(1, sys.stdout)
        sys.stderr, _ = _forgiving(2, sys.stderr)

    def exit_code(self, code: int) -> int:
        """`code`, or 7 for a command that went well and could not say so; ends the replacement."""
        sys.stdout.flush()
        failure = self._output.failure
        if failure is not None and failure.errno not in _NOBODY_READS:
            from fla_batch.cli.edge import tell_lost_report

            tell_lost_report(failure, sys.argv[1:])
            code = code or REPORT_LOST
        sys.stderr.flush()
        sys.stdout, sys.stderr = self._given
        return code
