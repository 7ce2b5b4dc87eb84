"""One statement for very many rows: compiled once, and the rows go to the driver as tuples.

SQLAlchemy looks at every value of every row, which for a million forms takes longer than the
database itself. Here it is asked once how each column is bound; the values of the few columns
that need it (dates, instants) are converted, and the same one only once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, insert
from sqlalchemy.sql import ClauseElement

Row = tuple[Any, ...]
_Convert = Callable[[Any], Any]
_DIFFERENT_VALUES = 1000


class Many:
    """`statement` with its parameters given by position, in the order of `names`."""

    def __init__(
        self, connection: Connection, statement: ClauseElement, names: Sequence[str]
    ) -> None:
        dialect = connection.dialect
        compiled = statement.compile(dialect=dialect)
        self._connection = connection
        self._names = tuple(names)
        self._text = str(compiled)
        self._positions = _positions(self._names, getattr(compiled, "positiontup", None))
        self._converts: list[tuple[int, _Convert]] = []
        binds = compiled.binds  # type: ignore[attr-defined]  # of every compiled SQL statement
        for position, name in enumerate(self._names):
            convert = binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                self._converts.append((position, lru_cache(_DIFFERENT_VALUES)(convert)))

    @classmethod
    def inserting(cls, connection: Connection, table: Table, names: Sequence[str]) -> Many:
        """Inserts rows into the columns `names` of a table; the others are null."""
        return cls(connection, insert(table).values({n: bindparam(n) for n in names}), names)

    def execute(self, rows: Sequence[Row]) -> None:
        """Execute the statement for each of `rows`; nothing for none."""
        if not rows:
            return
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for position, convert in self._converts:
            columns[position] = _converted(columns[position], convert)
        if self._positions is not None:
            given = list(zip(*itemgetter(*self._positions)(columns), strict=True))
            self._connection.exec_driver_sql(self._text, given)
        else:
            named = [dict(zip(self._names, row, strict=True)) for row in zip(*columns, strict=True)]
            self._connection.exec_driver_sql(self._text, named)


class Lookup:
    """The rows of `query` whose `key` is one of very many."""

    def __init__(self, connection: Connection, query: Select[Any], key: ColumnElement[str]) -> None:
        dialect = connection.dialect
        self._connection = connection
        self._query = query
        self._key = key
        self._names: list[str] = []
        self._text = ""
        self._converts: list[tuple[int, _Convert]] = []
        for position, column in enumerate(query.selected_columns):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                self._converts.append((position, lru_cache(_DIFFERENT_VALUES)(convert)))

    def rows(self, keys: Sequence[str]) -> list[Row]:
        """The rows of `keys`, of which there is at least one, in any order."""
        # Nearly always as many as the last time.
        if len(keys) != len(self._names):
            self._compile(len(keys))
        given = tuple(keys) if self._by_position else dict(zip(self._names, keys, strict=True))
        found = self._connection.exec_driver_sql(self._text, given)
        columns: list[Sequence[Any]] = list(zip(*found, strict=True))
        for position, convert in self._converts if columns else ():
            columns[position] = _converted(columns[position], convert)
        return list(zip(*columns, strict=True))

    def _compile(self, count: int) -> None:
        binds = [bindparam(f"key_{number}", type_=self._key.type) for number in range(count)]
        compiled = self._query.where(self._key.in_(binds)).compile(dialect=self._connection.dialect)
        self._names = [bind.key for bind in binds]
        self._text = str(compiled)
        self._by_position = getattr(compiled, "positiontup", None) is not None


def _converted(column: Sequence[Any], convert: _Convert) -> Sequence[Any]:
    # Nearly always one value all the way down, and the same object.
    first = column[0]
    if column.count(first) == len(column):
        return (convert(first),) * len(column)
    return tuple(map(convert, column))


def _positions(names: tuple[str, ...], wanted: Sequence[str] | None) -> list[int] | None:
    """Where each positional parameter stands among `names`; None for parameters by name."""
    if wanted is None:
        return None
    return [names.index(name) for name in wanted]
