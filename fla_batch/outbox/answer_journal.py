"""Answers that come one by one, on our disk as they come, and sealed into raw files.

Each answer is a line that is handed to the system before anything else is done with it, so that
a killed process loses none. A seal flushes what is there to disk and gives it its name; only
sealed files are read (decision 1324).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from fla_batch.system.closing import Closing
from fla_batch.system.files import disk_errors, open_private, private_folder
from fla_batch.system.portable import sync_folder

_OPEN = ".open-answers"


class AnswerJournal(Closing):
    """The journal in `folder`; `named` gives the name of raw file number n, from 1.

    What a killed process left is taken over. `add` may be called by several threads; `close`
    leaves unsealed lines for the next time. Raises DiskTrouble.
    """

    def __init__(self, folder: Path, named: Callable[[int], str]) -> None:
        self.folder = private_folder(folder)
        self._named = named
        self._lock = threading.Lock()
        self._path = self.folder / _OPEN
        with disk_errors("write", self._path):
            self._next = 1 + sum(1 for _ in self.folder.glob(named(0).replace("000000", "*")))
            descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            self._file = FileIO(descriptor, "a+")
            self._file.seek(0)
            # Without the half of a line that the last process may have left.
            self._file.truncate(self._file.readall().rfind(b"\n") + 1)

    def add(self, line: bytes) -> None:
        """One answer, whole, with its end of line."""
        with self._lock, disk_errors("write", self._path):
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) :]

    def seal(self, last_line: bytes = b"") -> Path | None:
        """What came since the last seal as a raw file; None when that is nothing."""
        if last_line:
            self.add(last_line)
        with self._lock, disk_errors("write", self._path):
            if self._file.seek(0, os.SEEK_END) == 0:
                return None
            os.fsync(self._file.fileno())
            self._file.close()
            path = self.folder / self._named(self._next)
            self._path.rename(path)
            self._next += 1
            descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND)
            self._file = FileIO(descriptor, "a+")
            sync_folder(self.folder)
            return path

    def close(self) -> None:
        """Let go; an empty journal leaves nothing behind."""
        with self._lock, disk_errors("write", self._path):
            if self._file.closed:
                return
            empty = self._file.seek(0, os.SEEK_END) == 0
            self._file.close()
            if empty:
                self._path.unlink(missing_ok=True)
