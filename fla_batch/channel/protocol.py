"""What a gateway does. One contract suite holds for every implementation.

Folders are those of `Environment`; names are plain (`is_plain_name`), so neither can lead out
of the folder. Files are written under their final name: the portal looks only once GO is
there, and a stray name in IN is itself an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

from fla_batch.vocabulary.errors import GatewayUnavailable, UsageMistake

Reached = Callable[[int], None]
"""Told up to which byte of a file, counted from its beginning, an upload has come."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class OperationRefused(GatewayUnavailable):
    """The server understood and refused; the same request would be refused again."""

    hint = "Check the folders and rights of the account, or ask the portal's help desk."
    retryable: ClassVar[bool] = False


class StatUnsupported(OperationRefused):
    """The server does not tell sizes. Ask `can_stat` first."""


class RemoteFileTooLarge(OperationRefused):
    """A file of the server is larger than the caller takes."""

    hint = "Raise the limit in [limits] if such answers are expected; nothing was processed."


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """An entry of a folder on the server.

    `fault` says why the entry must not be fetched (`name` is then its escaped form, safe to
    print); None for an ordinary file. `size` is in bytes, `modified` in Unix seconds; None when
    the server does not say.
    """

    name: str
    size: int | None = None
    is_file: bool = True
    fault: str | None = None
    modified: int | None = field(default=None, compare=False)


class Uploaded(NamedTuple):
    """A finished upload: bytes in all, where it began, and whether the size was compared."""

    size: int
    resumed_at: int
    size_compared: bool


class Downloaded(NamedTuple):
    """A finished download: bytes and SHA-256 (hexadecimal) of what lies on our disk."""

    size: int
    sha256: str


def ignored(_place: int) -> None:
    """Nobody watches how far an upload has come."""


class Gateway(AbstractContextManager["Gateway"], Protocol):
    """A connection to the server, closed by `close` or at the end of a `with`.

    Every method may raise GatewayUnavailable (worth another try on a new connection) or
    OperationRefused, and UsageMistake for a name that is not plain.
    """

    def list_folder(self, folder: str) -> list[RemoteFile]:
        """All entries of `folder`, in the server's order, those with a fault included."""
        ...

    def can_stat(self, folder: str) -> bool:
        """True when the server tells sizes. Asked once, then remembered."""
        ...

    def size(self, folder: str, name: str) -> int | None:
        """Bytes of a file, None when it is not there. Raises StatUnsupported."""
        ...

    def sha256(self, folder: str, name: str, *, length: int) -> bytes:
        """Digest of the first `length` bytes, read back; of fewer when the file is shorter."""
        ...

    def upload(
        self, folder: str, name: str, path: Path, *, offset: int = 0, reached: Reached = ignored
    ) -> Uploaded:
        """Write `path` from `offset` on; 0 replaces the file. Sizes are compared after it.

        `reached` is told now and then up to which byte of the file the server has taken it, and
        at last its size, unless nothing was left to write. Raises DiskTrouble when `path` cannot
        be read. Without stat nothing is compared, and the result says so.
        """
        ...

    def create_empty(self, folder: str, name: str) -> None:
        """Create GO or TD, without looking at it afterwards: the server may take it at once.

        Raises OutcomeUnknown when the connection breaks once the request has left.
        """
        ...

    def download(self, folder: str, name: str, path: Path, *, max_bytes: int) -> Downloaded:
        """Read a file into `path` (0600, flushed to disk), at most `max_bytes`.

        Raises RemoteFileTooLarge, OperationRefused for whatever else the server says of this
        file (gone, unreadable, a folder), DiskTrouble.
        """
        ...

    def remove(self, folder: str, name: str) -> None:
        """Delete a file; one that is already gone is fine."""
        ...

    def close(self) -> None:
        """End the connection; a second call does nothing."""
        ...


def is_plain_name(name: str) -> bool:
    """True for up to 128 letters, digits, dots, hyphens and underscores, no dot in front.

    >>> is_plain_name("GO.FLAD.123456.20250301.00001.S.1"), is_plain_name("../x")
    (True, False)
    """
    return _PLAIN_NAME.fullmatch(name) is not None


def require_plain_name(name: str) -> str:
    """`name` itself. Raises UsageMistake when it is not plain."""
    if not is_plain_name(name):
        raise UsageMistake(f"{name[:140]!r} is no name for a file on the server")
    return name
