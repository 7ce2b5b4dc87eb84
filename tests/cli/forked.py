"""`fla-batch` in a process of its own, quickly: forked from one that has imported everything.

Standard output may be a file, a closed pipe or nothing, and the working directory be gone.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.fork_server import ForkServer, in_child, serve

CLOSED, PIPE = "closed", "pipe"


@dataclass(frozen=True)
class Call:
    """One command line. `output` is a path, CLOSED or PIPE (whose reader has left)."""

    arguments: list[str]
    folder: str
    output: str = os.devnull
    deleted: bool = False
    weak: bool = False
    max_bytes: int | None = None
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    code: int
    err: str


class ForkedCommandLine(ForkServer):
    """Start it once, call many times, close it."""

    def __init__(self) -> None:
        super().__init__("tests.cli.forked")

    def __call__(self, call: Call) -> Ended:
        return Ended(**self.ask(asdict(call)))


def main() -> None:
    """Serve until standard input ends."""
    import fla_batch.channel.sftp
    import fla_batch.cli.commands
    import fla_batch.commands.workspace
    import fla_batch.ledger.ledger
    import fla_batch.message  # noqa: F401

    serve(_forked)


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    code, err = in_child(partial(_become, Call(**job)))
    return asdict(Ended(code, err.decode(errors="replace")))


def _become(call: Call, stderr: int) -> None:
    """As the shell would start it; never returns."""
    from fla_batch.cli import main as fla_batch

    os.dup2(stderr, 2)
    os.environ.update(call.env)
    os.chdir(call.folder)
    if call.deleted:
        gone = Path(call.folder) / "gone"
        gone.mkdir()
        os.chdir(gone)
        shutil.rmtree(gone)
    _give_output(call.output)
    if call.weak:
        _give_up_roots_rights()
    if call.max_bytes is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (call.max_bytes, call.max_bytes))
    sys.stderr = io.TextIOWrapper(io.BufferedWriter(io.FileIO(2, "w", closefd=False)))
    sys.argv = ["fla-batch", *call.arguments]
    code = 99
    try:
        fla_batch()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 98
    except BaseException as error:  # what Python would show as a traceback
        os.write(2, f"Traceback {error!r}".encode())
    with contextlib.suppress(Exception):
        sys.stderr.flush()
    os._exit(code)


def _give_output(output: str) -> None:
    if output == CLOSED:
        os.close(1)
        sys.stdout = None
        return
    if output == PIPE:
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(output, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(writer, 1)
    os.close(writer)
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8")


def _give_up_roots_rights() -> None:
    """Rights of files hold for this process, whoever runs the tests."""
    if os.geteuid() == 0:
        import ctypes

        os.setgroups([])
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS, so that only these are dropped
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        nothing = (ctypes.c_uint32 * 6)()
        if libc.capset(header, nothing) != 0:
            raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main()
