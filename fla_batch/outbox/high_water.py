"""How far the ledger had come when this outbox last changed: what a lost or older one is told by.

The number of the ledger's last event, and the last sequence number of each sender. They only
grow. A ledger that has less than this is not the one that sent what lies here (R30).
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fla_batch.system.files import (
    PARTIAL_PREFIX,
    disk_errors,
    private_folder,
    remove_partials,
    write_whole,
)
from fla_batch.system.folder_locks import folder_lock
from fla_batch.vocabulary.errors import DiskTrouble
from fla_batch.vocabulary.filenames import BatchName, InvalidName

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


@dataclass(frozen=True)
class HighWaterMark:
    """The mark of the outbox in the folder `root`. Every method may raise DiskTrouble."""

    root: Path

    def reach(self, reached: HighWater) -> None:
        """Raise the mark; never lowers it."""
        private_folder(self.root)
        with disk_errors("write", self.root / HIGH_WATER), folder_lock(self.root):
            before = self.highest()
            after = reached.joined(before or HighWater())
            if after != before:
                self._write(after)

    def begin(self, reached: HighWater) -> None:
        """Begin anew: the ledger was rebuilt, and counts its events anew."""
        private_folder(self.root)
        with disk_errors("write", self.root / HIGH_WATER), folder_lock(self.root):
            self._write(reached)

    def highest(self) -> HighWater | None:
        """How far the ledger had come; None for an outbox without a mark that can be read."""
        path = self.root / HIGH_WATER
        with disk_errors("read", path):
            return high_water_from(path.read_bytes() if path.exists() else b"")

    def _write(self, reached: HighWater) -> None:
        write_whole(self.root / HIGH_WATER, high_water_text(reached))


def clear_half_written(root: Path) -> None:
    """Delete what a killed process left of a mark; nothing is touched when there is none."""
    if any(root.glob(f"{PARTIAL_PREFIX}*")):
        with suppress(OSError, DiskTrouble), folder_lock(root):  # a disk that only reads keeps it
            remove_partials(root)
