"""manifest.json: what a batch consists of, so that every file can be proved to be the same.

The same batch gives the same bytes (R26): the instant of creation is an input.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fla_batch.system.files import FileFacts
from fla_batch.vocabulary.errors import LedgerTrouble
from fla_batch.vocabulary.filenames import BatchName

FILE_NAME = "manifest.json"
FORMS = "forms.jsonl"
"""What the ledger keeps of each form of a batch for REST, beside the bodies; it is not sent."""


class OutboxDamaged(LedgerTrouble):
    """Files of the outbox are missing, changed or contradict their manifest."""

    hint = "Run `fla-batch ledger verify`; restore the folder from a backup, do not send it."


class SentFile(NamedTuple):
    """One file of `sent/`: size in bytes, SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str

    @property
    def facts(self) -> FileFacts:
        """Size and SHA-256."""
        return FileFacts(self.size, self.sha256)


class Manifest(NamedTuple):
    """One batch; `files` in the order in which they are sent, `previous` is corrected by it.

    `channel` is the way that it was built for: sftp or rest.
    """

    batch: BatchName
    profile: str
    profile_version: str
    created_at: datetime
    forms: int
    parts: int
    files: tuple[SentFile, ...]
    previous: BatchName | None = None
    channel: str = "sftp"

    def to_bytes(self) -> bytes:
        """The file's content: JSON, UTF-8, the instant in UTC."""
        values = {
            "batch": str(self.batch),
            "environment": self.batch.environment.value,
            "profile": self.profile,
            "profile_version": self.profile_version,
            "created_at": self.created_at.astimezone(UTC).isoformat(),
            "forms": self.forms,
            "parts": self.parts,
            "previous": str(self.previous) if self.previous else None,
            # Absent in what was built before there were two.
            **({"channel": self.channel} if self.channel != "sftp" else {}),
            "files": [
                {"name": file.name, "size": file.size, "sha256": file.sha256} for file in self.files
            ],
        }
        return (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode()

    @classmethod
    def parse(cls, content: bytes) -> Manifest:
        """The manifest that `content` is. Raises OutboxDamaged."""
        try:
            return _from_json(json.loads(content))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OutboxDamaged(f"{FILE_NAME} cannot be read: {error}") from error


def _from_json(values: dict[str, Any]) -> Manifest:
    previous = values["previous"]
    return Manifest(
        batch=BatchName.parse(values["batch"]),
        profile=str(values["profile"]),
        profile_version=str(values["profile_version"]),
        created_at=datetime.fromisoformat(values["created_at"]),
        forms=int(values["forms"]),
        parts=int(values["parts"]),
        files=tuple(
            SentFile(str(file["name"]), int(file["size"]), str(file["sha256"]))
            for file in values["files"]
        ),
        previous=BatchName.parse(previous) if previous else None,
        channel=str(values.get("channel", "sftp")),
    )
