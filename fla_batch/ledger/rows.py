"""Between the columns of the ledger and the values of the field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import time
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table

from fla_batch.ledger.records import Json
from fla_batch.vocabulary.terms import FormKind

CHUNK = 1000
"""Rows per statement when there are many: bounded memory, and few round trips."""

DECLARED_KINDS = tuple(kind.value for kind in FormKind if kind.is_declaration)
"""Kinds of form that declare: the others only ask, and nothing follows from having asked."""

_Value = TypeVar("_Value")


def chunks(values: Iterable[_Value], size: int = CHUNK) -> Iterator[list[_Value]]:
    """`values` in lists of `size`, the last one shorter."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def weighed(
    values: Iterable[_Value], most: int, weigh: Callable[[_Value], int]
) -> Iterator[list[_Value]]:
    """`values` in lists that end as soon as they weigh `most`, the last one earlier.

    >>> list(weighed(["a", "bcd", "e"], 4, len))
    [['a', 'bcd'], ['e']]
    """
    held: list[_Value] = []
    weight = 0
    for value in values:
        held.append(value)
        weight += weigh(value)
        if weight >= most:
            yield held
            held, weight = [], 0
    if held:
        yield held


def hour_text(hour: time) -> str:
    """A time of day to the millisecond, as FormCreationHour.

    >>> hour_text(time(10, 15, 0, 123000))
    '10:15:00.123'
    """
    local = hour if hour.tzinfo is None else hour.replace(tzinfo=None)
    return local.isoformat(timespec="milliseconds")


def storable(text: str) -> str:
    """`text` as every database takes it: NUL and what is no Unicode are written out.

    >>> storable("a\\x00b"), storable("\\udcff")
    ('a\\\\x00b', '\\\\udcff')
    """
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def loads(text: str) -> dict[str, Any]:
    """The JSON object that `text` is."""
    value: dict[str, Any] = json.loads(text)
    return value


def has_legal_right(kind: FormKind, body: Json) -> bool:
    """True for a rights declaration that carries LegalFlaRight, whatever its value.

    >>> has_legal_right(FormKind.TRAINING_RIGHTS, {"trainingRights": {"legalFlaRight": {}}})
    True
    """
    if kind is not FormKind.TRAINING_RIGHTS:
        return False
    return (body.get("trainingRights") or {}).get("legalFlaRight") is not None


def fitting(table: Table, **wanted: object) -> list[ColumnElement[bool]]:
    """Conditions: rows of `table` whose columns have these values; a None is not compared."""
    return [table.c[name] == value for name, value in wanted.items() if value is not None]
