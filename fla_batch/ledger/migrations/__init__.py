"""Bring a ledger's tables to the version that this program needs (Alembic).

Several processes may open the same ledger at once: the first one migrates, in one transaction,
and the others wait for it. A new SQLite file gets what all the migrations together make of an
empty one, from `new_ledger.sql` (decision 1730).
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from fla_batch.ledger.database import NoLedger, reading, writing
from fla_batch.ledger.sql_tables import HEAD
from fla_batch.vocabulary.errors import LedgerTrouble

NEW_LEDGER = "new_ledger.sql"
"""Statements with an empty line between them; `tests.ledger.new_ledger` writes it."""

_FOLDER = Path(__file__).parent
_ADVISORY_LOCK = 0x464C41  # "FLA": any number that no other program on the server uses


def migrate(engine: Engine, *, create: bool) -> None:
    """Upgrade to HEAD what is older; fill an empty database when `create` is True.

    Raises LedgerTrouble for a ledger of a newer program, or an empty database otherwise.
    """
    with reading(engine) as connection:
        found = _version(connection)
    if found == HEAD:
        return
    if found is None and not create:
        raise NoLedger("the database of [workspace] ledger holds no ledger yet")
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        found = _version(connection)
        if found is None and connection.dialect.name == "sqlite":
            for statement in (_FOLDER / NEW_LEDGER).read_text(encoding="utf-8").split("\n\n"):
                connection.exec_driver_sql(statement)
        elif found != HEAD:
            upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection) -> None:
    """Run the migrations that it lacks, within its transaction. Raises LedgerTrouble."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory
    from alembic.script.revision import ResolutionError
    from alembic.util import CommandError

    scripts = ScriptDirectory(str(_FOLDER))

    def steps(current: tuple[str, ...], _context: object) -> list[MigrationStep]:
        missing = scripts.iterate_revisions(HEAD, current or None)
        return [
            MigrationStep.upgrade_from_script(scripts.revision_map, script)
            for script in reversed(list(missing))
        ]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    try:
        with Operations.context(context):
            context.run_migrations()
    except (CommandError, ResolutionError):
        raise LedgerTrouble(
            "the ledger was written by a newer version of fla-batch",
            hint="Install that version again; this one would not understand its own past.",
        ) from None
