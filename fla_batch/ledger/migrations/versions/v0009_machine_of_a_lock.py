"""Which machine a process number belongs to: two hosts may have one name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """A lock that is held meanwhile is waited for until it is stale."""
    machine = sa.Column("machine", sa.String(length=16), nullable=False, server_default="")
    op.add_column("lock", machine)
