"""A folder whose fsync costs nothing, for tests that kill a process a hundred times.

What survives a kill is the same there: only a loss of power would differ.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A new folder, in memory where the system has such a place."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fla-kills-", dir=place) as folder:
        yield Path(folder)
