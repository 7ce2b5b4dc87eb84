"""Fetching one answer with its FS and GO: what the server says of one file stops no other (R31).

Whatever it is (too large, unreadable, gone, another size than it was listed with) becomes an
outcome of that file, which `left` names; the connection and our own disk are another matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.channel.protocol import (
    Downloaded,
    Gateway,
    OperationRefused,
    RemoteFile,
    RemoteFileTooLarge,
)
from fla_batch.ledger.answer_looks import Look
from fla_batch.system.files import remove_file
from fla_batch.vocabulary.errors import UsageMistake

if TYPE_CHECKING:
    from fla_batch.channel.out_folder import OfferedAnswer
    from fla_batch.commands.needs import AnswerLine
    from fla_batch.commands.receive import Reception

_GO_MAX_BYTES = 1_000
_FS_MAX_BYTES = 1_000_000


@dataclass(slots=True)
class AnswerFetch:
    """Fetches over one connection.

    `left_before` are names and reasons of an earlier poll. Afterwards `left` holds those of this
    one, `attempted` every name that was asked for, `looks` each answer as it was found.
    """

    workspace: AnswerLine
    gateway: Gateway
    reception: Reception
    left_before: dict[str, str]
    left: dict[str, str] = field(default_factory=dict)
    attempted: set[str] = field(default_factory=set)
    looks: list[Look] = field(default_factory=list)

    def take(self, offered: OfferedAnswer) -> bool:
        """Fetch and process one answer; True when it has an outcome, False when it waits.

        Raises GatewayUnavailable when the connection is gone, DiskTrouble, LedgerTrouble.
        """
        file, workspace = offered.file, self.workspace
        path = workspace.outbox.inbox.download_path(workspace.environment)
        try:
            done = self._download(file, path, workspace.limits.answer_bytes)
            look = Look(file.name, done.size, done.sha256, file.size, file.modified)
            if not workspace.ledger.has_answer(look):
                if self._is_another_size(file, done.size):
                    return False
                self._receive(offered, path)
        except (OperationRefused, UsageMistake) as error:
            self.left[file.name] = str(error)
            return False
        finally:
            remove_file(path)
        self.looks.append(look)
        return True

    def _is_another_size(self, file: RemoteFile, size: int) -> bool:
        """True for one that still grows (R15); the same twice is a server that counts otherwise."""
        if file.size in (None, size):
            return False
        reason = f"it was listed with {file.size} bytes, and {size} came"
        if self.left_before.get(file.name) == reason:
            return False
        self.left[file.name] = reason
        return True

    def _receive(self, offered: OfferedAnswer, path: Path) -> None:
        """From a whole download to its outcome; signature first (S8)."""
        reception, workspace = self.reception, self.workspace
        name = offered.file.name
        fs, fault = self._signature(offered.fs)
        fault = fault or reception.signature_fault(path, fs)
        if fault:
            reception.quarantine(path, name, fault)
            return
        self._companion(offered.gos[0], _GO_MAX_BYTES)
        reception.process(workspace.outbox.inbox.take_in(path, name, workspace.environment))

    def _signature(self, fs: RemoteFile | None) -> tuple[Path | None, str | None]:
        """The FS as it came, or why the answer cannot be trusted for want of it.

        Raises OperationRefused where it may still come: the answer waits for it.
        """
        if fs is None:
            return None, None
        if not (self.workspace.answers.require_signature or self.workspace.answer_roots):
            return self._companion(fs, _FS_MAX_BYTES), None
        try:
            return self._kept(fs, _FS_MAX_BYTES), None
        except RemoteFileTooLarge as error:
            return None, f"its signature cannot be taken: {error}"
        except OperationRefused as error:
            raise OperationRefused(f"its signature cannot be taken: {error}") from error

    def _companion(self, file: RemoteFile, max_bytes: int) -> Path | None:
        """FS or GO, kept as it came; nothing depends on its content."""
        try:
            return self._kept(file, max_bytes)
        except (OperationRefused, UsageMistake) as error:
            self.left[file.name] = str(error)
            return None

    def _kept(self, file: RemoteFile, max_bytes: int) -> Path:
        inbox, environment = self.workspace.outbox.inbox, self.workspace.environment
        path = inbox.download_path(environment)
        try:
            self._download(file, path, max_bytes)
            kept = inbox.take_in(path, file.name, environment)
            return inbox.root / self.workspace.outbox.keep(kept).path
        finally:
            remove_file(path)

    def _download(self, file: RemoteFile, path: Path, max_bytes: int) -> Downloaded:
        self.attempted.add(file.name)
        if file.size is not None and file.size > max_bytes:
            raise RemoteFileTooLarge(f"{file.name} is larger than {max_bytes} bytes")
        folder = self.workspace.environment.folder_out
        return self.gateway.download(folder, file.name, path, max_bytes=max_bytes)
