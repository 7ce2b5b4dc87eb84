"""What was done with a batch, beside the batch: enough to know it without the ledger (R30).

A line of JSON an event, flushed to disk before what it announces is done, and never changed. A
line that a loss of power tore announces nothing, for nothing was done after it.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from fla_batch.ledger.records import NO_DETAILS, Json
from fla_batch.system.files import disk_errors, open_private
from fla_batch.system.portable import sync_folder

MARKS = "marks.jsonl"


class Mark(NamedTuple):
    """One event of a batch, by the ledger's name of it, and when; `details` as in the ledger."""

    event: str
    at: datetime
    details: Json = NO_DETAILS


def add_mark(folder: Path, mark: Mark) -> None:
    """Put a mark on disk, behind those that are there. Raises DiskTrouble."""
    path = folder / MARKS
    with disk_errors("write", path):
        is_new = not path.exists()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = open_private(path, flags)
        try:
            os.write(descriptor, mark_line(mark))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(folder)


def marks_of(folder: Path) -> list[Mark]:
    """The marks of a batch, oldest first; none when nothing was done with it."""
    path = folder / MARKS
    with disk_errors("read", path):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [mark_from(line) for line in text.splitlines(keepends=True) if line[-1] == "\n"]


def mark_line(mark: Mark) -> bytes:
    """A mark as it is kept."""
    values = {"event": mark.event, "at": mark.at.astimezone(UTC).isoformat()}
    details = {"details": mark.details} if mark.details else {}
    return (json.dumps(values | details) + "\n").encode()


def mark_from(line: str | bytes) -> Mark:
    """The mark that was kept so."""
    values: dict[str, Any] = json.loads(line)
    at = datetime.fromisoformat(values["at"])
    return Mark(values["event"], at, values.get("details", NO_DETAILS))
