"""One upload with our gateway."""

from __future__ import annotations

import sys
from pathlib import Path

from fla_batch.gateway.settings import GatewaySettings
from fla_batch.gateway.sftp import connect


def main(host: str, port: str, user: str, key: str, known_hosts: str, source: str) -> None:
    """Connects, uploads and compares the size."""
    settings = GatewaySettings(
        host=host,
        port=int(port),
        user=user,
        key_file=Path(key),
        known_hosts=Path(known_hosts),
    )
    path = Path(source)
    with connect(settings) as gateway:
        gateway.upload("INTEST-S", path.name, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
