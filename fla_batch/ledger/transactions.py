"""A function of a connection as a method of the ledger: one call, one transaction.

What a method does, takes and raises stands once, at the function that it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from fla_batch.ledger.database import reading, writing

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class OneTransactionEach:
    """Whose methods these become."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine


def reads(
    look: Callable[Concatenate[Connection, _Arguments], _Result],
) -> Callable[Concatenate[OneTransactionEach, _Arguments], _Result]:
    """A method that looks something up. What it gives is whole when the transaction ends."""

    @wraps(look)
    def method(
        ledger: OneTransactionEach, /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        with reading(ledger._engine) as connection:
            return look(connection, *arguments, **named)

    return method


def streams(
    look: Callable[Concatenate[Connection, _Arguments], Iterator[_Result]],
) -> Callable[Concatenate[OneTransactionEach, _Arguments], Iterator[_Result]]:
    """A method that gives row by row, in one transaction that ends with the last one."""

    @wraps(look)
    def method(
        ledger: OneTransactionEach, /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> Iterator[_Result]:
        with reading(ledger._engine) as connection:
            yield from look(connection, *arguments, **named)

    return method


def writes(
    change: Callable[Concatenate[Connection, _Arguments], _Result],
) -> Callable[Concatenate[OneTransactionEach, _Arguments], _Result]:
    """A method that changes something, wholly or not at all."""

    @wraps(change)
    def method(
        ledger: OneTransactionEach, /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        with writing(ledger._engine) as connection:
            return change(connection, *arguments, **named)

    return method
