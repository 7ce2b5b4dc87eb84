"""Going on with a broken upload: only where the server holds the same bytes as we do."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fla_batch.channel.protocol import Gateway, Reached, Uploaded, ignored
from fla_batch.system.files import disk_trouble

_PIECE = 1 << 20


def upload_resuming(
    gateway: Gateway, folder: str, name: str, path: Path, reached: Reached = ignored
) -> Uploaded:
    """Upload `path`, from where an earlier attempt stopped if its bytes are still right.

    `reached` is told at once what is kept. Raises what `Gateway.upload` raises.
    """
    offset = resume_offset(gateway, folder, name, path)
    if offset:
        reached(offset)
    return gateway.upload(folder, name, path, offset=offset, reached=reached)


def resume_offset(gateway: Gateway, folder: str, name: str, path: Path) -> int:
    """How many bytes of `path` the server already holds; 0 when it holds anything else."""
    if not gateway.can_stat(folder):
        return 0
    there = gateway.size(folder, name)
    try:
        here = path.stat().st_size
        if not there or there > here:
            return 0
        same = gateway.sha256(folder, name, length=there) == _prefix_sha256(path, there)
    except OSError as error:
        raise disk_trouble("read", path, error) from error
    return there if same else 0


def _prefix_sha256(path: Path, length: int) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while length > 0 and (piece := file.read(min(_PIECE, length))):
            digest.update(piece)
            length -= len(piece)
    return digest.digest()
