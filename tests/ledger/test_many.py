"""Rows that go to the driver as tuples are kept as SQLAlchemy itself would keep them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    insert,
    select,
    update,
)

from fla_batch.ledger.bulk_insert import Many
from fla_batch.ledger.sql_tables import Instant

TABLE = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    Column("day", Date),
    Column("at", Instant),
    Column("done", Boolean),
)
NAMES = ("day", "name", "done", "at")
BRUSSELS = timezone(timedelta(hours=1))
ROWS: list[tuple[Any, ...]] = [
    (date(2024, 2, 29), "née", True, datetime(2025, 1, 1, 0, 30, tzinfo=BRUSSELS)),
    (None, None, False, None),
    (date(2024, 2, 29), "'; --", None, datetime(2025, 1, 1, tzinfo=UTC)),
]


def test_inserted_and_updated_as_the_library_does(ledger_url: str, tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    engine = create_engine(ledger_url)
    with engine.begin() as connection:
        TABLE.create(connection)
        Many.inserting(connection, TABLE, NAMES).execute(ROWS)
        for row in ROWS:
            connection.execute(insert(TABLE).values(dict(zip(NAMES, row, strict=True))))
        kept = [
            tuple(row) for row in connection.execute(select(*(TABLE.c[name] for name in NAMES)))
        ]
        assert kept[:3] == kept[3:]
        statement = update(TABLE).where(TABLE.c.id == bindparam("of")).values(at=bindparam("to_at"))
        later = datetime(2026, 1, 1, tzinfo=UTC)
        Many(connection, statement, ("to_at", "of")).execute([(later, 1), (None, 3)])
        at = connection.execute(select(TABLE.c.at).order_by(TABLE.c.id)).scalars().all()
        assert at == [later, None, None, *at[3:]]
    engine.dispose()


def test_no_rows_are_no_statement() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        Many.inserting(connection, TABLE, NAMES).execute([])  # the table does not exist
    engine.dispose()
