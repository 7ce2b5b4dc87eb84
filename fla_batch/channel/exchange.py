"""Requests out and replies in, many of them under way at once, over one channel.

Replies may come in any order; each is kept until it is asked for. `wire` says what is requested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from fla_batch.channel.packets import (
    MAX_PACKET_BYTES,
    BrokenReply,
    Fxp,
    Reader,
    StatusCode,
    packet,
    uint32,
)

MAX_UNDER_WAY = 64
# How many requests may leave at once; 8 of 32 kB are one of the largest pieces.
TOGETHER = 8
# The channel takes no more than 32 kB at once; a longer rest would be copied each time.
_SEND_BYTES = 1 << 15


class ByteChannel(Protocol):
    """The part of paramiko's channel that is used here."""

    def send(self, data: bytes) -> int: ...

    def recv(self, count: int) -> bytes: ...

    def recv_ready(self) -> bool: ...


class Refused(Exception):
    """The server's status for a request that it did not carry out."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class PacketExchange:
    """One session's requests and replies. `progress` is called at every whole packet that comes.

    Methods raise BrokenReply, EOFError when the server ends the session, and what the channel
    raises.
    """

    def __init__(self, channel: ByteChannel, progress: Callable[[], None]) -> None:
        self._channel = channel
        self._progress = progress
        self._last_id = 0
        self._replies: dict[int, tuple[int, Reader]] = {}
        self._abandoned: set[int] = set()

    def greet(self, version: int) -> Reader:
        """Begin the session; gives what follows the server's version."""
        self._send(packet(Fxp.INIT, uint32(version)))
        kind, body = self._receive()
        if kind != Fxp.VERSION:
            raise BrokenReply("the server does not begin as SFTP does")
        return body

    def request(self, kind: Fxp, *fields: bytes) -> int:
        """Send a request; gives its number, to ask for the reply."""
        number, content = self._numbered(kind, fields)
        self._send(content)
        return number

    def requests(self, kind: Fxp, bodies: Iterable[tuple[bytes, ...]]) -> list[int]:
        """Send up to TOGETHER requests without a gap, so that they fill the channel's packets."""
        numbered = [self._numbered(kind, fields) for fields in bodies]
        self._send(b"".join(content for _, content in numbered))
        return [number for number, _ in numbered]

    def _numbered(self, kind: Fxp, fields: tuple[bytes, ...]) -> tuple[int, bytes]:
        self._last_id = (self._last_id + 1) & 0xFFFFFFFF
        return self._last_id, packet(kind, uint32(self._last_id), *fields)

    def expect(self, request: int, wanted: Fxp) -> Reader:
        """The body of the reply to `request`. Raises Refused for a status that is not OK."""
        kind, body = self._reply_to(request)
        if kind == Fxp.STATUS:
            code = body.uint32()
            if code != StatusCode.OK:
                raise Refused(code, body.string().decode(errors="replace"))
        if kind != wanted:
            raise BrokenReply(f"the server answered with packet {kind} instead of {wanted}")
        return body

    def is_answered(self, request: int) -> bool:
        """True when `expect` would not wait: the reply came already."""
        while request not in self._replies and self._channel.recv_ready():
            self._take_reply()
        return request in self._replies

    def abandon(self, requests: Iterable[int]) -> None:
        """Pass over the answers to `requests`, those that came already and those to come."""
        for request in requests:
            if self._replies.pop(request, None) is None:
                self._abandoned.add(request)

    def _reply_to(self, request: int) -> tuple[int, Reader]:
        while request not in self._replies:
            self._take_reply()
        return self._replies.pop(request)

    def _take_reply(self) -> None:
        kind, body = self._receive()
        answered = body.uint32()
        if answered in self._abandoned:
            self._abandoned.discard(answered)
        elif len(self._replies) > MAX_UNDER_WAY + TOGETHER:
            raise BrokenReply("the server answers what was never asked")
        else:
            self._replies[answered] = (kind, body)

    def _send(self, content: bytes) -> None:
        at = 0
        while at < len(content):
            sent = self._channel.send(content[at : at + _SEND_BYTES])
            if sent <= 0:
                raise EOFError("the server ended the session")
            at += sent

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
