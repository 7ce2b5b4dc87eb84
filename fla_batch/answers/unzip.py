"""CO: an answer as a ZIP that holds exactly one file (S7).

Size and ratio are capped while streaming, the name of the entry is never used as a path, and an
archive within the archive is refused.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

from fla_batch.system.archives import DamagedArchive, damage_told
from fla_batch.system.files import HashingWriter
from fla_batch.system.xmlsafe import UnusableXml

MAX_RATIO = 200
_CHUNK_BYTES = 1 << 16
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ")


class UnusableZip(UnusableXml):
    """The ZIP is broken, holds not exactly one file, or unpacks to too much."""


def unzip_single(source: Path, target: IO[bytes] | HashingWriter, *, max_bytes: int) -> int:
    """Unpack the one entry of `source` into `target`; the count of its bytes is returned.

    Raises UnusableZip. OSError when a file cannot be read or written.
    """
    try:
        with damage_told(), zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            if len(entries) != 1 or entries[0].is_dir():
                raise UnusableZip(f"the ZIP holds {len(entries)} entries, not one file")
            entry = entries[0]
            if entry.flag_bits & 0x1:
                raise UnusableZip("the ZIP is encrypted")
            with archive.open(entry) as stream:
                return _copy(stream, target, max_bytes, source.stat().st_size)
    except DamagedArchive:
        raise UnusableZip("the ZIP is broken or of a kind that is not supported") from None


def _copy(stream: IO[bytes], target: IO[bytes] | HashingWriter, max_bytes: int, packed: int) -> int:
    limit = min(max_bytes, max(packed, 1) * MAX_RATIO)
    size = 0
    while chunk := stream.read(_CHUNK_BYTES):
        if size == 0 and chunk.startswith(_ARCHIVES):
            raise UnusableZip("there is an archive in the ZIP")
        size += len(chunk)
        if size > limit:
            raise UnusableZip(f"the ZIP unpacks to more than {limit} bytes")
        target.write(chunk)
    return size
