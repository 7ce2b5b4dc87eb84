"""The folders of the account as an SFTP client sees them; nothing else can be reached.

A path is one of the six folders, or one of them and a single name. Links are never followed,
folders are never made, renamed or removed.
"""

# ruff: noqa: ARG002 (the library decides which arguments its hooks are called with)

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import (
    SFTP_FAILURE,
    SFTP_NO_SUCH_FILE,
    SFTP_OK,
    SFTP_OP_UNSUPPORTED,
    SFTP_PERMISSION_DENIED,
)

from fla_batch.sandbox.operations import Operation, OperationKind
from fla_batch.system.portable import AS_IT_IS, read_at, write_at
from fla_batch.vocabulary.terms import Environment

FOLDERS = tuple(
    folder
    for environment in Environment
    for folder in (environment.folder_in, environment.folder_out)
)
_MAX_NAME_BYTES = 255

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from fla_batch.sandbox.connection import SandboxConnection

OnClosed = Callable[[str, str, Path], None]


class FolderPlace:
    """A folder, or a file in it; the root is a place without folder."""

    def __init__(self, root: Path, folder: str = "", name: str = "") -> None:
        self.folder = folder
        self.name = name
        self.path = root / folder / name


def place_of(root: Path, text: str) -> FolderPlace | None:
    """Where `text`, a path from a client, leads; None when it leads nowhere of ours."""
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not parts:
        return FolderPlace(root)
    if parts[0] not in FOLDERS or len(parts) > 2:
        return None
    name = parts[1] if len(parts) == 2 else ""
    too_long = len(os.fsencode(name)) > _MAX_NAME_BYTES
    if name == ".." or "\0" in name or too_long:
        return None
    return FolderPlace(root, parts[0], name)


class OpenFile(paramiko.SFTPHandle):
    """An open file. Only a close that the client asked for counts as closed."""

    def __init__(self, view: SftpSession, place: FolderPlace, descriptor: int, flags: int) -> None:
        super().__init__(flags)
        self._view = view
        self._place = place
        self._descriptor = descriptor
        self._writes = flags & (os.O_WRONLY | os.O_RDWR) != 0
        self._written = 0

    def read(self, offset: int, length: int) -> bytes | int:
        try:
            content = read_at(self._descriptor, length, offset)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        self._view.carried_out(OperationKind.READ, self._place, len(content))
        return content

    def write(self, offset: int, data: Buffer) -> int:
        if self._view.connection.dropped:
            return SFTP_FAILURE
        data = memoryview(data)
        taken = data[: self._view.connection.room(len(data))]
        try:
            write_at(self._descriptor, taken, offset)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        self._written += len(taken)
        self._view.carried_out(OperationKind.WRITE, self._place, len(taken))
        return SFTP_OK

    def stat(self) -> paramiko.SFTPAttributes | int:
        if self._view.connection.faults.no_stat:
            return SFTP_OP_UNSUPPORTED
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor))

    def chattr(self, attr: paramiko.SFTPAttributes) -> int:
        # Other clients set modes and times after a transfer; there is nothing to keep of it.
        return SFTP_OK

    def close(self) -> None:
        os.close(self._descriptor)
        if self._view.ended or self._view.connection.dropped:
            return
        place = self._place
        if self._writes:
            self._view.connection.closed(place.folder, place.name, place.path)
        self._view.carried_out(OperationKind.CLOSE, place, self._written)


class SftpSession(paramiko.SFTPServerInterface):
    """Serves one SFTP session."""

    def __init__(self, server: paramiko.ServerInterface, connection: SandboxConnection) -> None:
        super().__init__(server)
        self.connection = connection
        self.ended = False

    def session_ended(self) -> None:
        self.ended = True

    def carried_out(self, kind: OperationKind, place: FolderPlace, count: int = 0) -> None:
        self.connection.carried_out(Operation(kind, place.folder, place.name, count))

    def open(
        self, path: str, flags: int, attr: paramiko.SFTPAttributes
    ) -> paramiko.SFTPHandle | int:
        place = place_of(self.connection.root, path)
        if place is None or not place.name:
            return SFTP_PERMISSION_DENIED
        try:
            descriptor = os.open(place.path, flags | AS_IT_IS, 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return SFTP_FAILURE
        self.carried_out(OperationKind.OPEN, place)
        return OpenFile(self, place, descriptor, flags)

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        place = place_of(self.connection.root, path)
        if place is None or place.name:
            return SFTP_NO_SUCH_FILE
        found = [_attributes(entry) for entry in os.scandir(place.path)]
        if self.connection.faults.no_stat:
            for attributes in found:
                attributes.st_size = None
        self.carried_out(OperationKind.LIST, place)
        return found

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        if self.connection.faults.no_stat:
            return SFTP_OP_UNSUPPORTED
        place = place_of(self.connection.root, path)
        if place is None:
            return SFTP_NO_SUCH_FILE
        try:
            found = paramiko.SFTPAttributes.from_stat(place.path.lstat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        self.carried_out(OperationKind.STAT, place)
        return found

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        return self.stat(path)

    def remove(self, path: str) -> int:
        place = place_of(self.connection.root, path)
        if place is None or not place.name:
            return SFTP_PERMISSION_DENIED
        try:
            place.path.unlink()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        self.carried_out(OperationKind.REMOVE, place)
        return SFTP_OK

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return SFTP_OK


def _attributes(entry: os.DirEntry[str]) -> paramiko.SFTPAttributes:
    found = paramiko.SFTPAttributes.from_stat(entry.stat(follow_symlinks=False), entry.name)
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        # A name that is not UTF-8 goes out as the bytes that it is on the disk.
        vars(found)["filename"] = os.fsencode(entry.name)
    return found
