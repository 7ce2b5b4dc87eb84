"""Which creation stamps were given out; those of earlier batches are taken from their forms."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """A span for each batch, overlapping ones as one."""
    table = op.create_table(
        "creation_stamp",
        sa.Column("sender", sa.String(length=6), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "first_ms", name="pk_creation_stamp"),
    )
    op.create_index(
        "ix_creation_stamp_sender_last_ms", "creation_stamp", ["sender", "last_ms"], unique=False
    )
    spans = [
        {"sender": sender, "first_ms": first, "last_ms": last}
        for sender, first, last in _joined(sorted(_spans()))
    ]
    if spans:
        op.bulk_insert(table, spans)


def _spans() -> list[tuple[str, int, int]]:
    connection = op.get_bind()
    form = sa.table(
        "form",
        sa.column("batch_id", sa.Integer()),
        sa.column("created_date", sa.Date()),
        sa.column("created_hour", sa.String()),
    )
    batch = sa.table("batch", sa.column("id", sa.Integer()), sa.column("name", sa.String()))
    order = (form.c.created_date, form.c.created_hour)
    found = []
    for row in connection.execute(sa.select(batch.c.id, batch.c.name)).all():
        query = sa.select(*order).where(form.c.batch_id == row.id).limit(1)
        first = connection.execute(query.order_by(*order)).one()
        last = connection.execute(query.order_by(*(column.desc() for column in order))).one()
        found.append((row.name.split(".")[1], _milliseconds(*first), _milliseconds(*last)))
    return found


def _milliseconds(day: date, hour: str) -> int:
    local = datetime.combine(day, time.fromisoformat(hour), ZoneInfo("Europe/Brussels"))
    return (local.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def _joined(spans: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for sender, first, last in spans:
        if found and found[-1][0] == sender and found[-1][2] >= first - 1:
            before = found.pop()
            first, last = before[1], max(before[2], last)
        found.append((sender, first, last))
    return found
