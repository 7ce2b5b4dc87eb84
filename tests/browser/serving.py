"""`fla-batch ui` as a process of its own in a folder of its own, to be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

_COMMAND = "from fla_batch.cli import main; main()"


class RunningPage:
    """Started in `folder`; `link` is the address that it printed."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder, self._more = folder, more
        self.start()

    def start(self) -> None:
        """Once more, with a new link."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, "ui", "--no-browser", "--lang", "en", *self._more],
            cwd=self.folder,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "XDG_CONFIG_HOME": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        printed = ""
        for line in self._process.stdout:
            printed += line
            if line.strip().startswith("http"):
                self.link = line.strip()
                return
        raise AssertionError(printed)

    @property
    def peak_mb(self) -> int:
        """The most memory that it had, in MB of 10**6 bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 // 1_000_000

    @property
    def cpu_s(self) -> float:
        """The processor time that it took, in seconds: what other processes do does not count."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """At once, as when the machine is switched off."""
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate(timeout=10)

    def stop(self) -> str:
        """As Ctrl-C does; what it printed since."""
        self._process.send_signal(signal.SIGINT)
        try:
            said, _ = self._process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return said
