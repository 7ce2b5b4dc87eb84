"""Opening: made when missing, migrated once, and clear words when it cannot be used."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from fla_batch.ledger import migrations
from fla_batch.ledger.database import LedgerUnreachable, reading, translated, writing
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.sql_tables import HEAD, metadata
from fla_batch.vocabulary.errors import DiskTrouble, LedgerTrouble
from tests.ledger import new_ledger
from tests.ledger.builders import NOW, WORKER, batch_name, forms, record, send
from tests.postgres import Postgres

_OPEN = "import sys; from fla_batch.ledger.ledger import Ledger; Ledger.open(sys.argv[1]).close()"


def test_the_migrations_make_the_tables_that_the_program_uses(ledger: Ledger) -> None:
    with reading(ledger._engine) as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []


def test_the_program_needs_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_current_head() == HEAD


def test_a_new_file_is_what_the_migrations_make_of_an_empty_one(tmp_path: Path) -> None:
    migrated = new_ledger.migrated()
    told = new_ledger.FILE.read_text(encoding="utf-8")
    assert told == migrated, "run python -m tests.cli.regenerate"
    with (
        Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger,
        reading(ledger._engine) as connection,
    ):
        assert new_ledger.statements(connection) == migrated


def test_several_processes_may_open_a_new_ledger_at_once(ledger_url: str) -> None:
    command = [sys.executable, "-c", _OPEN, ledger_url]
    all_four = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(each.communicate()[1], each.returncode) for each in all_four] == [("", 0)] * 4


def test_a_new_ledger_waits_for_who_makes_it_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        lets_go = threading.Timer(0.3, other.execute, ["ROLLBACK"])
        lets_go.start()
        Ledger.open(f"sqlite:///{path}").close()
        lets_go.join()


def test_a_server_that_does_not_answer_is_worth_another_try() -> None:
    url = "postgresql+psycopg://fla@127.0.0.1:1/fla"
    with pytest.raises(LedgerUnreachable, match="cannot be reached") as trouble:
        Ledger.open(url)
    assert trouble.value.exit_code == 4


@pytest.mark.postgresql
def test_r36_a_line_that_breaks_is_worth_another_try(postgres: Postgres) -> None:
    url = postgres.new_database()
    with Ledger.open(url) as ledger, psycopg.connect(url.replace("+psycopg", "")) as other:
        ledger.last_event()

        def cut_in_the_middle() -> None:
            with writing(ledger._engine) as connection:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                connection.exec_driver_sql("SELECT 1")

        with pytest.raises(LedgerUnreachable):
            cut_in_the_middle()
        assert ledger.last_event() == 0  # the next one connects anew


def test_what_is_there_stays(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger:
        send(ledger, batch_name())
    with Ledger.open(ledger_url, create=False) as ledger:
        assert len(ledger.batches()) == 1


def test_a_missing_ledger_is_made_only_on_request(ledger_url: str) -> None:
    with pytest.raises(LedgerTrouble, match="no ledger"):
        Ledger.open(ledger_url, create=False)


def test_an_empty_database_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch()
    with pytest.raises(LedgerTrouble, match="holds no ledger yet"):
        Ledger.open(f"sqlite:///{path}", create=False)


def test_a_ledger_of_a_newer_program_is_left_alone(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger, writing(ledger._engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerTrouble, match="newer version"):
        Ledger.open(ledger_url)


@pytest.mark.parametrize("content", [b"not a database" * 100, b"PK\x03\x04" * 300])
def test_a_file_that_is_no_database_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(LedgerTrouble, match="not a ledger"):
        Ledger.open(f"sqlite:///{path}")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("secret:pass word", "is not the URL of a database"),
        ("nosuch://user:secret@host/db", "a kind of database that is not known"),
        ("mysql+mysqldb://user:secret@host/db", "driver"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("postgresql+psycopg://user:secret@127.0.0.1:1/db", "cannot be reached"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_password(url: str, words: str) -> None:
    with pytest.raises(LedgerTrouble, match=words) as caught:
        Ledger.open(url)
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == (4 if words == "cannot be reached" else 3)


def test_a_folder_in_place_of_the_file_is_trouble_with_the_disk(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble, match="cannot open the ledger"):
        Ledger.open(f"sqlite:///{tmp_path}")


def test_a_ledger_that_is_held_by_another_process_is_said_to_be_so() -> None:
    with pytest.raises(LedgerTrouble, match="another process has held"), translated():
        raise sqlite3.OperationalError("database is locked")


def test_s11_no_national_number_of_a_row_gets_into_a_message() -> None:
    with pytest.raises(LedgerTrouble) as caught, translated():
        raise sqlite3.IntegrityError(f"Failing row contains ({WORKER})\nDETAIL: {WORKER}")
    assert str(caught.value) == "the ledger refused: Failing row contains (*********25)"


def test_r11_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with Ledger.open(url) as ledger:
        kept = send(ledger, batch_name(1))
        name = batch_name(2)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
        try:
            with pytest.raises(DiskTrouble, match="the ledger cannot be written"):
                ledger.record_batch(record(name), forms(name, 5000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert [row.name for row in ledger.batches()] == [kept]
        assert ledger.verify() == []
        assert ledger.record_batch(record(name, NOW), forms(name, 5000)) == 5000
