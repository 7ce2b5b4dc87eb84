"""How answers are listed on the server, and what polls leave where it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Three columns that may be empty, and a table."""
    op.add_column("answer_file", sa.Column("listed_size", sa.BigInteger(), nullable=True))
    op.add_column("answer_file", sa.Column("modified", sa.BigInteger(), nullable=True))
    op.add_column("answer_file", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "left_alone",
        sa.Column("environment", sa.String(length=1), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("environment", "place", "name", name="pk_left_alone"),
    )
