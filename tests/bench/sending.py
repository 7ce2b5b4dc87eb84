"""The command `send` beside OpenSSH's sftp: the same batch, to the same sshd, GO last."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.bench.jobs import Site
from tests.bench.measure import Measured, program
from tests.bench.relay import LOOPBACK, relay_to
from tests.contract.sshd import MODERN, running_sshd
from tests.contract.user_keys import write_key

FOLDER_IN = "INTEST-S"
_TOOL = Path(sys.executable).with_name("fla-batch")
_SENDER = '[sender]\nnumber = "123456"\n'
_GATEWAY = """\
[gateway]
host = "{host}"
port = {port}
user = "{user}"
key_file = "{folder}/user"
known_hosts = "{folder}/known_hosts"
"""

Run = Callable[[], Measured]


def gateway_settings(port: int, keys: Path) -> str:
    """[gateway] for a server on loopback; the user's key and the known hosts lie in `keys`."""
    return _GATEWAY.format(host=LOOPBACK, port=port, user=getpass.getuser(), folder=keys)


@dataclass(frozen=True, slots=True)
class Line:
    """A built batch, and how both senders reach the server's folder `arrived`."""

    site: Site
    folder: Path
    port: int
    arrived: Path

    def prepare(self, host_key_line: str) -> None:
        """Settings and the pinned host key."""
        known = f"[{LOOPBACK}]:{self.port} {host_key_line}\n"
        (self.folder / "known_hosts").write_text(known)
        text = _SENDER + gateway_settings(self.port, self.folder)
        (self.folder / "fla-batch.toml").write_text(text)

    def ours(self) -> Measured:
        """The command, on a batch that is staged."""
        outbox = self.folder / "outbox"
        shutil.rmtree(outbox, ignore_errors=True)
        shutil.copytree(self.site.folder / "outbox", outbox, copy_function=_shared)
        return self._sent([_TOOL, "send", "--config", self.folder / "fla-batch.toml"])

    def theirs(self) -> Measured:
        """OpenSSH's client, with the same files in the same order."""
        batch = self.folder / "batch"
        batch.write_text("".join(f"put {path} {FOLDER_IN}/{path.name}\n" for path in self.files()))
        command: list[str | Path] = ["sftp", "-P", str(self.port), "-i", self.folder / "user"]
        command += ["-b", batch, "-o", "IdentitiesOnly=yes"]
        command += ["-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}"]
        return self._sent([*command, f"{getpass.getuser()}@{LOOPBACK}"])

    def files(self) -> list[Path]:
        """Every FI, every FS, then GO."""
        sent = (self.site.folder / "outbox").glob("S/*/sent/*")
        return sorted(sent, key=lambda path: (["FI", "FS", "GO"].index(path.name[:2]), path.name))

    def _sent(self, command: Sequence[str | Path]) -> Measured:
        for path in self.arrived.iterdir():
            path.unlink()
        # What an earlier run left to be written would slow this one down.
        os.sync()
        measured = program(command)
        wanted = {path.name: path.stat().st_size for path in self.files()}
        if {path.name: path.stat().st_size for path in self.arrived.iterdir()} != wanted:
            raise RuntimeError(f"{command[0]} did not send everything")
        return measured


@contextmanager
def sending(site: Site, round_trip_s: float = 0.0) -> Iterator[tuple[Run, Run]]:
    """Ours and OpenSSH's sftp, over loopback or over a relay with that round trip."""
    folder = site.folder / f"send-{round_trip_s:g}"
    folder.mkdir()
    key = write_key(folder / "user", "rsa")
    with running_sshd(folder, key, MODERN) as server:
        relay = (
            relay_to(server.port, round_trip_s / 2) if round_trip_s else nullcontext(server.port)
        )
        with relay as port:
            line = Line(site, folder, port, server.root / FOLDER_IN)
            line.prepare(server.host_key_line)
            yield line.ours, line.theirs
    shutil.rmtree(folder)


def _shared(source: str, target: str) -> None:
    """A copy of what `send` writes to; a second name for the large files that it only reads."""
    if "/sent/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)
