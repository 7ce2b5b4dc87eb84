"""R2, R4, R8: Ctrl-C in the middle of a large upload to OpenSSH, and `send` once more."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import CommandLine, write_csv
from tests.contract.sshd import MODERN
from tests.e2e.servers import Server, openssh

pytestmark = pytest.mark.sshd
# More than leaves in the time in which it is seen that it has begun to arrive.
LARGE_BYTES = 400_000_000
BEGUN_BYTES = 5_000_000
LONGEST_S = 60
INTERRUPTED = 130


@pytest.fixture
def server(tmp_path: Path, keys: Path) -> Iterator[Server]:
    folder = tmp_path / "server"
    shutil.copytree(keys, folder / "keys")
    with openssh(folder, MODERN, legacy=False) as running:
        yield running
    for large in tmp_path.rglob("FI.*"):
        large.unlink()


def made_large(outbox: Path) -> Path:
    """The only FI file of the outbox, grown by a gap; its manifest tells so."""
    (fi,) = outbox.glob("S/*/sent/FI.*")
    with fi.open("r+b") as file:
        file.truncate(LARGE_BYTES)
    manifest = fi.parents[1] / "manifest.json"
    document = json.loads(manifest.read_text())
    for entry in document["files"]:
        if entry["name"] == fi.name:
            entry |= {"size": LARGE_BYTES, "sha256": sha256(fi)}
    manifest.write_text(json.dumps(document))
    return fi


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_ctrl_c_in_a_large_upload_leaves_nothing_half_done(
    fla: CommandLine, server: Server, tmp_path: Path
) -> None:
    assert fla("build", write_csv(tmp_path / "one.csv", [{}])).code == 0
    fi = made_large(server.settings_file.parent / "outbox")
    account = server.settings_file.parent / "root" / "INTEST-S"
    arriving = account / fi.name
    command = [sys.executable, "-c", "from fla_batch.cli import main; main()", "send"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, "--config", str(server.settings_file)], stdout=pipe, stderr=pipe, text=True
    ) as sending:
        give_up_at = time.monotonic() + LONGEST_S
        while not (arriving.exists() and arriving.stat().st_size > BEGUN_BYTES):
            assert time.monotonic() < give_up_at
            assert sending.poll() is None
            time.sleep(0.001)
        sending.send_signal(signal.SIGINT)
        out, err = sending.communicate(timeout=LONGEST_S)
    assert (sending.returncode, out) == (INTERRUPTED, "")
    assert "Interrupted." in err
    assert "Traceback" not in err
    assert [path.name for path in account.iterdir()] == [fi.name]
    assert BEGUN_BYTES < arriving.stat().st_size < LARGE_BYTES
    assert fla("status", "--json").document["batches"][0]["state"] == "sending"

    assert fla("send").code == 0
    assert fla("status", "--json").document["batches"][0]["state"] == "sent"
    assert sorted(path.name[:2] for path in account.iterdir()) == ["FI", "FS", "GO"]
    assert sha256(arriving) == sha256(fi)
