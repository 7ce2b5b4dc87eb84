"""Our side of a transfer: local files read and written, their errors told as DiskTrouble."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fla_batch.channel.wire import LARGEST_WRITE_BYTES
from fla_batch.system.files import disk_errors, open_private


@contextmanager
def local_chunks(path: Path, offset: int) -> Iterator[Iterator[bytes]]:
    """The bytes of `path` from `offset` on, in pieces; the file is open from the start.

    Raises DiskTrouble, and only for our own disk: what the body raises passes.
    """
    with disk_errors("read", path):
        file = path.open("rb")
        file.seek(offset)

    def chunks() -> Iterator[bytes]:
        while True:
            with disk_errors("read", path):
                chunk = file.read(LARGEST_WRITE_BYTES)
            if not chunk:
                return
            yield chunk

    with file:
        yield chunks()


@contextmanager
def local_file(path: Path) -> Iterator[Callable[[bytes], None]]:
    """A new or emptied file with the rights of its folder; gives a function that writes.

    It is flushed to disk at the end. Raises DiskTrouble, and only for our own disk: what the
    body raises passes.
    """
    with disk_errors("write", path):
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def write(content: bytes) -> None:
        rest = memoryview(content)
        with disk_errors("write", path):
            while rest:
                rest = rest[os.write(descriptor, rest) :]

    try:
        yield write
        with disk_errors("write", path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
