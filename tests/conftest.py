"""What holds for all tests: nothing leaves this machine, no setting of the caller's counts, and
property tests try the same examples everywhere."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from fla_batch.configuration.sections import ENV_PREFIX
from fla_batch.message import load
from fla_batch.sandbox.ground import Ground, practice_ground
from tests.command_line import CommandLine
from tests.counts import COUNTED
from tests.e2e.servers import now
from tests.real_parts import REQUIRE

# A slow machine is no failure, and the same commit has the same outcome on each.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

# Ctrl-C as at a terminal, for us and for what the tests start: a shell ignores it for what it runs
# behind itself, and that is inherited.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_LOCAL_NAMES = frozenset({None, "", "localhost", b"localhost"})


def _own_address() -> str:
    """Where this machine's name leads: a test looks whether the sandbox answers there."""
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"


_OWN_ADDRESS = _own_address()


def _is_local(host: object) -> bool:
    if host in _LOCAL_NAMES or host == _OWN_ADDRESS:
        return True
    try:
        return ipaddress.ip_address(host if isinstance(host, str) else str(host)).is_loopback
    except ValueError:
        return False


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses connections and look-ups beyond loopback (S14)."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"  # else a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_local(host):
        raise RuntimeError(f"a test wanted to reach {host}")


sys.addaudithook(_stay_here)


@pytest.fixture(autouse=True)
def _without_the_callers_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(ENV_PREFIX) and name != REQUIRE:
            monkeypatch.delenv(name)


@pytest.fixture
def fla(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """The command line of a user without settings, in an empty folder, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return CommandLine(capsys)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A simulated portal of this test's own, with the settings of a user for it."""
    with practice_ground(tmp_path / "ground", load("fla-20250131"), clock=now) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The counts that tests say, so that a run shows how much it looked at."""
    said = [
        f"{report.nodeid.rpartition('::')[2]}: {text}"
        for report in terminalreporter.getreports("passed")
        for name, text in report.user_properties
        if name == COUNTED
    ]
    if said:
        terminalreporter.section("counts")
        for line in sorted(said):
            terminalreporter.write_line(line)
