"""What the migrations make of an empty SQLite file, as `fla_batch/ledger/migrations/new_ledger.sql`
holds it: `python -m tests.cli.regenerate` writes it anew, and a test compares."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from fla_batch.ledger import migrations
from fla_batch.ledger.database import connect, reading, writing

FILE = Path(migrations.__file__).with_name(migrations.NEW_LEDGER)


def migrated() -> str:
    """All statements after one run of every migration."""
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/ledger.db", create=True)
        with writing(engine) as connection:
            migrations.upgrade(connection)
        with reading(engine) as connection:
            found = statements(connection)
        engine.dispose()
    return found


def statements(connection: Connection) -> str:
    """What makes the database anew: tables, indexes and triggers as they came, and the version."""
    made = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).scalars()
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    told = [*made, f"INSERT INTO alembic_version (version_num) VALUES ('{version}')"]
    lines = "\n\n".join(told).split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"
