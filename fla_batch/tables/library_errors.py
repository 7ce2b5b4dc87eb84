"""Calls into the libraries that read binary formats, whose many kinds of failure end here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from fla_batch.tables.values import shown

Result = TypeVar("Result")


class Failed(NamedTuple):
    """Why a library could not read a file, in its own words."""

    reason: str


def attempt(read: Callable[[], Result]) -> Result | Failed:
    """What `read` gives, or why it failed on a broken file.

    >>> attempt(lambda: 1), attempt(lambda: int("x")).reason[:15]
    (1, 'invalid literal')
    """
    try:
        return read()
    except Exception as trouble:  # zipfile, lxml, fastexcel and polars have dozens of kinds
        return Failed(shown(trouble))
    except BaseException as panic:
        # A panic in a Rust library is no Exception, and its class cannot be imported.
        if type(panic).__name__ != "PanicException":
            raise
        return Failed(shown(panic))
