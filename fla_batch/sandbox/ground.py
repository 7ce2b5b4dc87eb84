"""A place to practise: portal, platform, keys and a ready configuration in one folder.

It stands behind `demo`, `sandbox serve` and the end-to-end tests. Everything in it is thrown
away or kept as the caller likes; nothing of it is secret beyond the folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fla_batch.channel.userkey import openssh_form
from fla_batch.message import Profile
from fla_batch.sandbox.answer_faults import SOUND, AnswerFault
from fla_batch.sandbox.dialects import PLAIN, PortalDialect
from fla_batch.sandbox.faults import NO_FAULTS, Faults
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.portal import Portal
from fla_batch.sandbox.rest_face import RestFace
from fla_batch.sandbox.rest_faults import RestFaultPlan
from fla_batch.sandbox.rest_server import RestServer
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.sftp_server import SandboxServer
from fla_batch.sandbox.store import Store
from fla_batch.sandbox.token_server import TokenServer
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.signer import load_signer
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.system.files import private_folder, write_whole
from fla_batch.system.private_files import write_private_file
from fla_batch.system.profile_record import schemas_folder

SENDER = "123456"
USER = "practice"
_SETTINGS = """\
# Written by fla-batch for the sandbox in this folder; loopback only, throw-away keys.
[sender]
number = "{sender}"
environment = "S"

[workspace]
outbox = "outbox"
ledger = "sqlite:///outbox/ledger.db"

[gateway]
host = "{host}"
port = {port}
user = "{user}"
key_file = "keys/user.pem"
host_key = "{fingerprint}"
loopback_only = true

[signing]
key_file = "keys/sender/key.pem"
certificate_file = "keys/sender/certificate.pem"
answer_roots = "keys/portal/root.pem"

[answers]
require_signature = true
"""
CLIENT_ID = "self_service_expeditor_123456_practice"
_REST_SETTINGS = """
[channel]
use = "rest"

[rest]
client_id = "{client_id}"
key_file = "keys/sender/key.pem"
base_url = "{base_url}"
token_url = "{token_url}"
environment = "S"
loopback_only = true
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """A running sandbox. `settings_file` is ready for `fla-batch --config`.

    `rest` is the other face of the same platform, where it was asked for.
    """

    folder: Path
    settings_file: Path
    server: SandboxServer
    portal: Portal
    platform: Platform
    rest: RestServer | None = None


@contextmanager
def practice_ground(
    folder: Path,
    profile: Profile,
    *,
    clock: Callable[[], datetime],
    port: int = 0,
    faults: Faults = NO_FAULTS,
    answer_fault: AnswerFault = SOUND,
    dialect: PortalDialect = PLAIN,
    delay_s: float = 0.0,
    rest: RestFaultPlan | None = None,
    rest_port: int = 0,
) -> Iterator[Ground]:
    """Serves until the `with` ends. Raises ConfigurationMistake when the port is taken.

    Keys and accounts are made when they are missing, so that a second run goes on where the
    first one stopped. `delay_s` passes between a GO and its processing. With `rest` the platform
    has its REST face too, with those faults, and the configuration goes that way.
    """
    private_folder(folder)
    keys = private_folder(folder / "keys")
    public_line = _user_key(keys / "user.pem")
    for holder in ("sender", "portal"):
        if not (keys / holder / "root.pem").exists():
            throwaway_certificate(private_folder(keys / holder), now=clock(), common_name=holder)
    store = Store(folder / "platform.db")
    platform, sender = Platform(store), Sender(SENDER)
    portal = Portal(
        private_folder(folder / "portal"),
        profile,
        platform,
        sender=sender,
        clock=clock,
        state=folder / "portal-state",
        roots=load_certificates(keys / "sender" / "root.pem"),
        signer=load_signer(
            key_file=keys / "portal" / "key.pem",
            certificate_file=keys / "portal" / "certificate.pem",
        ),
        delay_s=delay_s,
        fault=answer_fault,
        dialect=dialect,
    )
    server = SandboxServer(
        folder / "portal",
        [public_line],
        port=port,
        host_key_file=keys / "host.pem",
        on_closed=portal.on_closed,
        faults=faults,
    )
    try:
        with ExitStack() as serving:
            serving.enter_context(portal)
            serving.enter_context(server)
            text = _SETTINGS.format(
                sender=SENDER,
                host=server.host,
                port=server.port,
                user=USER,
                fingerprint=server.fingerprint,
            )
            text, other = text + _profile_of(profile), None
            if rest is not None:
                # Its client signs with the sender's key.
                certificate = load_certificates(keys / "sender" / "certificate.pem")[0]
                tokens = TokenServer(CLIENT_ID, certificate, clock)
                other = RestServer(RestFace(platform, sender), tokens, clock, rest_port, rest)
                serving.enter_context(other)
                text += _REST_SETTINGS.format(
                    client_id=CLIENT_ID, base_url=other.base_url, token_url=other.token_url
                )
            settings = folder / "fla-batch.toml"
            write_whole(settings, text.encode())
            yield Ground(folder, settings, server, portal, platform, other)
    finally:
        store.close()


def _profile_of(profile: Profile) -> str:
    """The section that names the profile: later commands in the folder use the same."""
    ours = profile.folder.parent == schemas_folder()
    name = profile.folder.name if ours else profile.folder.resolve().as_posix()
    return f"\n[profile]\nname = {json.dumps(name)}\n"


def _user_key(path: Path) -> str:
    """The private key of the technical user, made when it is missing; its public line."""
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        write_private_file(path, openssh_form(key))
    loaded = serialization.load_ssh_private_key(path.read_bytes(), None)
    public = loaded.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return public.decode()
