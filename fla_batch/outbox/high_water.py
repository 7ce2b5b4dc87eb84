"""How far the ledger had come when this outbox last changed: what a lost or older one is told by.

The number of the ledger's last event, and the last sequence number of each sender. They only
grow. A ledger that has less than this is not the one that sent what lies here (R30).
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from fla_batch.system.files import (
    PARTIAL_PREFIX,
    disk_errors,
    private_folder,
    remove_file,
    remove_partials,
    write_whole,
)
from fla_batch.system.folder_locks import folder_lock
from fla_batch.vocabulary.errors import DiskTrouble
from fla_batch.vocabulary.filenames import BatchName, InvalidName
from fla_batch.vocabulary.terms import Environment

HIGH_WATER = "high-water.json"


UNFINISHED = 1 << 62
"""More than any ledger's last event: a rebuild has begun, and only its end lowers the mark."""


class HighWater(NamedTuple):
    """`names` are the batch names with the highest numbers, one for each sender and day."""

    event: int = 0
    names: tuple[BatchName, ...] = ()

    def joined(self, other: HighWater) -> HighWater:
        """What is higher of both; of each sender and environment only the last day is kept."""
        last: dict[tuple[str, str], BatchName] = {}
        for name in (*self.names, *other.names):
            key = (name.sender, name.environment.value)
            if key not in last or _order(name) > _order(last[key]):
                last[key] = name
        return HighWater(max(self.event, other.event), tuple(sorted(last.values(), key=str)))


def _order(name: BatchName) -> tuple[str, str]:
    return name.date.isoformat(), name.sequence


def read_high_water(root: Path) -> HighWater | None:
    """The mark of an outbox; None for one that has none, or none that can be read."""
    path = root / HIGH_WATER
    with disk_errors("read", path):
        content = path.read_bytes() if path.exists() else b""
    return high_water_from(content)


def high_water_from(content: bytes) -> HighWater | None:
    """The mark that was kept so; None for what is none."""
    with suppress(ValueError, KeyError, TypeError, InvalidName):
        values = json.loads(content)
        return HighWater(int(values["event"]), tuple(map(BatchName.parse, values["names"])))
    return None


def high_water_text(reached: HighWater) -> bytes:
    """A mark as it is kept."""
    values = {"event": reached.event, "names": [str(name) for name in reached.names]}
    return (json.dumps(values) + "\n").encode()


def raise_high_water(root: Path, reached: HighWater) -> None:
    """Raise the mark of an outbox; never lowers it. Raises DiskTrouble."""
    private_folder(root)
    with disk_errors("write", root / HIGH_WATER), folder_lock(root):
        before = read_high_water(root)
        after = reached.joined(before or HighWater())
        if after != before:
            _write(root, after)


def clear_half_written(root: Path) -> None:
    """Delete what a killed process left of a mark; nothing is touched when there is none."""
    if any(root.glob(f"{PARTIAL_PREFIX}*")):
        with suppress(OSError, DiskTrouble), folder_lock(root):  # a disk that only reads keeps it
            remove_partials(root)


def begin_high_water(root: Path, reached: HighWater) -> None:
    """Begin anew: the ledger was rebuilt, and counts its events anew. Raises DiskTrouble."""
    private_folder(root)
    with disk_errors("write", root / HIGH_WATER), folder_lock(root):
        _write(root, reached)


def forget_high_water(root: Path) -> None:
    """Delete the mark of an outbox that is now another one's copy. Raises DiskTrouble."""
    remove_file(root / HIGH_WATER)


def _write(root: Path, reached: HighWater) -> None:
    write_whole(root / HIGH_WATER, high_water_text(reached))


def has_batches(root: Path) -> bool:
    """True when any batch lies in an outbox; nothing is made."""
    return any(
        _is_batch(entry.name)
        for environment in Environment
        if (folder := root / environment.value).is_dir()
        for entry in folder.iterdir()
    )


def _is_batch(name: str) -> bool:
    with suppress(InvalidName):
        BatchName.parse(name)
        return True
    return False
