"""How far a ledger had come, as each of several hosts saw it: an object a host (R30, R36)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property

from fla_batch.outbox.high_water import (
    HighWater,
    HighWaterMark,
    high_water_from,
    high_water_text,
)
from fla_batch.outbox.object_store import ObjectStore
from fla_batch.system.files import (
    disk_errors,
    partial_path,
    place,
    private_folder,
    remove_file,
    write_whole,
)
from fla_batch.system.folder_locks import folder_lock

_FOLDER = "high-water"
_HOST = "host-id"


@dataclass(frozen=True)
class SharedHighWater(HighWaterMark):
    """The marks in `store`; that of this host has the name that stands in the folder `root`."""

    store: ObjectStore

    def reach(self, reached: HighWater) -> None:
        """Raise the mark of this host; never lowers it."""
        private_folder(self.root)
        with disk_errors("write", self.root), folder_lock(self.root):
            before = high_water_from(self.store.read(self._own) or b"") or HighWater()
            after = before.joined(reached)
            if after != before:
                self.store.replace(self._own, high_water_text(after))

    def begin(self, reached: HighWater) -> None:
        """The mark of a ledger that was rebuilt, in place of those of all hosts."""
        self.store.replace(self._own, high_water_text(reached))
        self.store.remove(key for key in self.store.sizes(_FOLDER) if key != self._own)

    def highest(self) -> HighWater | None:
        """Of all hosts together; None when nothing was ever noted."""
        found = None
        for key in self.store.sizes(_FOLDER):
            each = high_water_from(self.store.read(key) or b"")
            found = each if found is None else found.joined(each or found)
        return found

    @cached_property
    def _own(self) -> str:
        """The key of this host's mark: the folder has a name that no other has."""
        path = private_folder(self.root) / _HOST
        if not path.exists():
            partial = partial_path(path)
            write_whole(partial, secrets.token_hex(8).encode())
            place(partial, path)
            remove_file(partial)
        with disk_errors("read", path):
            return f"{_FOLDER}/{path.read_text(encoding='ascii').strip()}.json"
