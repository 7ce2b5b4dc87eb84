"""Quarantine: what could not be trusted or read, under a name of ours, with its reason (R17, S4).

The name is made of the file's own name and content, so that the same file, seen again, lies
there once. Whatever the server called it stands only inside the reason file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from fla_batch.system.files import (
    disk_errors,
    facts_of,
    place,
    private_folder,
    remove_file,
    write_whole,
)
from fla_batch.vocabulary.identifiers import mask_text
from fla_batch.vocabulary.terms import Environment

REASON_SUFFIX = ".reason.json"


class Quarantined(NamedTuple):
    """A file in quarantine. `name` is as the server gave it: escape it before it is shown.

    `path` is relative to the outbox; `size` in bytes; `sha256` hexadecimal. Where the reason file
    is damaged, `environment` is None, `name` our own name, and `at` when the file was written.
    """

    path: str
    name: str
    environment: Environment | None
    reason: str
    at: datetime
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The quarantine of one outbox, whose root folder is `root`."""

    root: Path

    def put(
        self, source: Path, name: str, environment: Environment, reason: str, at: datetime
    ) -> Quarantined:
        """Move a file here. National numbers in `reason` are masked. Raises DiskTrouble."""
        folder = private_folder(self.root / "quarantine")
        facts = facts_of(source)
        path = folder / _own_name(name, environment, facts.sha256)
        found = Quarantined(
            path=path.relative_to(self.root).as_posix(),
            name=name,
            environment=environment,
            reason=mask_text(reason),
            at=at.astimezone(UTC),
            size=facts.size,
            sha256=facts.sha256,
        )
        if path != source:
            # The reason first: no file lies here without one, even after a crash.
            told = found._asdict() | {"at": found.at.isoformat()}
            del told["path"]
            content = json.dumps(told, indent=2) + "\n"
            write_whole(path.with_name(path.name + REASON_SUFFIX), content.encode())
            place(source, path)
            remove_file(source)
        return found

    def files(self) -> Iterator[Quarantined]:
        """What lies in quarantine, oldest first."""
        folder = private_folder(self.root / "quarantine")
        found = []
        for reason in folder.glob(f"*{REASON_SUFFIX}"):
            path = reason.with_name(reason.name.removesuffix(REASON_SUFFIX))
            if path.exists():
                with disk_errors("read", reason):
                    found.append(self._held(path, reason.read_bytes()))
        yield from sorted(found, key=lambda file: (file.at, file.path))

    def _held(self, path: Path, told: bytes) -> Quarantined:
        place = path.relative_to(self.root)
        try:
            return _parse(place, told)
        except (ValueError, LookupError, TypeError, AttributeError):
            facts, written = facts_of(path), path.stat().st_mtime
            at = datetime.fromtimestamp(written, UTC)
            reason = "its reason file is damaged"
            return Quarantined(
                place.as_posix(), path.name, None, reason, at, facts.size, facts.sha256
            )

    def remove(self, file: Quarantined) -> None:
        """Delete a file and its reason, after `replay` or at the end of its retention."""
        path = self.root / file.path
        remove_file(path)
        remove_file(path.with_name(path.name + REASON_SUFFIX))


def _own_name(name: str, environment: Environment, sha256: str) -> str:
    text = f"{environment.value}\n{name}\n{sha256}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return f"answer-{digest[:20]}"


def _parse(path: Path, content: bytes) -> Quarantined:
    values: dict[str, Any] = json.loads(content)
    return Quarantined(
        path=path.as_posix(),
        name=str(values["name"]),
        environment=Environment(values["environment"]),
        reason=str(values["reason"]),
        at=datetime.fromisoformat(values["at"]).astimezone(UTC),
        size=int(values["size"]),
        sha256=str(values["sha256"]),
    )
