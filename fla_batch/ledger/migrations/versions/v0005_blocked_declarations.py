"""Findings that kept declarations of a build back, until they are mended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """The input file of such a finding; empty for all others."""
    op.add_column("anomaly", sa.Column("blocked_file", sa.Text(), nullable=True))
    op.create_index("ix_anomaly_blocked_file", "anomaly", ["blocked_file"])
