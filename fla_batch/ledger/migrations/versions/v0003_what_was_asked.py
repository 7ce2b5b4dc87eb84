"""What was asked stands beside what was told: answers may come by a way that has no form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; for older rows the question is that of the form."""
    op.add_column("consultation", sa.Column("asked", sa.Text()))
