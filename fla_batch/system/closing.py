"""What lets go of something at the end of a `with`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Used in a `with`, it is closed at its end, whatever happens inside."""

    @abstractmethod
    def close(self) -> None:
        """Let go; a second time does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
