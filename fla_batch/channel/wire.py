"""An SFTP session over a channel: what is asked of the server, many requests ahead.

paramiko's own client is not used above the channel, because it hides errors of close (a full
disk, a GO that broke off), drops the status code (which tells a missing file from a server
without stat), fails on a whole folder for one name that is not UTF-8, and reads ahead in
threads of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import cached_property

from fla_batch.channel.exchange import MAX_UNDER_WAY, TOGETHER, ByteChannel, PacketExchange, Refused
from fla_batch.channel.packets import (
    VERSION,
    Attributes,
    BrokenReply,
    Fxp,
    OpenFlag,
    Reader,
    StatusCode,
    string,
    uint32,
    uint64,
)

__all__ = ["CHUNK_BYTES", "LARGEST_WRITE_BYTES", "ByteChannel", "Refused", "SftpWire"]

# 32 kB is the most that every server takes in one request; 64 of them fill a long line.
CHUNK_BYTES = 32768
# 255 kB is the most that OpenSSH says it takes; fewer requests cost both sides less.
LARGEST_WRITE_BYTES = 255 * 1024
_LIMITS = b"limits@openssh.com"


class SftpWire:
    """One session. `progress` is called at every whole packet from the server.

    Methods raise Refused, BrokenReply, EOFError when the server ends the session, and what
    the channel raises.
    """

    def __init__(self, channel: ByteChannel, progress: Callable[[], None]) -> None:
        self._exchange = PacketExchange(channel, progress)
        self._extensions = _announced(self._exchange.greet(VERSION))

    def open(self, path: bytes, flags: OpenFlag) -> bytes:
        """Handle of the file at `path`."""
        no_attributes = uint32(0)
        request = self._exchange.request(Fxp.OPEN, string(path), uint32(flags), no_attributes)
        return self._exchange.expect(request, Fxp.HANDLE).string()

    def close(self, handle: bytes) -> None:
        """Close `handle`; the server's errors at this last moment are raised, too."""
        self._exchange.expect(self._exchange.request(Fxp.CLOSE, string(handle)), Fxp.STATUS)

    def remove(self, path: bytes) -> None:
        """Delete the file at `path`."""
        self._exchange.expect(self._exchange.request(Fxp.REMOVE, string(path)), Fxp.STATUS)

    def stat(self, path: bytes) -> Attributes:
        """Attributes of what `path` leads to."""
        request = self._exchange.request(Fxp.STAT, string(path))
        return self._exchange.expect(request, Fxp.ATTRS).attributes()

    def entries(self, path: bytes) -> Generator[tuple[bytes, Attributes], None, None]:
        """Raw names and attributes of a folder, without `.` and `..`."""
        request = self._exchange.request(Fxp.OPENDIR, string(path))
        handle = self._exchange.expect(request, Fxp.HANDLE).string()
        under_way: deque[int] = deque()
        ahead = 1
        try:
            while ahead or under_way:
                while len(under_way) < ahead:
                    under_way.append(self._exchange.request(Fxp.READDIR, string(handle)))
                names = self._names(under_way.popleft())
                yield from (item for item in names if item[0] not in (b".", b".."))
                # After the first empty answer nothing more is asked, but all is still heard.
                ahead = min(ahead * 2, MAX_UNDER_WAY) if names else 0
        finally:
            self._exchange.abandon(under_way)
        self.close(handle)

    def _names(self, request: int) -> list[tuple[bytes, Attributes]]:
        try:
            return self._exchange.expect(request, Fxp.NAME).names()
        except Refused as refused:
            if refused.code == StatusCode.EOF:
                return []
            raise

    def write_and_close(
        self,
        handle: bytes,
        pieces: Iterable[bytes],
        offset: int,
        reached: Callable[[int], None],
    ) -> int:
        """Write `pieces` from `offset` on and close; gives the bytes written.

        All replies are awaited, and errors of the close are raised, too. `reached` is told, at
        each reply, the place in the file up to which the server has it.
        """
        under_way: deque[tuple[int, int]] = deque()
        end = offset

        def hear_first() -> None:
            request, place = under_way.popleft()
            self._exchange.expect(request, Fxp.STATUS)
            reached(place)

        try:
            for piece in self._askable(pieces):
                under_way += self._asked_to_write(handle, piece, end)
                end += len(piece)
                # Replies are heard as they come: that the server moves on is what the limit of
                # an operation counts from, and a refusal should not wait for the last piece.
                while under_way and (
                    len(under_way) >= MAX_UNDER_WAY or self._exchange.is_answered(under_way[0][0])
                ):
                    hear_first()
            # Behind the last piece, not after its answer: on a long line that is a round trip.
            closing = self._exchange.request(Fxp.CLOSE, string(handle))
            try:
                while under_way:
                    hear_first()
            except Refused:
                self._exchange.abandon([closing])
                raise
            self._exchange.expect(closing, Fxp.STATUS)
        finally:
            self._exchange.abandon(request for request, _ in under_way)
        return end - offset

    def _askable(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """`pieces`, cut where they would take more requests than may leave at once."""
        most = self._write_bytes * TOGETHER
        for piece in pieces:
            yield from (piece[at : at + most] for at in range(0, len(piece), most))

    def _asked_to_write(self, handle: bytes, piece: bytes, offset: int) -> list[tuple[int, int]]:
        """Requests to write `piece` at `offset`, and where each of them ends."""
        most = self._write_bytes
        cuts = [piece[at : at + most] for at in range(0, len(piece), most)]
        starts = range(offset, offset + len(piece), most)
        requests = self._exchange.requests(
            Fxp.WRITE,
            (
                (string(handle), uint64(start), uint32(len(cut)), cut)
                for start, cut in zip(starts, cuts, strict=True)
            ),
        )
        ends = (start + len(cut) for start, cut in zip(starts, cuts, strict=True))
        return list(zip(requests, ends, strict=True))

    @cached_property
    def _write_bytes(self) -> int:
        """Bytes that this server takes in one write.

        Source: PROTOCOL of OpenSSH, 4.8 ("limits@openssh.com"); 0 says nothing.
        """
        if self._extensions.get(_LIMITS) != b"1":
            return CHUNK_BYTES
        request = self._exchange.request(Fxp.EXTENDED, string(_LIMITS))
        try:
            limits = self._exchange.expect(request, Fxp.EXTENDED_REPLY)
        except Refused:
            return CHUNK_BYTES
        _packet, _read, write = (limits.uint64() for _ in range(3))
        return min(write, LARGEST_WRITE_BYTES) or CHUNK_BYTES

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
            self._exchange.abandon(request for request, _ in under_way)

    def _ask(self, handle: bytes, offset: int, count: int) -> int:
        return self._exchange.request(Fxp.READ, string(handle), uint64(offset), uint32(count))

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
            return self._exchange.expect(request, Fxp.DATA).string()
        except Refused as refused:
            if refused.code == StatusCode.EOF:
                return b""
            raise


def _announced(greeting: Reader) -> dict[bytes, bytes]:
    """Names and versions of the server's extensions. None of them is needed, so none may fail."""
    try:
        return greeting.extensions()
    except BrokenReply:
        return {}
