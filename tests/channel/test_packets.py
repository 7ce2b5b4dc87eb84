"""Replies of any server, also of one that means harm, end in data or in a known error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.channel.exchange import MAX_UNDER_WAY
from fla_batch.channel.packets import (
    MAX_PACKET_BYTES,
    Attributes,
    BrokenReply,
    Fxp,
    Reader,
    StatusCode,
    packet,
    string,
    uint32,
    uint64,
)
from fla_batch.channel.protocol import ignored
from fla_batch.channel.wire import CHUNK_BYTES, LARGEST_WRITE_BYTES, Refused, SftpWire

GREETING = packet(Fxp.VERSION, uint32(3))


class ScriptedServer:
    """A channel whose answers are made, one by one, from the requests."""

    def __init__(
        self, answer: Callable[[int, int, Reader], bytes], greeting: bytes = GREETING
    ) -> None:
        self._answer = answer
        self._greeting = greeting
        self._in = b""
        self._out = b""
        self.requests: list[int] = []

    def send(self, data: bytes) -> int:
        """Takes the bytes as they come: a piece may hold half a packet, or several."""
        self._in += data
        while len(self._in) >= (length := 4 + int.from_bytes(self._in[:4], "big")):
            self._take(self._in[4], Reader(self._in[5:length]))
            self._in = self._in[length:]
        return len(data)

    def _take(self, kind: int, body: Reader) -> None:
        if kind == Fxp.INIT:
            self._out += self._greeting
            return
        self.requests.append(kind)
        self._out += self._answer(kind, body.uint32(), body)

    def recv(self, count: int) -> bytes:
        taken, self._out = self._out[:count], self._out[count:]
        return taken

    def recv_ready(self) -> bool:
        return bool(self._out)


class DeafServer:
    """Says the same bytes whatever it is asked."""

    def __init__(self, content: bytes) -> None:
        self._out = GREETING + content

    def send(self, data: bytes) -> int:
        return len(data)

    def recv(self, count: int) -> bytes:
        taken, self._out = self._out[:count], self._out[count:]
        return taken

    def recv_ready(self) -> bool:
        return bool(self._out)


def wire_to(server: ScriptedServer | DeafServer) -> SftpWire:
    return SftpWire(server, lambda: None)


def status(request: int, code: int, text: bytes = b"no") -> bytes:
    return packet(Fxp.STATUS, uint32(request) + uint32(code) + string(text) + string(b""))


def serving(content: bytes, at_most: int) -> Callable[[int, int, Reader], bytes]:
    def answer(kind: int, request: int, body: Reader) -> bytes:
        body.string()
        offset, count = body.uint64(), body.uint32()
        piece = content[offset : offset + min(count, at_most)]
        if not piece:
            return status(request, StatusCode.EOF)
        return packet(Fxp.DATA, uint32(request) + string(piece))

    return answer


@given(st.binary(max_size=3 * CHUNK_BYTES), st.integers(min_value=1000, max_value=CHUNK_BYTES))
def test_reading_is_whole_also_from_a_server_that_answers_in_part(
    content: bytes, at_most: int
) -> None:
    wire = wire_to(ScriptedServer(serving(content, at_most)))
    assert b"".join(wire.read(b"h")) == content


def test_reading_puts_answers_that_come_in_another_order_in_place() -> None:
    content = bytes(range(256)) * (CHUNK_BYTES // 32)
    honest = serving(content, CHUNK_BYTES)
    held: list[bytes] = []

    def answer(kind: int, request: int, body: Reader) -> bytes:
        held.append(honest(kind, request, body))
        if len(held) < 2 and request > 1:
            return b""
        out = b"".join(reversed(held))
        held.clear()
        return out

    pieces = wire_to(ScriptedServer(answer)).read(b"h")
    first = [next(pieces), next(pieces), next(pieces)]
    assert b"".join(first) == content[: 3 * CHUNK_BYTES]


def test_more_bytes_than_asked_for_are_refused() -> None:
    def answer(kind: int, request: int, body: Reader) -> bytes:
        return packet(Fxp.DATA, uint32(request) + string(b"x" * (CHUNK_BYTES + 1)))

    with pytest.raises(BrokenReply, match="more than was asked for"):
        list(wire_to(ScriptedServer(answer)).read(b"h"))


def test_a_write_that_fails_in_the_middle_is_told_and_the_session_goes_on() -> None:
    def answer(kind: int, request: int, body: Reader) -> bytes:
        refused = kind == Fxp.WRITE and request == 5
        return status(request, StatusCode.FAILURE if refused else StatusCode.OK, b"disk full")

    wire = wire_to(ScriptedServer(answer))
    with pytest.raises(Refused, match="disk full"):
        wire.write_and_close(b"h", [b"x" * 10] * 20, 0, ignored)
    wire.remove(b"x")


def test_an_error_of_the_close_behind_the_last_piece_is_told() -> None:
    """On some disks only the close tells that there was no room."""
    server = ScriptedServer(
        lambda kind, request, _body: status(
            request, StatusCode.FAILURE if kind == Fxp.CLOSE else StatusCode.OK, b"disk full"
        )
    )
    with pytest.raises(Refused, match="disk full"):
        wire_to(server).write_and_close(b"h", [b"x" * 10] * 3, 0, ignored)
    assert server.requests == [Fxp.WRITE] * 3 + [Fxp.CLOSE]


def test_the_close_leaves_behind_the_last_piece() -> None:
    """A server that answers nothing before it has all of it is not waited for."""
    held: list[bytes] = []

    def answer(kind: int, request: int, _body: Reader) -> bytes:
        held.append(status(request, StatusCode.OK))
        return b"".join(held) if kind == Fxp.CLOSE else b""

    wire_to(ScriptedServer(answer)).write_and_close(b"h", [b"x" * 10] * 3, 0, ignored)


def test_an_error_at_close_is_told() -> None:
    wire = wire_to(
        ScriptedServer(lambda _kind, request, _body: status(request, StatusCode.FAILURE))
    )
    with pytest.raises(Refused):
        wire.close(b"h")


def test_attributes_in_all_their_parts() -> None:
    flags = 1 | 2 | 4 | 8 | 0x80000000
    body = (
        uint32(flags)
        + uint64(77)
        + bytes(8)
        + uint32(0o100600)
        + uint32(5)
        + uint32(1_740_820_500)
        + uint32(1)
        + string(b"name")
        + string(b"value")
    )
    reader = Reader(body + uint32(0))
    assert reader.attributes() == Attributes(77, 0o100600, 1_740_820_500)
    assert reader.attributes() == Attributes()


@given(st.binary(max_size=200))
def test_random_bodies_give_data_or_broken_reply(body: bytes) -> None:
    for read in (Reader.names, Reader.attributes, Reader.string):
        try:
            read(Reader(body))
        except BrokenReply:
            continue


@given(st.binary(max_size=400))
def test_random_answers_give_a_known_error(noise: bytes) -> None:
    for ask in (
        lambda wire: list(wire.entries(b"IN")),
        lambda wire: list(wire.read(b"h")),
        lambda wire: wire.stat(b"IN/x"),
    ):
        with pytest.raises((BrokenReply, EOFError, Refused)):
            ask(wire_to(DeafServer(noise)))


@pytest.mark.parametrize("length", [0, MAX_PACKET_BYTES + 1, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_refused_before_it_is_read(length: int) -> None:
    with pytest.raises(BrokenReply, match="announced a packet"):
        wire_to(DeafServer(uint32(length))).close(b"h")


def test_answers_that_nobody_asked_for_do_not_pile_up() -> None:
    flood = b"".join(status(number, StatusCode.OK) for number in range(1000, 1200))
    with pytest.raises(BrokenReply, match="never asked"):
        wire_to(DeafServer(flood)).close(b"h")


def test_a_server_that_is_no_sftp_server_is_refused() -> None:
    class Other(DeafServer):
        def __init__(self) -> None:
            super().__init__(b"")
            self._out = packet(Fxp.STATUS, uint32(0))

    with pytest.raises(BrokenReply, match="does not begin as SFTP"):
        wire_to(Other())


LIMITS = b"limits@openssh.com"


def taking(most: int, *, greeting: bytes = GREETING) -> tuple[ScriptedServer, bytearray, list[int]]:
    """A server that says how much it takes in a write; what was written, and the sizes."""
    content = bytearray()
    sizes: list[int] = []

    def answer(kind: int, request: int, body: Reader) -> bytes:
        if kind == Fxp.EXTENDED:
            assert body.string() == LIMITS
            limits = b"".join(map(uint64, (1 << 18, 1 << 18, most, 0)))
            return packet(Fxp.EXTENDED_REPLY, uint32(request) + limits)
        body.string()
        if kind == Fxp.CLOSE:
            return status(request, StatusCode.OK)
        offset, piece = body.uint64(), body.string()
        assert offset == len(content)
        content.extend(piece)
        sizes.append(len(piece))
        return status(request, StatusCode.OK)

    return ScriptedServer(answer, greeting), content, sizes


WITH_LIMITS = packet(
    Fxp.VERSION,
    uint32(3),
    *map(string, (b"posix-rename@openssh.com", b"1", LIMITS, b"1")),
)
PIECES = [bytes([number]) * LARGEST_WRITE_BYTES for number in range(3)] + [b"rest"]


@pytest.mark.parametrize(
    ("most", "largest"),
    [
        pytest.param(LARGEST_WRITE_BYTES, LARGEST_WRITE_BYTES, id="as OpenSSH"),
        pytest.param(1 << 30, LARGEST_WRITE_BYTES, id="more than we send"),
        pytest.param(10_000, 10_000, id="less than usual"),
        pytest.param(0, CHUNK_BYTES, id="no limit told"),
    ],
)
def test_writes_are_as_large_as_the_server_says(most: int, largest: int) -> None:
    server, content, sizes = taking(most, greeting=WITH_LIMITS)
    wire = wire_to(server)
    assert wire.write_and_close(b"h", PIECES, 0, ignored) == len(content)
    assert bytes(content) == b"".join(PIECES)
    assert max(sizes) == largest
    assert server.requests.count(Fxp.EXTENDED) == 1


@pytest.mark.parametrize(
    "greeting",
    [
        pytest.param(GREETING, id="no extensions"),
        pytest.param(packet(Fxp.VERSION, uint32(3), string(LIMITS), string(b"2")), id="another"),
        pytest.param(packet(Fxp.VERSION, uint32(3), b"\xff\xff"), id="noise"),
    ],
)
def test_a_server_that_says_nothing_gets_what_every_server_takes(greeting: bytes) -> None:
    server, content, sizes = taking(1 << 20, greeting=greeting)
    wire_to(server).write_and_close(b"h", PIECES, 0, ignored)
    assert bytes(content) == b"".join(PIECES)
    assert max(sizes) == CHUNK_BYTES
    assert Fxp.EXTENDED not in server.requests


def test_a_server_that_takes_its_promise_back_gets_what_every_server_takes() -> None:
    sizes = []

    def answer(kind: int, request: int, body: Reader) -> bytes:
        if kind == Fxp.EXTENDED:
            return status(request, StatusCode.OP_UNSUPPORTED)
        body.string()
        if kind == Fxp.WRITE:
            body.uint64()
            sizes.append(len(body.string()))
        return status(request, StatusCode.OK)

    wire_to(ScriptedServer(answer, WITH_LIMITS)).write_and_close(b"h", PIECES, 0, ignored)
    assert max(sizes) == CHUNK_BYTES


def test_what_the_server_has_is_told_while_the_rest_leaves() -> None:
    server, content, _ = taking(0)
    told: list[int] = []
    before_last: list[int] = []

    def pieces() -> Iterator[bytes]:
        yield from PIECES
        before_last.extend(told)
        yield b"the last"

    wire_to(server).write_and_close(b"h", pieces(), 0, told.append)
    assert before_last, "nothing was heard before the last piece left"
    assert told == sorted(told)
    assert told[-1] == len(content)


@given(st.lists(st.binary(min_size=1, max_size=100_000), max_size=8), st.integers(1, 70_000))
def test_pieces_of_any_size_arrive_whole_and_places_add_up(pieces: list[bytes], most: int) -> None:
    server, content, sizes = taking(most, greeting=WITH_LIMITS)
    told = [0]
    assert wire_to(server).write_and_close(b"h", pieces, 0, told.append) == sum(map(len, pieces))
    assert bytes(content) == b"".join(pieces)
    assert [after - before for before, after in pairwise(told)] == sizes


@pytest.mark.parametrize("most", [1_000, CHUNK_BYTES, LARGEST_WRITE_BYTES])
def test_answers_to_writes_may_come_in_any_order(most: int) -> None:
    """As many as may be under way are held back, and then come the last one first."""
    content: dict[int, bytes] = {}
    held: list[bytes] = []

    def answer(kind: int, request: int, body: Reader) -> bytes:
        if kind == Fxp.EXTENDED:
            return packet(Fxp.EXTENDED_REPLY, uint32(request), *map(uint64, (0, 0, most, 0)))
        body.string()
        if kind == Fxp.WRITE:
            offset = body.uint64()
            content[offset] = body.string()
        held.append(status(request, StatusCode.OK))
        if len(held) < MAX_UNDER_WAY and kind != Fxp.CLOSE:
            return b""
        out = b"".join(reversed(held))
        held.clear()
        return out

    wire = wire_to(ScriptedServer(answer, WITH_LIMITS))
    pieces = [bytes([number]) * LARGEST_WRITE_BYTES for number in range(70)]
    wire.write_and_close(b"h", pieces, 0, ignored)
    assert b"".join(content[at] for at in sorted(content)) == b"".join(pieces)
