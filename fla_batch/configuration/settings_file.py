"""Where `fla-batch.toml` lies, and on which line of it a setting stands."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from fla_batch.vocabulary.errors import ConfigurationMistake

FILE_NAME = "fla-batch.toml"


class NoSettings(ConfigurationMistake):
    """A command needs settings, and there are none (decision 1903)."""

    hint = "`fla-batch init` writes a file with every setting explained; --config names another."

    def __init__(self, looked: str) -> None:
        super().__init__(f"there are no settings: looked for {looked}")
        self.looked = looked


def find(explicit: Path | None, *, here: Path, user_folder: Path) -> Path | None:
    """The file to read: the one named, else ./fla-batch.toml, else the user's own, else None.

    Raises ConfigurationMistake when the one named does not exist.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise ConfigurationMistake(f"there is no file {explicit}")
        return explicit
    for folder in (here, user_folder):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line, from 1, on which the setting `path` of a TOML text begins; None when it has none.

    >>> line_of("# ours\\n[limits]\\nparts = 3\\n", ["limits", "parts"])
    3
    """
    lines = text.split("\n")
    begins = 1
    for number in range(1, len(lines) + 1):
        try:
            found = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue  # a value goes on, on the next line
        if _holds(found, path):
            return begins
        begins = number + 1
    return None


def _holds(found: object, path: Sequence[str]) -> bool:
    for step in path:
        if not isinstance(found, dict) or step not in found:
            return False
        found = found[step]
    return True
