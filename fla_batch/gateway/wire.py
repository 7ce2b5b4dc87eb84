"""An SFTP session over a channel: requests, replies, and many of them under way at once.

paramiko's own client is not used above the channel, because it hides errors of close (a full
disk, a GO that broke off), drops the status code (which tells a missing file from a server
without stat), fails on a whole folder for one name that is not UTF-8, and reads ahead in
threads of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Protocol

from fla_batch.gateway.packets import (
    MAX_PACKET_BYTES,
    VERSION,
    Attributes,
    BrokenReply,
    Kind,
    OpenFlag,
    Reader,
    StatusCode,
    packet,
    string,
    uint32,
    uint64,
)

# 32 kB is the most that every server takes in one request; 64 of them fill a long line.
CHUNK_BYTES = 32768
MAX_UNDER_WAY = 64


class Channel(Protocol):
    """The part of paramiko's channel that is used here."""

    def send(self, data: bytes) -> int: ...

    def recv(self, count: int) -> bytes: ...


class Refused(Exception):
    """The server's status for a request that it did not carry out."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class SftpWire:
    """One session. `progress` is called at every whole packet from the server.

    Methods raise Refused, BrokenReply, EOFError when the server ends the session, and what
    the channel raises.
    """

    def __init__(self, channel: Channel, progress: Callable[[], None]) -> None:
        self._channel = channel
        self._progress = progress
        self._last_id = 0
        self._replies: dict[int, tuple[int, Reader]] = {}
        self._abandoned: set[int] = set()
        self._send(packet(Kind.INIT, uint32(VERSION)))
        kind, _ = self._receive()
        if kind != Kind.VERSION:
            raise BrokenReply("the server does not begin as SFTP does")

    def open(self, path: bytes, flags: OpenFlag) -> bytes:
        """Handle of the file at `path`."""
        no_attributes = uint32(0)
        body = string(path) + uint32(flags) + no_attributes
        return self._expect(self._request(Kind.OPEN, body), Kind.HANDLE).string()

    def close(self, handle: bytes) -> None:
        """Close `handle`; the server's errors at this last moment are raised, too."""
        self._expect(self._request(Kind.CLOSE, string(handle)), Kind.STATUS)

    def remove(self, path: bytes) -> None:
        """Delete the file at `path`."""
        self._expect(self._request(Kind.REMOVE, string(path)), Kind.STATUS)

    def stat(self, path: bytes) -> Attributes:
        """Attributes of what `path` leads to."""
        return self._expect(self._request(Kind.STAT, string(path)), Kind.ATTRS).attributes()

    def entries(self, path: bytes) -> Generator[tuple[bytes, Attributes], None, None]:
        """Raw names and attributes of a folder, without `.` and `..`."""
        handle = self._expect(self._request(Kind.OPENDIR, string(path)), Kind.HANDLE).string()
        under_way: deque[int] = deque()
        ahead = 1
        try:
            while ahead or under_way:
                while len(under_way) < ahead:
                    under_way.append(self._request(Kind.READDIR, string(handle)))
                names = self._names(under_way.popleft())
                yield from (item for item in names if item[0] not in (b".", b".."))
                # After the first empty answer nothing more is asked, but all is still heard.
                ahead = min(ahead * 2, MAX_UNDER_WAY) if names else 0
        finally:
            self._abandon(under_way)
        self.close(handle)

    def _names(self, request: int) -> list[tuple[bytes, Attributes]]:
        try:
            return self._expect(request, Kind.NAME).names()
        except Refused as refused:
            if refused.code == StatusCode.EOF:
                return []
            raise

    def write(self, handle: bytes, chunks: Iterable[bytes], offset: int) -> int:
        """Write `chunks` from `offset` on; gives the bytes written. All replies are awaited."""
        under_way: deque[int] = deque()
        written = 0
        try:
            for chunk in chunks:
                if len(under_way) >= MAX_UNDER_WAY:
                    self._expect(under_way.popleft(), Kind.STATUS)
                body = string(handle) + uint64(offset + written) + string(chunk)
                under_way.append(self._request(Kind.WRITE, body))
                written += len(chunk)
            while under_way:
                self._expect(under_way.popleft(), Kind.STATUS)
        finally:
            self._abandon(under_way)
        return written

    def read(self, handle: bytes) -> Generator[bytes, None, None]:
        """The pieces of a file, in order, up to its end. Reads ahead more and more boldly."""
        under_way: deque[tuple[int, int]] = deque()
        asked, ahead = 0, 1
        try:
            while True:
                while len(under_way) < ahead:
                    under_way.append((self._ask(handle, asked, CHUNK_BYTES), asked))
                    asked += CHUNK_BYTES
                chunk = self._chunk(handle, *under_way.popleft())
                if chunk:
                    yield chunk
                if len(chunk) < CHUNK_BYTES:
                    return
                ahead = min(ahead * 2, MAX_UNDER_WAY)
        finally:
            self._abandon(request for request, _ in under_way)

    def _ask(self, handle: bytes, offset: int, count: int) -> int:
        return self._request(Kind.READ, string(handle) + uint64(offset) + uint32(count))

    def _chunk(self, handle: bytes, request: int, offset: int) -> bytes:
        """All bytes that `request` asked for at `offset`; fewer only at the end of the file."""
        found = self._data(request)
        while found and len(found) < CHUNK_BYTES:
            # A server may answer in part; only an empty answer means the end.
            missing = CHUNK_BYTES - len(found)
            more = self._data(self._ask(handle, offset + len(found), missing))
            if not more:
                break
            found += more
        if len(found) > CHUNK_BYTES:
            raise BrokenReply("the server sent more than was asked for")
        return found

    def _data(self, request: int) -> bytes:
        try:
            return self._expect(request, Kind.DATA).string()
        except Refused as refused:
            if refused.code == StatusCode.EOF:
                return b""
            raise

    def _request(self, kind: Kind, body: bytes) -> int:
        self._last_id = (self._last_id + 1) & 0xFFFFFFFF
        self._send(packet(kind, uint32(self._last_id) + body))
        return self._last_id

    def _expect(self, request: int, wanted: Kind) -> Reader:
        """The body of the reply to `request`. Raises Refused for a status that is not OK."""
        kind, body = self._reply_to(request)
        if kind == Kind.STATUS:
            code = body.uint32()
            if code != StatusCode.OK:
                raise Refused(code, body.string().decode(errors="replace"))
        if kind != wanted:
            raise BrokenReply(f"the server answered with packet {kind} instead of {wanted}")
        return body

    def _reply_to(self, request: int) -> tuple[int, Reader]:
        while request not in self._replies:
            kind, body = self._receive()
            answered = body.uint32()
            if answered in self._abandoned:
                self._abandoned.discard(answered)
            elif len(self._replies) > MAX_UNDER_WAY:
                raise BrokenReply("the server answers what was never asked")
            else:
                self._replies[answered] = (kind, body)
        return self._replies.pop(request)

    def _abandon(self, requests: Iterable[int]) -> None:
        """Pass over the answers to `requests`, those that came already and those to come."""
        for request in requests:
            if self._replies.pop(request, None) is None:
                self._abandoned.add(request)

    def _send(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            sent = self._channel.send(bytes(rest))
            if sent <= 0:
                raise EOFError("the server ended the session")
            rest = rest[sent:]

    def _receive(self) -> tuple[int, Reader]:
        length = int.from_bytes(self._exactly(4), "big")
        if not 1 <= length <= MAX_PACKET_BYTES:
            raise BrokenReply(f"the server announced a packet of {length} bytes")
        content = self._exactly(length)
        self._progress()
        return content[0], Reader(content[1:])

    def _exactly(self, count: int) -> bytes:
        pieces = []
        while count > 0:
            piece = self._channel.recv(count)
            if not piece:
                raise EOFError("the server ended the session")
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)
