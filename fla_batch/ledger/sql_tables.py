"""The tables of the ledger, and how an instant is kept.

`event` is the truth and only ever grows; triggers refuse anything else. The tables whose name
ends in `_state` are derived from it, and `verify` computes them again. The migrations create
all of this; a test compares them with these definitions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

HEAD = "0009"
"""The migration that this version of the program needs."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. A naive one is a mistake of the program."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant in the ledger needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

sequence = Table(
    "sequence",
    metadata,
    Column("sender", String(6), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("environment", String(1), primary_key=True),
    Column("last", Integer, nullable=False),
)

creation_stamp = Table(
    "creation_stamp",
    metadata,
    Column("sender", String(6), primary_key=True),
    Column("first_ms", BigInteger, primary_key=True),
    Column("last_ms", BigInteger, nullable=False),
    Index(None, "sender", "last_ms"),
)

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("environment", String(1), nullable=False),
    Column("profile", String(100), nullable=False),
    Column("profile_version", String(100), nullable=False),
    Column("parts", Integer, nullable=False),
    Column("folder", Text, nullable=False),
    Column("built_at", Instant, nullable=False),
    Column("previous_id", ForeignKey("batch.id")),
)

input_sheet = Table(
    "input_sheet",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(16), nullable=False, unique=True),
    Column("body", Text, nullable=False),
)

_REFERENCE = String(64).with_variant(String(20), "sqlite")
"""The longest ReferenceNbr of the portal's messages; SQLite, where no length binds, says 20."""

form = Table(
    "form",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("reference_nbr", _REFERENCE, nullable=False, unique=True),
    Column("part", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("identification", String(20), nullable=False),
    Column("created_date", Date, nullable=False),
    Column("created_hour", String(12), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("company_id", String(10)),
    Column("inss", String(11)),
    Column("calendar_year", Integer),
    Column("has_legal_right", Boolean, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", Text, nullable=False),
    # No foreign key: SQLite would have to copy every form of an older ledger for one.
    Column("sheet_id", Integer),
    Column("sheet_rows", Text),
    UniqueConstraint("batch_id", "part", "position"),
    UniqueConstraint("batch_id", "created_date", "created_hour"),
    Index(None, "inss", "company_id", "calendar_year", "kind"),
    Index(None, "created_date", "created_hour"),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("form_id", ForeignKey("form.id")),
    Column("answer_id", ForeignKey("answer_file.id")),
    Column("name", String(30), nullable=False),
    Column("ticket", Text),
    Column("at", Instant, nullable=False),
    Column("details", Text, nullable=False),
    Index(None, "batch_id"),
    Index(None, "form_id"),
    Index(None, "answer_id"),
)

batch_state = Table(
    "batch_state",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("state", String(30), nullable=False, index=True),
    Column("since", Instant, nullable=False),
    Column("ticket", Text),
    Column("sent_at", Instant),
    Column("closed_at", Instant),
)

form_state = Table(
    "form_state",
    metadata,
    Column("form_id", ForeignKey("form.id"), primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("state", String(30), nullable=False),
    Column("since", Instant, nullable=False),
    Column("ticket", Text),
    Index(None, "batch_id", "state"),
)

answer_file = Table(
    "answer_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("environment", String(1), nullable=False),
    Column("kept_path", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("outcome", String(20), nullable=False, index=True),
    Column("reason", Text),
    Column("settled_at", Instant, nullable=False),
    Column("listed_size", BigInteger),
    Column("modified", BigInteger),
    Column("checked_at", Instant),
    UniqueConstraint("name", "size", "sha256"),
)

unmatched = Table(
    "unmatched",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("answer_id", ForeignKey("answer_file.id"), nullable=False, index=True),
    Column("batch_name", Text),
    Column("reason", Text, nullable=False),
    Column("details", Text, nullable=False),
)

anomaly = Table(
    "anomaly",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), index=True),
    Column("form_id", ForeignKey("form.id"), index=True),
    Column("answer_id", ForeignKey("answer_file.id"), index=True),
    Column("origin", String(10), nullable=False),
    Column("anomaly_class", Text, nullable=False),
    Column("error_id", Text, nullable=False),
    Column("company_id", Text),
    Column("inss", Text),
    Column("calendar_year", Integer),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("blocked_file", Text, index=True),
    Index(None, "inss", "company_id", "calendar_year"),
)

consultation = Table(
    "consultation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("answer_id", ForeignKey("answer_file.id"), nullable=False, index=True),
    Column("form_id", ForeignKey("form.id"), index=True),
    Column("kind", String(20), nullable=False),
    Column("company_id", Text),
    Column("inss", Text),
    Column("calendar_year", Integer),
    Column("told_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("asked", Text),
    Index(None, "inss", "company_id", "kind"),
)

photo = Table(
    "photo",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("consultation_id", ForeignKey("consultation.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("company_id", Text, nullable=False),
    Column("inss", Text, nullable=False),
    Column("calendar_year", Integer, nullable=False),
    Column("has_legal_right", Boolean, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "inss", "company_id", "calendar_year", "kind"),
)

left_alone = Table(
    "left_alone",
    metadata,
    Column("environment", String(1), primary_key=True),
    Column("place", String(20), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("is_ours", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
)

artefact = Table(
    "artefact",
    metadata,
    Column("key", String(500), primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)

lock = Table(
    "lock",
    metadata,
    Column("name", String(30), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("machine", String(16), nullable=False, server_default=""),
    Column("taken_at", Instant, nullable=False),
    Column("renewed_at", Instant, nullable=False),
)
