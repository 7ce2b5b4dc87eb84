"""A gateway over folders of this machine: as fast as a disk, and it outlives a killed process.

It writes a line to `operations` for what must not happen twice, so that a test can look for it.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from fla_batch.channel.protocol import (
    Downloaded,
    OperationRefused,
    Reached,
    RemoteFile,
    RemoteFileTooLarge,
    Uploaded,
    ignored,
    is_plain_name,
    require_plain_name,
)
from fla_batch.system.closing import Closing

OPERATIONS = "operations"


@dataclass(frozen=True)
class FolderGateway(Closing):
    """The account whose folders lie in `root`; it never fails by itself."""

    root: Path

    def list_folder(self, folder: str) -> list[RemoteFile]:
        return [_entry(path) for path in (self.root / folder).iterdir()]

    def can_stat(self, folder: str) -> bool:
        return True

    def size(self, folder: str, name: str) -> int | None:
        path = self._path(folder, name)
        return path.stat().st_size if path.exists() else None

    def sha256(self, folder: str, name: str, *, length: int) -> bytes:
        return hashlib.sha256(self._path(folder, name).read_bytes()[:length]).digest()

    def upload(
        self, folder: str, name: str, path: Path, *, offset: int = 0, reached: Reached = ignored
    ) -> Uploaded:
        """In two halves, so that a kill between them leaves a torn file on the server."""
        content = path.read_bytes()[offset:]
        target = self._path(folder, name)
        half = len(content) // 2
        with target.open("r+b" if offset else "wb") as stream:
            stream.seek(offset)
            stream.write(content[:half])
        reached(offset + half)
        with target.open("r+b") as stream:
            stream.seek(offset + half)
            stream.write(content[half:])
        reached(offset + len(content))
        return Uploaded(offset + len(content), offset, size_compared=True)

    def create_empty(self, folder: str, name: str) -> None:
        path = self._path(folder, name)
        if path.exists() or name in self._taken():
            self._note(f"again {name}")
        path.write_bytes(b"")

    def download(self, folder: str, name: str, path: Path, *, max_bytes: int) -> Downloaded:
        source = self._path(folder, name)
        if not source.is_file():
            raise OperationRefused(f"{name} is not there, or no file")
        if source.stat().st_size > max_bytes:
            raise RemoteFileTooLarge(f"{name} is larger than {max_bytes} bytes")
        shutil.copyfile(source, path)
        path.chmod(0o600)
        content = path.read_bytes()
        return Downloaded(len(content), hashlib.sha256(content).hexdigest())

    def remove(self, folder: str, name: str) -> None:
        self._path(folder, name).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing to end."""

    def _path(self, folder: str, name: str) -> Path:
        return self.root / folder / require_plain_name(name)

    def _taken(self) -> set[str]:
        """Names that the portal has taken in; it keeps them beside the account."""
        return {path.name for path in self.root.parent.glob("portal-state/received/*/*")}

    def _note(self, text: str) -> None:
        with (self.root / OPERATIONS).open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


def _entry(path: Path) -> RemoteFile:
    """As SFTP lists it: what is no plain file has a fault."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        return RemoteFile(path.name, found.st_size, is_file=False, fault="not a regular file")
    fault = None if is_plain_name(path.name) else "not a plain name"
    return RemoteFile(path.name, found.st_size, fault=fault, modified=int(found.st_mtime))
