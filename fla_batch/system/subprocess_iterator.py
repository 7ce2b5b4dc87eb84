"""An iterator that another process runs, a few steps ahead of the one who reads it.

For work that is long on both sides: one core makes the items while another uses them. What the
iterator raises is raised here, as if it had been run here.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

from fla_batch.vocabulary.errors import DiskTrouble

Item = TypeVar("Item")
Given = TypeVar("Given")

_AT_ONCE = 1000
"""Items that cross over together: few enough to bound the memory, enough to make it cheap."""


def aside(run: Callable[[Given], Iterator[Item]], given: Given) -> Generator[Item]:
    """The items of `run(given)`, which another process goes through.

    `run` is a function of a module; `given`, the items and what `run` raises are plain values
    that can be pickled. The process ends with this iterator, also when that is closed early.
    Raises what `run` raises, DiskTrouble when the process was ended from outside.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(run, given, there), daemon=True)
    process.start()
    # With the other end open here too, its end would never be seen.
    there.close()
    try:
        items: list[Item]
        while items := _received(here):
            yield from items
    finally:
        here.close()
        process.terminate()
        process.join()


def _received(here: Connection) -> list[Item]:
    try:
        sent: list[Item] | BaseException = here.recv()
    except EOFError:
        raise DiskTrouble(
            "the process that reads the answer was ended", hint="Run the same command again."
        ) from None
    if isinstance(sent, BaseException):
        raise sent
    return sent


def _run(
    run: Callable[[Given], Iterator[Item]],
    given: Given,
    there: Connection,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gave the work
    try:
        items = run(given)
        while chunk := list(islice(items, _AT_ONCE)):
            there.send(chunk)
        there.send([])
    except BrokenPipeError:
        return  # nobody listens any more
    except Exception as error:  # it is raised again on the other side
        there.send(error)
