"""The quarantine of an outbox that several hosts share: each file is in the object store too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fla_batch.outbox.host_copy import HostCopy
from fla_batch.outbox.quarantine import REASON_SUFFIX, Quarantine, Quarantined
from fla_batch.vocabulary.terms import Environment


@dataclass(frozen=True)
class SharedQuarantine(Quarantine):
    """The quarantine in the folder of this host, which is a `copy`."""

    copy: HostCopy

    def put(
        self, source: Path, name: str, environment: Environment, reason: str, at: datetime
    ) -> Quarantined:
        """See `Quarantine`: reason first, in the store too."""
        found = super().put(source, name, environment, reason, at)
        for key in (found.path + REASON_SUFFIX, found.path):
            self.copy.put(key)
        if self.root / found.path != source:
            self.copy.store.remove([source.relative_to(self.root).as_posix()])
        return found

    def files(self) -> Iterator[Quarantined]:
        """See `Quarantine`."""
        for key in self.copy.store.sizes("quarantine"):
            self.copy.file(key)
        yield from super().files()

    def remove(self, file: Quarantined) -> None:
        """See `Quarantine`."""
        self.copy.store.remove([file.path, file.path + REASON_SUFFIX])
        super().remove(file)
