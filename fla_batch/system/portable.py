"""What not every system has, and what is done where it is missing (decision 1916).

Linux and macOS have owners and modes of files. Windows has access lists in their place, which the
user's own folders set; there nothing is asked and nothing is said about modes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

HAS_MODES = hasattr(os, "geteuid") and hasattr(os, "fchmod")
"""Owner, group and mode of a file say who may open it."""
AS_IT_IS = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"))
"""Flags to open with: no link is followed, no child has it, no line end is changed."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The part of a mode that is about others than the owner."""


def mode_of(found: os.stat_result) -> int | None:
    """The rights of a file; None where they say nothing."""
    return stat.S_IMODE(found.st_mode) if HAS_MODES else None


def is_open_to_others(found: os.stat_result) -> bool:
    """True when others than the owner may read or change a file."""
    return bool((mode_of(found) or 0) & OTHERS)


def is_ours(found: os.stat_result) -> bool:
    """True for a file of the system user that we run as."""
    return not HAS_MODES or found.st_uid == os.geteuid()


def give_mode(descriptor: int, mode: int) -> None:
    """Set the rights of an open file, which is ours."""
    if HAS_MODES:
        os.fchmod(descriptor, mode)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, so that a rename in it survives a loss of power.

    Where a folder cannot be opened, the system does it.
    """
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def second_name(source: Path, target: Path) -> None:
    """A hard link, of a link itself where the system can. Raises OSError when `target` exists."""
    os.link(source, target, follow_symlinks=os.link not in os.supports_follow_symlinks)


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Up to `size` bytes from `offset` on, wherever the file is being read or written.

    Where it has to be done by moving there and back, for one thread at a time.
    """
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, offset)
    with _moved(descriptor, offset):
        return os.read(descriptor, size)


def write_at(descriptor: int, content: Buffer, offset: int) -> int:
    """Write at `offset`, as `read_at` reads; the count of bytes that were written."""
    if hasattr(os, "pwrite"):
        return os.pwrite(descriptor, content, offset)
    with _moved(descriptor, offset):
        return os.write(descriptor, content)


@contextmanager
def _moved(descriptor: int, offset: int) -> Iterator[None]:
    before = os.lseek(descriptor, 0, os.SEEK_CUR)
    os.lseek(descriptor, offset, os.SEEK_SET)
    try:
        yield
    finally:
        os.lseek(descriptor, before, os.SEEK_SET)


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
