"""The REST side of a place to practise: its client, its key, and its part of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.rest_face import RestFace
from fla_batch.sandbox.rest_faults import RestFaultPlan
from fla_batch.sandbox.rest_server import RestServer
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.token_server import TokenServer
from fla_batch.signing.keys import load_certificates

CLIENT_ID = "self_service_expeditor_123456_practice"
_SETTINGS = """
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


def practice_server(
    keys: Path,
    platform: Platform,
    sender: Sender,
    *,
    clock: Callable[[], datetime],
    port: int = 0,
    faults: RestFaultPlan,
) -> RestServer:
    """A REST server over `platform`, whose client signs with the sender's key in `keys`."""
    certificate = load_certificates(keys / "sender" / "certificate.pem")[0]
    tokens = TokenServer(CLIENT_ID, certificate, clock)
    return RestServer(RestFace(platform, sender), tokens, clock, port, faults)


def rest_settings(server: RestServer) -> str:
    """What the configuration of practice says besides, to go over REST."""
    return _SETTINGS.format(
        client_id=CLIENT_ID, base_url=server.base_url, token_url=server.token_url
    )
