"""Where the values of a form stood in the user's files; unknown for forms built before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Sheets once for all forms that came from them, and the rows of each form."""
    op.create_table(
        "input_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_input_sheet"),
        sa.UniqueConstraint("digest", name="uq_input_sheet_digest"),
    )
    op.add_column("form", sa.Column("sheet_id", sa.Integer(), nullable=True))
    op.add_column("form", sa.Column("sheet_rows", sa.Text(), nullable=True))
