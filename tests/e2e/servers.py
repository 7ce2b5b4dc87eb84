"""The servers that the whole chain runs against: the sandbox, and Debian's sshd twice."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from fla_batch.channel.hostkeys import fingerprint
from fla_batch.message import load
from fla_batch.sandbox.ground import SENDER, practice_ground
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.portal import Portal
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.store import Store
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.signer import load_signer
from fla_batch.vocabulary.terms import Environment
from tests.contract.sshd import Sshd, running_sshd
from tests.contract.user_keys import UserKey

_SETTINGS = """\
[sender]
number = "{sender}"
environment = "S"

[gateway]
host = "127.0.0.1"
port = {port}
user = "{user}"
key_file = "keys/user.pem"
host_key = "{host_key}"
legacy_ssh_rsa = {legacy}
loopback_only = true

[signing]
key_file = "keys/sender/key.pem"
certificate_file = "keys/sender/certificate.pem"
answer_roots = "keys/portal/root.pem"

[answers]
require_signature = true
"""


@dataclass(frozen=True)
class Server:
    """A running server with the portal behind it.

    `answered` returns once everything that was sent is answered; `received` holds the files as
    they came, a folder a batch; `operations` are those that clients asked for, where the server
    tells.
    """

    settings_file: Path
    answered: Callable[[], None]
    received: Path
    operations: Callable[[], list[tuple[str, str]]] | None = None


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def sandbox(folder: Path) -> Iterator[Server]:
    """The sandbox as it is shipped."""
    with practice_ground(folder, load("fla-20250131"), clock=now) as ground:

        def operations() -> list[tuple[str, str]]:
            return [(each.kind, each.name) for each in ground.server.operations]

        received = folder / "portal-state" / "received"
        yield Server(ground.settings_file, ground.portal.settle, received, operations)


@contextmanager
def openssh(folder: Path, algorithms: str, *, legacy: bool) -> Iterator[Server]:
    """Debian's sshd with keys as the sandbox makes them; the portal looks when the test lets it."""
    key_file = folder / "keys" / "user.pem"
    with (
        running_sshd(folder, key_of(key_file), algorithms) as sshd,
        _portal(folder, sshd) as portal,
    ):
        settings_file = folder / "fla-batch.toml"
        settings_file.write_text(
            _SETTINGS.format(
                sender=SENDER,
                port=sshd.port,
                user=sshd.user,
                host_key=fingerprint(base64.b64decode(sshd.host_key_line.split()[1])),
                legacy=str(legacy).lower(),
            )
        )
        environment = Environment.SIMULATION

        def answered() -> None:
            for path in sorted((sshd.root / environment.folder_in).glob("GO.*")):
                portal.process(environment, path.name)

        yield Server(settings_file, answered, folder / "state" / "received")


def key_of(path: Path) -> UserKey:
    """The key pair of the technical user whose private key lies there."""
    public = serialization.load_ssh_private_key(path.read_bytes(), None).public_key()
    line = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return UserKey(path, line.decode())


@contextmanager
def _portal(folder: Path, sshd: Sshd) -> Iterator[Portal]:
    store = Store(folder / "platform.db")
    try:
        with Portal(
            sshd.root,
            load("fla-20250131"),
            Platform(store),
            sender=Sender(SENDER),
            clock=now,
            state=folder / "state",
            roots=load_certificates(folder / "keys" / "sender" / "root.pem"),
            signer=load_signer(
                key_file=folder / "keys" / "portal" / "key.pem",
                certificate_file=folder / "keys" / "portal" / "certificate.pem",
            ),
        ) as portal:
            yield portal
    finally:
        store.close()
