"""A folder for one process at a time; a process that dies lets go of it.

Where the system can lock an open folder, that is done: nothing is left behind and no right to write
is needed. Elsewhere (Windows) a file beside the folder is locked, by filelock (decision 1916).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path

LOCK_SUFFIX = ".lock"


def folder_lock(folder: Path, *, wait: bool = True) -> AbstractContextManager[bool]:
    """Hold a folder against other processes of this machine.

    Without `wait`, False is given when another one holds it. Raises OSError for no folder.
    """
    return (_itself if _can_lock_folders() else _file_beside)(folder, wait=wait)


def _can_lock_folders() -> bool:
    return hasattr(os, "O_DIRECTORY") and find_spec("fcntl") is not None


@contextmanager
def _itself(folder: Path, *, wait: bool) -> Iterator[bool]:
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


@contextmanager
def _file_beside(folder: Path, *, wait: bool) -> Iterator[bool]:
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_name(folder.name + LOCK_SUFFIX))
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    try:
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
