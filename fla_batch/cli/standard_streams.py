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


def _open(descriptor: int, given: object) -> tuple[io.TextIOWrapper, _Forgiving]:
    raw = _Forgiving(descriptor)
    if given is None:
        # Closed by the caller: nothing that is opened later may take its number.
        raw.failure = OSError(errno.EBADF, os.strerror(errno.EBADF))
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
    """Puts itself in the place of both streams."""

    def __init__(self) -> None:
        for _ in range(3):
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor > 2:
                os.close(descriptor)
                break
        if sys.stdout is not None:
            sys.stdout.flush()
        sys.stdout, self._output = _open(1, sys.stdout)
        sys.stderr, _ = _open(2, sys.stderr)

    def exit_code(self, code: int) -> int:
        """`code`, or 7 for a command that went well and could not say so."""
        sys.stdout.flush()
        failure = self._output.failure
        if failure is None or failure.errno in _NOBODY_READS:
            return code
        sys.stderr.write(
            f"Error: standard output cannot be written: {failure.strerror}. "
            "What the command did stands; do not repeat it for its report.\n"
        )
        sys.stderr.flush()
        return code or REPORT_LOST
