"""Key, size and digest of the files of each batch, for hosts that fetch them (R36)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Batches that are there already lie in the folder of one host, and have no rows."""
    op.create_table(
        "artefact",
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_artefact_batch_id_batch"),
        sa.PrimaryKeyConstraint("key", name="pk_artefact"),
    )
    op.create_index("ix_artefact_batch_id", "artefact", ["batch_id"], unique=False)
