"""What clients did on the sandbox's server, in order, for tests and for the folder view."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class OperationKind(StrEnum):
    """A request of a client."""

    LIST = "list"
    STAT = "stat"
    OPEN = "open"
    READ = "read"
    WRITE = "write"
    CLOSE = "close"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: bytes are those of this read or write, at CLOSE all written since OPEN."""

    kind: OperationKind
    folder: str
    name: str
    bytes: int = 0


class OperationLog:
    """Operations of all connections; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._operations: list[Operation] = []

    def add(self, operation: Operation) -> None:
        """Note one more."""
        with self._lock:
            self._operations.append(operation)

    def __iter__(self) -> Iterator[Operation]:
        with self._lock:
            return iter(list(self._operations))

    def __len__(self) -> int:
        return len(self._operations)

    def of_kind(self, kind: OperationKind) -> list[Operation]:
        """Those of one kind, in order."""
        return [operation for operation in self if operation.kind is kind]
