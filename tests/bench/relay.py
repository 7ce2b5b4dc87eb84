"""A long line to a server of this machine: every byte arrives later, and none is held back.

The kernel's own delay (netem) is not there everywhere. The relay is a process of its own, so that
it takes no turn of the programs that are measured; it ends when whoever started it ends.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

LOOPBACK = "127.0.0.1"
_READ_BYTES = 1 << 18
_END_S = 10.0

Moment = tuple[float, bytes]


@contextmanager
def relay_to(port: int, one_way_s: float) -> Iterator[int]:
    """The port of a relay to `port` that keeps every byte for `one_way_s` in each direction."""
    command = [sys.executable, "-m", "tests.bench.relay", str(port), str(one_way_s)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(_END_S)


async def _serve(port: int, one_way_s: float) -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.setblocking(False)
        click.echo(listener.getsockname()[1])
        connections: set[asyncio.Task[None]] = set()
        accepting = loop.create_task(_accept(listener, port, one_way_s, connections))
        await loop.run_in_executor(None, sys.stdin.read)
        for task in [accepting, *connections]:
            task.cancel()


async def _accept(
    listener: socket.socket, port: int, one_way_s: float, connections: set[asyncio.Task[None]]
) -> None:
    loop = asyncio.get_running_loop()
    while True:
        client, _ = await loop.sock_accept(listener)
        connections.add(loop.create_task(_connect(client, port, one_way_s)))


async def _connect(client: socket.socket, port: int, one_way_s: float) -> None:
    server = socket.socket()
    with client, server:
        for end in (client, server):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            await asyncio.get_running_loop().sock_connect(server, (LOOPBACK, port))
            await asyncio.gather(
                _carry(client, server, one_way_s), _carry(server, client, one_way_s)
            )


async def _carry(source: socket.socket, target: socket.socket, one_way_s: float) -> None:
    """One direction. Reading never waits for writing: what is under way lies in a queue."""
    under_way: asyncio.Queue[Moment] = asyncio.Queue()
    await asyncio.gather(_take(source, under_way, one_way_s), _give(target, under_way))


async def _take(source: socket.socket, under_way: asyncio.Queue[Moment], one_way_s: float) -> None:
    loop = asyncio.get_running_loop()
    content = b"."
    while content:
        content = await loop.sock_recv(source, _READ_BYTES)
        under_way.put_nowait((loop.time() + one_way_s, content))


async def _give(target: socket.socket, under_way: asyncio.Queue[Moment]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due, content = await under_way.get()
        await asyncio.sleep(due - loop.time())
        if not content:
            target.shutdown(socket.SHUT_WR)
            return
        await loop.sock_sendall(target, content)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
