"""FI, FS, then GO: sending one batch so that nothing is lost and nothing is sent twice.

The intent is recorded before every step that cannot be taken back (R4). FI and FS may be sent
again and resumed, for nothing happens before GO; GO is created once. When the connection breaks
around GO the batch is in doubt, and only the server's folder or an answer settles it (R5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from fla_batch.channel.protocol import Gateway, Reached, Uploaded, ignored
from fla_batch.ledger.lifecycle import Event
from fla_batch.system.files import disk_trouble
from fla_batch.vocabulary.errors import GatewayUnavailable, OutcomeUnknown
from fla_batch.vocabulary.filenames import FileName
from fla_batch.vocabulary.terms import FileKind

_PIECE = 1 << 20


class Journal(Protocol):
    """Puts an event of the batch on disk before it returns."""

    def __call__(self, event: Event, **details: Any) -> None: ...


class Outgoing(NamedTuple):
    """The files of one batch that lie on our disk, and the folder on the server that they go to."""

    files: tuple[tuple[FileName, Path], ...]
    go: FileName
    folder: str

    @property
    def in_order(self) -> list[tuple[FileName, Path]]:
        """Every FI, then every FS (R1)."""
        order = {FileKind.FI: 0, FileKind.FS: 1}
        return sorted(self.files, key=lambda item: (order[item[0].kind], item[0].part or 0))


def upload(
    batch: Outgoing, gateway: Gateway, journal: Journal, reached: Callable[[str, int], None]
) -> None:
    """Send a staged batch, or go on with one that was interrupted before GO.

    `reached` is told the name of a file and how many bytes of it the server has, and before
    anything of a file leaves that it has none: it may raise, and nothing more leaves. Raises
    GatewayUnavailable (send again later: nothing was started), OutcomeUnknown (in doubt: never
    send again), DiskTrouble, LedgerTrouble.
    """
    journal(Event.SENDING)
    unchecked = []
    for name, path in batch.in_order:
        so_far = partial(reached, str(name))
        so_far(0)
        done = upload_resuming(gateway, batch.folder, str(name), path, so_far)
        if not done.size_compared:
            unchecked.append(str(name))
        so_far(done.size)
    # A server without stat is no reason to fail, but the ledger says what was not compared (R3).
    journal(Event.GO_BEGUN, sizes_not_compared=unchecked)
    _create_go(batch, gateway, journal)
    journal(Event.SENT)


def upload_resuming(
    gateway: Gateway, folder: str, name: str, path: Path, reached: Reached = ignored
) -> Uploaded:
    """Upload `path`, from where an earlier attempt stopped if its bytes are still right.

    `reached` is told at once what is kept. Raises what `Gateway.upload` raises.
    """
    offset = _resume_offset(gateway, folder, name, path)
    if offset:
        reached(offset)
    return gateway.upload(folder, name, path, offset=offset, reached=reached)


def _resume_offset(gateway: Gateway, folder: str, name: str, path: Path) -> int:
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


def _create_go(batch: Outgoing, gateway: Gateway, journal: Journal) -> None:
    try:
        gateway.create_empty(batch.folder, str(batch.go))
    except OutcomeUnknown:
        raise
    except GatewayUnavailable:
        # The request did not leave, or was refused: GO is certainly not there.
        journal(Event.GO_ABSENT)
        raise


def settle(batch: Outgoing, gateway: Gateway, journal: Journal, pause: Callable[[], None]) -> bool:
    """Find out what became of a batch in doubt, from the server's folder. True when settled.

    GO there, or none of the files left: it was sent. All files whole and no GO, seen twice with
    a pause between: GO never arrived, and `upload` may go on. Anything else stays in doubt until
    an answer comes.
    """
    first = _look(batch, gateway)
    if first is Event.GO_ABSENT:
        pause()
        first = _look(batch, gateway)
    if first is None:
        return False
    journal(first, settled="from the folder of the server")
    return True


def _look(batch: Outgoing, gateway: Gateway) -> Event | None:
    there = {entry.name: entry.size for entry in gateway.list_folder(batch.folder)}
    ours = {str(name): path.stat().st_size for name, path in batch.files}
    if str(batch.go) in there or not any(name in there for name in ours):
        return Event.SENT
    if all(there.get(name) in (size, None) and name in there for name, size in ours.items()):
        return Event.GO_ABSENT
    return None
