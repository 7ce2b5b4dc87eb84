"""The folder of one host as a copy of what is in the object store, file by file (R36)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fla_batch.outbox.object_store import ObjectStore
from fla_batch.system.files import FileFacts, facts_of, private_folder, whole_file


@dataclass(frozen=True, slots=True)
class HostCopy:
    """The object of a key in `store` lies under `root` by the same path, where it is here."""

    root: Path
    store: ObjectStore

    def put(self, key: str) -> bool:
        """Let every host have a file of this one; False when there is another one of that name."""
        path = self.root / key
        return self.store.put_new(key, path) or self.store.facts(key) == facts_of(path)

    def keys(self, prefix: str) -> list[str]:
        """The files of this host below a folder, but for what was never whole."""
        paths = sorted(path for path in (self.root / prefix).rglob("*") if path.is_file())
        keys = [path.relative_to(self.root) for path in paths]
        return [key.as_posix() for key in keys if not any(p.startswith(".") for p in key.parts)]

    def fetch(self, key: str) -> FileFacts | None:
        """An object as a file of this host, whole or not at all; None when there is none."""
        target = self.root / key
        private_folder(target.parent)
        with suppress(_Absent), whole_file(target) as writer:
            if not self.store.fetch(key, writer):
                raise _Absent
            return writer.facts
        return None

    def file(self, key: str) -> Path:
        """Where the file is on this host, fetched if need be; not there when nobody has it."""
        path = self.root / key
        if not path.exists():
            self.fetch(key)
        return path


class _Absent(Exception):
    """There is no such object."""
