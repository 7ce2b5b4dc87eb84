"""Files on our own disk: whole or not there, for their owner only, never overwritten by chance.

A file is written under a hidden name in the folder where it belongs, flushed to disk, and only
then renamed; the folder is flushed after it (R11, R16). Folders are 0700 and files 0600: they
hold national numbers (S12); below a folder that a group shares they are the group's too (R39).
Errors of the disk become DiskTrouble here.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from fla_batch.system.portable import (
    AS_IT_IS,
    cores,
    give_mode,
    is_ours,
    mode_of,
    second_name,
    sync_folder,
)
from fla_batch.vocabulary.errors import DiskTrouble

if TYPE_CHECKING:
    from hashlib import _Hash

FOLDER_MODE = 0o700
FILE_MODE = 0o600
SHARED_FOLDER_MODE = 0o2770
SHARED_FILE_MODE = 0o660
"""In a folder of exactly that mode the members of a group work together (R39, decision 1405)."""
PARTIAL_PREFIX = ".partial-"
"""Files of that prefix were left by a crash; nothing reads them and anything may delete them."""

_CAUSES = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than the limit of the system allows",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "the operation is not permitted",
    errno.EIO: "the disk reports an error",
}
_NO_FOLDER = "Make the folder first, or name another."


class FileFacts(NamedTuple):
    """Size in bytes and SHA-256 (hexadecimal) of a file's content."""

    size: int
    sha256: str


@dataclass(slots=True)
class HashingWriter:
    """A binary stream to write to, which knows the size and SHA-256 of what it was given.

    Its methods raise DiskTrouble, which names `path`.
    """

    stream: BinaryIO | RawIOBase
    path: Path
    size: int = 0
    _hash: _Hash = field(default_factory=hashlib.sha256)

    def write(self, content: bytes) -> int:
        """Write all of `content`; the count of its bytes is returned."""
        try:
            self.stream.write(content)
        except OSError as error:
            raise disk_trouble("write", self.path, error) from error
        self._hash.update(content)
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        with disk_errors("write", self.path):
            self.stream.flush()

    @property
    def facts(self) -> FileFacts:
        """What was written so far."""
        return FileFacts(self.size, self._hash.hexdigest())


@contextmanager
def disk_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn an OSError of the body into DiskTrouble: "cannot `doing` `path`: the disk is full"."""
    try:
        yield
    except OSError as error:
        raise disk_trouble(doing, path, error) from error


def disk_trouble(doing: str, path: Path, error: OSError) -> DiskTrouble:
    """What `error` is to a person.

    >>> print(disk_trouble("write", Path("a"), OSError(errno.ENOSPC, "No space left on device")))
    cannot write a: the disk is full
    """
    cause = _CAUSES.get(error.errno or 0) or error.strerror or type(error).__name__
    # A hidden name of ours tells nobody anything: what is wrong is its folder.
    named = path.parent if path.name.startswith(PARTIAL_PREFIX) else path
    is_away = doing == "write" and error.errno in (errno.ENOENT, errno.ENOTDIR)
    return DiskTrouble(f"cannot {doing} {named}: {cause}", hint=_NO_FOLDER if is_away else None)


def facts_of(path: Path) -> FileFacts:
    """Size and SHA-256 of a file, in constant memory. Raises DiskTrouble when it is unreadable."""
    with disk_errors("read", path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return FileFacts(file.tell(), digest.hexdigest())


def facts_of_all(paths: Iterable[Path]) -> list[FileFacts]:
    """`facts_of` each path, several at a time: SHA-256 lets other threads run meanwhile."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(cores()) as crew:
        return list(crew.map(facts_of, paths))


