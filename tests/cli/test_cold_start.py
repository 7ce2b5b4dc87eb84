"""A command loads what it needs: no library of tables for JSON, no database to validate."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fla_batch.intake.template import write_template
from fla_batch.ledger.ledger import Ledger
from fla_batch.message import MessageWriter, load
from fla_batch.vocabulary.terms import FormKind, Language
from tests import builders as b
from tests.message.profiles import SHIPPED

_CHILD = """
import json, sys
sys.argv = ["fla-batch", *sys.argv[1:]]
from fla_batch.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""
NEEDLESS = {"http", "multiprocessing", "pydantic_settings", "alembic"}
"""What other libraries bring along: Python's HTTP client, pools of processes; and migrations."""
TABLES = {"polars", "openpyxl", "fastexcel", "python_calamine", "xlsxwriter", "xlrd", "pandas"}


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The libraries that a command has loaded when it ends well."""
    (folder / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\nenvironment = "S"\n')
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    code, modules = json.loads(child.stdout.splitlines()[-1])
    assert not code, child.stdout + child.stderr
    return set(modules)


def test_check_of_a_json_file_loads_no_table_library(tmp_path: Path) -> None:
    documents = [b.trainings().to_json(), b.rights().to_json()]
    (tmp_path / "one.json").write_text(json.dumps(documents))
    found = loaded(tmp_path, "check", "one.json")
    assert "pydantic" in found  # or nothing was looked at
    assert not (TABLES | NEEDLESS) & found


def test_validate_loads_no_database(tmp_path: Path) -> None:
    content = b"".join(MessageWriter(load(SHIPPED).declaration).message([b.form(b.trainings())]))
    (tmp_path / "FI.xml").write_bytes(content)
    found = loaded(tmp_path, "validate", "FI.xml")
    assert "lxml" in found
    assert not ({"sqlalchemy", "paramiko", "cryptography", "httpx"} | NEEDLESS) & found


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_check_of_a_table_loads_no_database_before_there_is_one(
    tmp_path: Path, suffix: str
) -> None:
    table = tmp_path / f"one.{suffix}"
    write_template(FormKind.TRAININGS, table, Language.EN)
    found = loaded(tmp_path, "check", table.name)
    assert "polars" in found  # or nothing was looked at
    assert not {"sqlalchemy", "cryptography", "paramiko", "httpx", "xmlschema"} & found


def test_check_loads_the_database_once_there_is_one(tmp_path: Path) -> None:
    """Its own guard: a ledger is asked, also one that has lost its outbox (R30)."""
    with Ledger.open(f"sqlite:///{tmp_path / 'outbox' / 'ledger.db'}"):
        pass
    (tmp_path / "one.json").write_text(b.trainings().to_json_text())
    assert "sqlalchemy" in loaded(tmp_path, "check", "one.json")


def test_status_loads_no_xml_and_no_pool_of_processes(tmp_path: Path) -> None:
    found = loaded(tmp_path, "status")
    assert "sqlalchemy" in found  # or no ledger was asked
    assert (tmp_path / "outbox" / "ledger.db").exists()  # a new one, and no migration was run
    assert not ({"lxml", "polars", "paramiko", "cryptography"} | NEEDLESS) & found
