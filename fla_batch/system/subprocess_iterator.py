"""An iterator that another process runs, a few steps ahead of the one who reads it.

For work that is long on both sides: one core makes the items while another uses them. What the
iterator raises is raised here, as if it had been run here.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Generator, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

from fla_batch.vocabulary.errors import DiskTrouble

Item = TypeVar("Item")
Given = TypeVar("Given")

_COLLECT_AFTER = 50_000, 20, 50
"""Work that is worth a process makes very many small objects and no circles."""


def aside(run: Callable[[Given], Iterator[Item]], given: Given) -> Generator[Item]:
    """The items of `run(given)`, which another process goes through.

    Each crosses over by itself, so that one is a good deal of work. `run` is a function of a
    module; `given`, the items and what `run` raises are plain values that can be pickled. The
    process ends with this iterator, also when that is closed early.
    Raises what `run` raises, DiskTrouble when the process was ended from outside.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(run, given, there), daemon=True)
    process.start()
    # With the other end open here too, its end would never be seen.
    there.close()
    try:
        item: tuple[Item, ...]
        while item := _received(here):
            yield from item
    finally:
        here.close()
        process.terminate()
        process.join()


def _received(here: Connection) -> tuple[Item, ...]:
    """The next item; nothing behind the last one."""
    try:
        sent: tuple[Item, ...] | BaseException = here.recv()
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
    gc.set_threshold(*_COLLECT_AFTER)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gave the work
    try:
        for item in run(given):
            there.send((item,))
        there.send(())
    except BrokenPipeError:
        return  # nobody listens any more
    except Exception as error:  # it is raised again on the other side
        there.send(error)
