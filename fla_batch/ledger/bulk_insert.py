"""One statement for very many rows: compiled once, and the rows go to the driver as tuples.

SQLAlchemy looks at every value of every row, which for a million forms takes longer than the
database itself. Here it is asked once how each column is bound; the values of the few columns
that need it (dates, instants) are converted, and the same one only once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Dialect,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    func,
    insert,
    select,
)
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
        # Where each positional parameter stands among the names; None for parameters by name.
        wanted = getattr(compiled, "positiontup", None)
        self._positions = None if wanted is None else list(map(self._names.index, wanted))
        binds = compiled.binds  # type: ignore[attr-defined]  # of every compiled SQL statement
        types = [binds[name].type.dialect_impl(dialect) for name in self._names]
        self._converts = _needed(each.bind_processor(dialect) for each in types)

    @classmethod
    def inserting(cls, connection: Connection, table: Table, names: Sequence[str]) -> Many:
        """Inserts rows into the columns `names` of a table; the others are null."""
        return cls(connection, insert(table).values({n: bindparam(n) for n in names}), names)

    def execute(self, rows: Iterable[Row]) -> None:
        """Execute the statement for each of `rows`; nothing for none."""
        self.execute_columns(list(zip(*rows, strict=True)))

    def execute_columns(self, columns: list[Sequence[Any]]) -> None:
        """The same with the values of all rows, name by name; nothing for none."""
        if not columns or not columns[0]:
            return
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

    def __init__(self, query: Select[Any], key: ColumnElement[str]) -> None:
        self._query = query
        self._key = key
        self._compiled: dict[str, tuple[str, list[tuple[int, _Convert]]]] = {}

    def columns(self, connection: Connection, keys: Iterable[str]) -> list[Sequence[Any]]:
        """The columns of the rows of `keys`, these in any order; empty without a row."""
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._compile(dialect)
        text, converts = self._compiled[dialect.name]
        listed = list(keys)
        given = (json.dumps(listed),) if dialect.name == "sqlite" else {"keys": listed}
        # The driver's own tuples: rows of SQLAlchemy would be made only to be taken apart.
        with closing(connection.exec_driver_sql(text, given)) as found:
            columns: list[Sequence[Any]] = list(zip(*found.cursor.fetchall(), strict=True))
        for position, convert in converts if columns else ():
            columns[position] = _converted(columns[position], convert)
        return columns

    def _compile(self, dialect: Dialect) -> tuple[str, list[tuple[int, _Convert]]]:
        # One parameter for all keys: the statement is the same, however many there are.
        if dialect.name == "sqlite":
            each = func.json_each(bindparam("keys", type_=Text)).table_valued("value")
            among: ColumnElement[bool] = self._key.in_(select(each.c.value))
        else:
            among = self._key == any_(bindparam("keys", type_=ARRAY(Text)))
        types = [column.type.dialect_impl(dialect) for column in self._query.selected_columns]
        converts = _needed(each.result_processor(dialect, None) for each in types)
        return str(self._query.where(among).compile(dialect=dialect)), converts


def _needed(converts: Iterable[_Convert | None]) -> list[tuple[int, _Convert]]:
    """Those of the columns that need one, by position; the same value is converted once."""
    return [(at, lru_cache(_DIFFERENT_VALUES)(each)) for at, each in enumerate(converts) if each]


def _converted(column: Sequence[Any], convert: _Convert) -> Sequence[Any]:
    # Nearly always one value all the way down, and the same object.
    first = column[0]
    if column.count(first) == len(column):
        return (convert(first),) * len(column)
    return tuple(map(convert, column))
