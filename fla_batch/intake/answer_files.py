"""The files that `--from` names: one, or all in a folder or an archive (zip, tar).

Every file is read or named with the reason: a download tool may give an answer any ending, or none.
What programs keep beside files is left alone. Damage to an archive costs what stands behind it.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from fla_batch.intake.input_files import left_alone
from fla_batch.system.archives import DamagedArchive, damage_told
from fla_batch.system.files import disk_errors
from fla_batch.vocabulary.errors import InputUnreadable

MOST_BYTES = 50_000_000
"""An answer that is larger is none."""
_PACKED_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf")


class NotAnAnswer(NamedTuple):
    """A file, or a part of one, that answers nothing, and why."""

    file: str
    reason: str


_Named = tuple[str, bytes] | NotAnAnswer


def answer_files(source: Path) -> Iterator[_Named]:
    """Name and content of each file: a folder's in the order of names, an archive's as they lie.

    Raises InputUnreadable when `source` is not there, DiskTrouble when it cannot be read.
    """
    if not source.exists():
        raise InputUnreadable(f"{source.name} is not there", file=source.name)
    with disk_errors("read", source):
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                name = path.relative_to(source)
                if path.is_file() and not left_alone(name.parts):
                    yield _file(path, name.as_posix())
        elif zipfile.is_zipfile(source):
            yield from _zipped(source)
        elif _is_tar(source):
            yield from _tarred(source)
        else:
            yield _file(source, source.name)


def _file(path: Path, name: str) -> _Named:
    with path.open("rb") as stream:
        return _content(name, stream)


def _content(name: str, stream: IO[bytes]) -> _Named:
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return NotAnAnswer(name, f"larger than {MOST_BYTES} bytes")
    if content.startswith(_PACKED_STARTS):
        return NotAnAnswer(name, "an archive, or a damaged one: unpack it, and name the folder")
    return name, content


def _zipped(source: Path) -> Iterator[_Named]:
    try:
        with damage_told(), zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                if not member.is_dir() and not _beside(member.filename):
                    yield _member(archive, member)
    except DamagedArchive as error:
        yield _damaged(source.name, error)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Named:
    if member.flag_bits & 1:
        return NotAnAnswer(member.filename, "protected by a password: unpack it first")
    try:
        with damage_told(), archive.open(member) as stream:
            return _content(member.filename, stream)
    except DamagedArchive as error:
        return _damaged(member.filename, error)


def _is_tar(source: Path) -> bool:
    try:
        with damage_told():
            return tarfile.is_tarfile(source)
    except DamagedArchive:
        return False


def _tarred(source: Path) -> Iterator[_Named]:
    try:
        with damage_told(), tarfile.open(source) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None and not _beside(member.name):
                    yield _content(member.name, stream)
            if not _ends(archive):
                yield NotAnAnswer(source.name, "cut off or damaged, fetch it again")
    except DamagedArchive as error:
        yield _damaged(source.name, error)


def _ends(archive: tarfile.TarFile) -> bool:
    """True when a zero block ends it: tarfile takes a cut or broken header for the end as well."""
    assert archive.fileobj is not None  # noqa: S101 - it is open
    archive.fileobj.seek(archive.offset)
    return archive.fileobj.read(tarfile.BLOCKSIZE) == bytes(tarfile.BLOCKSIZE)


def _beside(name: str) -> bool:
    return left_alone(PurePosixPath(name.replace("\\", "/")).parts)


def _damaged(name: str, error: DamagedArchive) -> NotAnAnswer:
    return NotAnAnswer(name, f"damaged, fetch it again: {error}")
