"""Telling how long work goes on: what a library function is given, and a command shows."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Is called with how many more are done; it shows how many, how fast, and how long still."""

    def __call__(self, count: int) -> None:
        """So many more are done."""
        ...

    def begin(self, noun: str) -> None:
        """What comes now is counted anew: "declarations", "forms"."""
        ...

    def expect(self, count: int) -> None:
        """So many more are to come; without it no estimate is shown."""
        ...


class Unwatched:
    """A Watcher that shows nothing."""

    def __call__(self, count: int) -> None:
        """See `Watcher`."""

    def begin(self, noun: str) -> None:
        """See `Watcher`."""

    def expect(self, count: int) -> None:
        """See `Watcher`."""


UNWATCHED = Unwatched()
