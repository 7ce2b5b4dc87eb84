"""Reference numbers as long as an official XSD may ask: a UUID has 36 characters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Only where a length binds: SQLite keeps any, and would have to copy every form for it."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(
            "form",
            "reference_nbr",
            existing_type=sa.String(length=20),
            type_=sa.String(length=64),
            existing_nullable=False,
        )