def private_folder(path: Path) -> Path:
    """Create `path` and its missing parents; one that exists is left as it is.

    Each is 0700, or shared as the folder that it is made in. Raises DiskTrouble.
    """
    with disk_errors("create the folder", path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            with suppress(FileExistsError):
                folder.mkdir(mode=FOLDER_MODE)
                # The process's umask may take rights away; it must not take our own.
                folder.chmod(SHARED_FOLDER_MODE if is_shared(folder.parent) else FOLDER_MODE)
                sync_folder(folder.parent)
    return path


def existing(path: Path) -> Path:
    """`path`, or the nearest folder above it that is there."""
    return next((each for each in (path, *path.parents) if each.exists()), Path("/"))


def free_bytes(path: Path) -> int:
    """The room left on the disk where `path` is, or will be."""
    return shutil.disk_usage(existing(path)).free


def is_shared(folder: Path) -> bool:
    """True for a folder of a group, whose new entries are the group's as well."""
    return mode_of(folder.stat()) == SHARED_FOLDER_MODE


def file_mode(folder: Path) -> int:
    """The rights of a file in `folder`."""
    return SHARED_FILE_MODE if is_shared(folder) else FILE_MODE


def open_private(path: Path, flags: int) -> int:
    """A descriptor of `path`, which has the rights of its folder whatever the umask.

    Only its owner can give it those; another one's file is left as it is. Raises OSError.
    """
    mode = file_mode(path.parent)
    descriptor = os.open(path, flags | AS_IT_IS, mode)
    try:
        found = os.fstat(descriptor)
        if stat.S_IMODE(found.st_mode) != mode and is_ours(found):
            give_mode(descriptor, mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def new_private_file(path: Path) -> Iterator[HashingWriter]:
    """Write a file that must not exist yet, 0600, flushed to disk at the end.

    For a folder that nobody reads before it is complete. Raises DiskTrouble, also when `path`
    exists; a broken file is removed.
    """
    with disk_errors("write", path):
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with _closed_at_end(descriptor, path) as stream:
            yield HashingWriter(stream, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def _closed_at_end(descriptor: int, path: Path) -> Iterator[BinaryIO]:
    stream = os.fdopen(descriptor, "wb")
    try:
        yield stream
        with disk_errors("write", path):
            stream.flush()
            os.fsync(descriptor)
    finally:
        # What is still buffered after an error would fail once more; it is of no use.
        with suppress(OSError):
            stream.close()


@contextmanager
def whole_file(path: Path) -> Iterator[HashingWriter]:
    """Write a file that appears as `path` only when the body ends well; it replaces an old one.

    Raises DiskTrouble; then, and when the body raises, `path` is as it was before.
    """
    with _renamed(path) as writer:
        yield writer
    with disk_errors("write", path):
        sync_folder(path.parent)


@contextmanager
def _renamed(path: Path) -> Iterator[HashingWriter]:
    partial = partial_path(path)
    with new_private_file(partial) as writer:
        yield writer
    with disk_errors("write", path):
        partial.replace(path)


def write_whole(path: Path, content: bytes) -> FileFacts:
    """Write `content` as `path`, whole or not at all. Raises DiskTrouble."""
    with whole_file(path) as writer:
        writer.write(content)
    return writer.facts


@contextmanager
def whole_files(folder: Path) -> Iterator[Callable[[str, bytes], None]]:
    """Write many files in `folder`, each whole or not at all, by the function that it gives.

    They are on disk for good when the body has ended: the folder is flushed once. Raises
    DiskTrouble.
    """

    def write(name: str, content: bytes) -> None:
        with _renamed(folder / name) as writer:
            writer.write(content)

    yield write
    with disk_errors("write", folder):
        sync_folder(folder)


def partial_path(path: Path) -> Path:
    """A hidden name beside `path` that no other process uses."""
    return path.with_name(f"{PARTIAL_PREFIX}{secrets.token_hex(8)}")


def place(source: Path, target: Path) -> bool:
    """Give the file `source` the second name `target`; False when that name is taken.

    It becomes private. Never replaces anything, whoever else is at work. Raises DiskTrouble.
    """
    with disk_errors("write", target):
        try:
            mode = file_mode(target.parent)
            if stat.S_IMODE(source.stat().st_mode) != mode:
                source.chmod(mode)
            second_name(source, target)
        except FileExistsError:
            return False
        sync_folder(target.parent)
    return True


def remove_file(path: Path) -> None:
    """Delete a file; one that is not there is fine. Raises DiskTrouble."""
    with disk_errors("delete", path):
        path.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Delete a folder with all in it; one that is not there is fine. Raises DiskTrouble."""
    with disk_errors("delete", path), suppress(FileNotFoundError):
        shutil.rmtree(path)


def remove_partials(folder: Path) -> int:
    """Delete what crashed writers left in `folder`; only for a folder that nobody writes to now."""
    with disk_errors("clear", folder):
        found = list(folder.glob(f"{PARTIAL_PREFIX}*"))
        for path in found:
            path.unlink(missing_ok=True)
    return len(found)
