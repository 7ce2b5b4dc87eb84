"""A file that appears under its name only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from fla_batch.system.files import disk_trouble
from fla_batch.system.portable import sync_folder


@contextmanager
def kept_file(path: Path, keep: Callable[[], bool]) -> Iterator[IO[str]]:
    """A text file that gets its name at the end, when `keep` agrees; mode 0600.

    Raises DiskTrouble.
    """
    try:
        with NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            temporary = Path(file.name)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                if keep():
                    temporary.replace(path)
                    sync_folder(path.parent)
            finally:
                temporary.unlink(missing_ok=True)
    except OSError as mistake:
        raise disk_trouble("write", path, mistake) from mistake


def remove_own(path: Path, heading: str) -> None:
    """Remove a list of an earlier run; a file that does not begin as ours is left alone.

    Raises DiskTrouble.
    """
    try:
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                ours = file.readline().rstrip("\n") == heading
            if ours:
                path.unlink()
    except OSError as mistake:
        raise disk_trouble("delete", path, mistake) from mistake
