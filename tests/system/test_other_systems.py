"""The chain where there is no fcntl, no owner, no mode, no fork: as on Windows (decision 1916)."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from fla_batch.system import folder_locks
from fla_batch.system.folder_locks import folder_lock
from tests.system.other_system import MODULES, OF_OS, OF_SIGNAL

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.system.other_system"]


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_whole_chain_runs(tmp_path: Path) -> None:
    done = run("demo", "--dir", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stdout + done.stderr
    outbox = tmp_path / "demo" / "outbox"
    assert list(outbox.rglob("*ACRF*"))
    assert not list(outbox.rglob(f"*{folder_locks.LOCK_SUFFIX}"))


def test_every_module_can_be_imported() -> None:
    """Each of them, but for the migrations, which run inside alembic only."""
    code = """
import pkgutil, importlib, fla_batch
names = [m.name for m in pkgutil.walk_packages(fla_batch.__path__, "fla_batch.")]
for name in names:
    if ".migrations" not in name and not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 300


GUARDED = {
    "system/portable.py",
    "system/folder_locks.py",
    "outbox/whose_outbox.py",
    "ui/serving.py",
}
"""Where it is asked first whether the system has it."""


def lacking_elsewhere(path: Path) -> set[str]:
    """What a module uses that another system may lack."""
    lacking = {*OF_OS.split(), *OF_SIGNAL.split(), "AF_UNIX", *MODULES}
    nodes = list(ast.walk(ast.parse(path.read_bytes())))
    used = {each.attr for each in nodes if isinstance(each, ast.Attribute) and is_of_system(each)}
    imports = [each for each in nodes if isinstance(each, ast.Import)]
    return (used | {alias.name for each in imports for alias in each.names}) & lacking


def is_of_system(attribute: ast.Attribute) -> bool:
    owner = attribute.value
    return isinstance(owner, ast.Name) and owner.id in ("os", "signal", "socket")


def test_what_another_system_lacks_is_used_only_where_that_is_asked() -> None:
    package = ROOT / "fla_batch"
    modules = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    assert {name for name, path in modules.items() if lacking_elsewhere(path)} == GUARDED


def test_a_key_file_is_read_though_its_mode_says_nothing(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"key")
    key.chmod(0o666)
    code = (
        "from fla_batch.system.private_files import read_private_file; from pathlib import Path; "
    )
    assert run("-c", f"{code} print(read_private_file(Path({str(key)!r})))").stdout == "b'key'\n"


def test_a_shared_group_is_refused_with_what_to_do(tmp_path: Path) -> None:
    code = "from fla_batch.outbox.whose_outbox import require_member; require_member('staff')"
    assert "files of this system have no group" in run("-c", code).stderr


HOLD = """
import sys, time
from pathlib import Path
from fla_batch.system.folder_locks import folder_lock
with folder_lock(Path({folder!r})) as held:
    print(held, flush=True)
    time.sleep(60)
"""
TRY = """
from pathlib import Path
from fla_batch.system.folder_locks import folder_lock
with folder_lock(Path({folder!r}), wait=False) as held:
    print(held)
"""


@pytest.mark.parametrize("command", [[sys.executable], COMMAND], ids=["this system", "another"])
def test_a_folder_is_held_until_its_process_dies(tmp_path: Path, command: Sequence[str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    def tried() -> str:
        code = TRY.format(folder=str(folder))
        done = subprocess.run([*command, "-c", code], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip() or done.stderr

    holder = subprocess.Popen(
        [*command, "-c", HOLD.format(folder=str(folder))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "True\n"
            assert tried() == "False"
        finally:
            holder.kill()
    end = time.monotonic() + 60
    while (told := tried()) == "False" and time.monotonic() < end:
        time.sleep(0.2)
    assert told == "True"


def test_a_folder_that_is_gone_is_no_lock(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"), folder_lock(tmp_path / "gone"):
        pass
