"""The first tables, and the triggers that keep the record append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_APPEND_ONLY = ("event", "batch", "form")


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    forbid = _FORBID.get(op.get_bind().dialect.name)
    if forbid is not None:
        for table in _APPEND_ONLY:
            forbid(table)


def _forbid_on_sqlite(table: str) -> None:
    for change in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} never change'); END"
        )


def _forbid_on_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'rows of {table} never change'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_never_changes()"
    )


_FORBID = {"sqlite": _forbid_on_sqlite, "postgresql": _forbid_on_postgresql}


def _create_tables() -> None:
    op.create_table(
        "answer_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("environment", sa.String(length=1), nullable=False),
        sa.Column("kept_path", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_file"),
        sa.UniqueConstraint("name", "size", "sha256", name="uq_answer_file_name_size_sha256"),
    )
    op.create_index("ix_answer_file_outcome", "answer_file", ["outcome"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("environment", sa.String(length=1), nullable=False),
        sa.Column("profile", sa.String(length=100), nullable=False),
        sa.Column("profile_version", sa.String(length=100), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["previous_id"], ["batch.id"], name="fk_batch_previous_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("name", name="uq_batch_name"),
    )
    op.create_table(
        "lock",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lock"),
    )
    op.create_table(
        "sequence",
        sa.Column("sender", sa.String(length=6), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("environment", sa.String(length=1), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "day", "environment", name="pk_sequence"),
    )
    op.create_table(
        "batch_state",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_state_batch_id"),
        sa.PrimaryKeyConstraint("batch_id", name="pk_batch_state"),
    )
    op.create_index("ix_batch_state_state", "batch_state", ["state"], unique=False)
    op.create_table(
        "form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("reference_nbr", sa.String(length=20), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("identification", sa.String(length=20), nullable=False),
        sa.Column("created_date", sa.Date(), nullable=False),
        sa.Column("created_hour", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("company_id", sa.String(length=10), nullable=True),
        sa.Column("inss", sa.String(length=11), nullable=True),
        sa.Column("calendar_year", sa.Integer(), nullable=True),
        sa.Column("has_legal_right", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_form_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_form"),
        sa.UniqueConstraint(
            "batch_id",
            "created_date",
            "created_hour",
            name="uq_form_batch_id_created_date_created_hour",
        ),
        sa.UniqueConstraint("batch_id", "part", "position", name="uq_form_batch_id_part_position"),
        sa.UniqueConstraint("reference_nbr", name="uq_form_reference_nbr"),
    )
    op.create_index(
        "ix_form_created_date_created_hour", "form", ["created_date", "created_hour"], unique=False
    )
    op.create_index(
        "ix_form_inss_company_id_calendar_year_kind",
        "form",
        ["inss", "company_id", "calendar_year", "kind"],
        unique=False,
    )
    op.create_table(
        "unmatched",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("batch_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer_file.id"], name="fk_unmatched_answer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unmatched"),
    )
    op.create_index("ix_unmatched_answer_id", "unmatched", ["answer_id"], unique=False)
    op.create_table(
        "anomaly",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("anomaly_class", sa.Text(), nullable=False),
        sa.Column("error_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("inss", sa.Text(), nullable=True),
        sa.Column("calendar_year", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer_file.id"], name="fk_anomaly_answer_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_anomaly_batch_id"),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name="fk_anomaly_form_id"),
        sa.PrimaryKeyConstraint("id", name="pk_anomaly"),
    )
    op.create_index("ix_anomaly_answer_id", "anomaly", ["answer_id"], unique=False)
    op.create_index("ix_anomaly_batch_id", "anomaly", ["batch_id"], unique=False)
    op.create_index("ix_anomaly_form_id", "anomaly", ["form_id"], unique=False)
    op.create_index(
        "ix_anomaly_inss_company_id_calendar_year",
        "anomaly",
        ["inss", "company_id", "calendar_year"],
        unique=False,
    )
    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("inss", sa.Text(), nullable=True),
        sa.Column("calendar_year", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer_file.id"], name="fk_consultation_answer_id"
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name="fk_consultation_form_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consultation"),
    )
    op.create_index("ix_consultation_answer_id", "consultation", ["answer_id"], unique=False)
    op.create_index("ix_consultation_form_id", "consultation", ["form_id"], unique=False)
    op.create_index(
        "ix_consultation_inss_company_id_kind",
        "consultation",
        ["inss", "company_id", "kind"],
        unique=False,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer_file.id"], name="fk_event_answer_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_event_batch_id"),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name="fk_event_form_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_answer_id", "event", ["answer_id"], unique=False)
    op.create_index("ix_event_batch_id", "event", ["batch_id"], unique=False)
    op.create_index("ix_event_form_id", "event", ["form_id"], unique=False)
    op.create_table(
        "form_state",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_form_state_batch_id"),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name="fk_form_state_form_id"),
        sa.PrimaryKeyConstraint("form_id", name="pk_form_state"),
    )
    op.create_index(
        "ix_form_state_batch_id_state", "form_state", ["batch_id", "state"], unique=False
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("inss", sa.Text(), nullable=False),
        sa.Column("calendar_year", sa.Integer(), nullable=False),
        sa.Column("has_legal_right", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name="fk_photo_consultation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
    )
    op.create_index("ix_photo_consultation_id", "photo", ["consultation_id"], unique=False)
    op.create_index(
        "ix_photo_inss_company_id_calendar_year_kind",
        "photo",
        ["inss", "company_id", "calendar_year", "kind"],
        unique=False,
    )
