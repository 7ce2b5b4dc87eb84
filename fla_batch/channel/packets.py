"""Packets of SFTP version 3: bytes in, bytes out, no input or output of their own.

Source: draft-ietf-secsh-filexfer-02, the version that every server speaks.
"""

from __future__ import annotations

import struct
from enum import IntEnum, IntFlag
from typing import NamedTuple

VERSION = 3
MAX_PACKET_BYTES = 1 << 20


class Fxp(IntEnum):
    """First byte of a packet: the requests that we send and the replies that we take."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    STAT = 17
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class OpenFlag(IntFlag):
    """How a file is opened."""

    READ = 1
    WRITE = 2
    CREATE = 8
    TRUNCATE = 16


class StatusCode(IntEnum):
    """Outcome of a request."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    OP_UNSUPPORTED = 8


_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 1, 2, 4, 8, 0x80000000


class BrokenReply(ValueError):
    """The server's bytes are no reply of SFTP version 3."""


class Attributes(NamedTuple):
    """Size in bytes, Unix mode and time of change (Unix seconds), as far as the server tells."""

    size: int | None = None
    mode: int | None = None
    modified: int | None = None


def uint32(number: int) -> bytes:
    return struct.pack(">I", number)


def uint64(number: int) -> bytes:
    return struct.pack(">Q", number)


def string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def packet(kind: Fxp, *fields: bytes) -> bytes:
    """A whole packet: length, kind, fields. They are joined once: some of them are large."""
    length = 1 + sum(map(len, fields))
    return b"".join((struct.pack(">IB", length, kind), *fields))


class Reader:
    """Reads a reply's body from its beginning. Every method raises BrokenReply at its end."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def _take(self, count: int) -> bytes:
        taken = self._body[self._at : self._at + count]
        if len(taken) != count:
            raise BrokenReply("a reply of the server is cut short")
        self._at += count
        return taken

    def uint32(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def uint64(self) -> int:
        return int.from_bytes(self._take(8), "big")

    def string(self) -> bytes:
        return self._take(self.uint32())

    def attributes(self) -> Attributes:
        flags = self.uint32()
        size = self.uint64() if flags & _HAS_SIZE else None
        if flags & _HAS_OWNER:
            self._take(8)
        mode = self.uint32() if flags & _HAS_MODE else None
        modified = None
        if flags & _HAS_TIMES:
            self.uint32()  # when it was last read
            modified = self.uint32()
        if flags & _HAS_MORE:
            for _ in range(self.uint32()):
                self.string()
                self.string()
        return Attributes(size, mode, modified)

    def extensions(self) -> dict[bytes, bytes]:
        """What a VERSION reply announces: name and version of each extension."""
        self.uint32()
        found = {}
        while self._at < len(self._body):
            name = self.string()
            found[name] = self.string()
        return found

    def names(self) -> list[tuple[bytes, Attributes]]:
        """The entries of a NAME reply: raw name and attributes; the long form is skipped."""
        found = []
        for _ in range(self.uint32()):
            name = self.string()
            self.string()
            found.append((name, self.attributes()))
        return found
