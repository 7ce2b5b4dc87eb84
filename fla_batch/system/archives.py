"""Archives from outside: all that Python raises for a damaged one, told as one error."""

from __future__ import annotations

import errno
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

_RAISED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    # zipfile's for a password, and for a way of packing that it lacks: damaged bytes may name any
    # (NotImplementedError, which is a RuntimeError).
    RuntimeError,
    # A place before the file's begin, and as UnicodeDecodeError a name that is no text.
    ValueError,
    IndexError,
)


class DamagedArchive(Exception):
    """An archive, or a file in it, cannot be unpacked; whoever opened it says so in its way."""


@contextmanager
def damage_told() -> Iterator[None]:
    """Raises DamagedArchive, with the library's words, for damage that is met while unpacking.

    OSError of the disk passes.
    """
    try:
        yield
    except _RAISED as error:
        raise DamagedArchive(str(error)) from error
    except OSError as error:
        # A decompressor's word, or a seek to a place that the archive invents.
        if error.errno in (None, errno.EINVAL):
            raise DamagedArchive(str(error)) from error
        raise
