"""Python as it is where POSIX is not: run this with the arguments of `fla-batch`, or `-c CODE`.

What Windows has no counterpart of is taken away before anything of ours is imported. Libraries that
have a form of their own for Windows are imported before that, in the form that this system has.
"""

from __future__ import annotations

import asyncio  # noqa: F401
import multiprocessing.popen_spawn_posix  # noqa: F401
import os
import signal
import socket
import sqlite3  # noqa: F401
import subprocess  # noqa: F401
import sys
import warnings

import polars  # noqa: F401

MODULES = ("fcntl", "grp", "pwd", "resource", "termios", "syslog")
OF_OS = """
    O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK chown fchmod fchown fork forkpty getegid geteuid
    getgid getgroups getuid initgroups killpg lchown mkfifo nice pread preadv pwrite pwritev
    sched_getaffinity setsid sysconf uname wait
"""
OF_SIGNAL = """
    SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2 alarm setitimer
"""


def take_away() -> None:
    """As on Windows, as far as a program can see it by what there is to call."""
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in OF_OS.split():
        delattr(os, name)
    for name in OF_SIGNAL.split():
        delattr(signal, name)
    del socket.AF_UNIX
    os.supports_follow_symlinks.discard(os.link)
    # It says that locks of this kind are all that is left here; on Windows it has its own.
    warnings.filterwarnings("ignore", message="only soft file lock", category=UserWarning)


if __name__ == "__main__":
    take_away()
    if sys.argv[1] == "-c":
        exec(sys.argv[2])
    else:
        from fla_batch.cli.edge import run

        sys.exit(run(sys.argv[1:]))
