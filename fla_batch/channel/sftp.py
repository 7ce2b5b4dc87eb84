"""The Gateway over SFTP. What a refusal of the server means is decided here."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fla_batch.channel.disk import local_chunks, local_file
from fla_batch.channel.handshake import printable, translated
from fla_batch.channel.login import Session, log_in
from fla_batch.channel.packets import Attributes, OpenFlag, StatusCode
from fla_batch.channel.protocol import (
    Downloaded,
    OperationRefused,
    Reached,
    RemoteFile,
    RemoteFileTooLarge,
    StatUnsupported,
    Uploaded,
    ignored,
    is_plain_name,
    require_plain_name,
)
from fla_batch.channel.wire import Refused, SftpWire
from fla_batch.configuration.server import GatewaySettings
from fla_batch.system.closing import Closing
from fla_batch.system.telemetry import span
from fla_batch.vocabulary.errors import GatewayUnavailable, OutcomeUnknown
from fla_batch.vocabulary.identifiers import mask_text

MAX_ENTRIES = 1_000_000
_FINAL = frozenset(
    {StatusCode.NO_SUCH_FILE, StatusCode.PERMISSION_DENIED, StatusCode.OP_UNSUPPORTED}
)
_REPLACE = OpenFlag.WRITE | OpenFlag.CREATE | OpenFlag.TRUNCATE
_GO_ON = OpenFlag.WRITE | OpenFlag.CREATE


def connect(settings: GatewaySettings) -> SftpGateway:
    """A gateway, logged in. Raises what `log_in` raises; close it, or use it in a `with`."""
    return SftpGateway(settings, log_in(settings))


class SftpGateway(Closing):
    """One connection; not for several threads at once. `Gateway` says what each method does."""

    def __init__(self, settings: GatewaySettings, session: Session) -> None:
        self._settings = settings
        self._session = session
        self._stat_works: bool | None = None

    def list_folder(self, folder: str) -> list[RemoteFile]:
        """Raises OperationRefused beyond a million entries."""
        found: list[RemoteFile] = []
        with (
            self._operation(f"listing {folder}") as wire,
            closing(wire.entries(_path(folder))) as entries,
        ):
            for raw, attributes in entries:
                if len(found) >= MAX_ENTRIES:
                    raise OperationRefused(f"{folder} holds more than {MAX_ENTRIES} entries")
                found.append(_remote_file(raw, attributes))
        return found

    def can_stat(self, folder: str) -> bool:
        if self._stat_works is None:
            with self._operation(f"looking at {folder}") as wire:
                try:
                    wire.stat(_path(folder))
                    self._stat_works = True
                except Refused as refused:
                    # To say that it is not there, a server has to be able to look.
                    self._stat_works = refused.code == StatusCode.NO_SUCH_FILE
        return self._stat_works

    def size(self, folder: str, name: str) -> int | None:
        path = _path(folder, name)
        attributes = Attributes()
        if self.can_stat(folder):
            with self._operation(f"looking at {name}") as wire:
                try:
                    attributes = wire.stat(path)
                except Refused as refused:
                    if refused.code == StatusCode.NO_SUCH_FILE:
                        return None
                    raise
        if attributes.size is None:
            raise StatUnsupported("the server does not tell sizes")
        return attributes.size

    def sha256(self, folder: str, name: str, *, length: int) -> bytes:
        digest = hashlib.sha256()
        with self._operation(f"reading {name} back") as wire:
            handle = wire.open(_path(folder, name), OpenFlag.READ)
            # Closed before the next request, so that answers still under way are passed over.
            with closing(wire.read(handle)) as pieces:
                for piece in pieces:
                    digest.update(piece[:length])
                    length -= len(piece)
                    if length <= 0:
                        break
            wire.close(handle)
        return digest.digest()

    def upload(
        self, folder: str, name: str, path: Path, *, offset: int = 0, reached: Reached = ignored
    ) -> Uploaded:
        remote = _path(folder, name)
        with local_chunks(path, offset) as chunks, self._operation(f"writing {name}") as wire:
            handle = wire.open(remote, _GO_ON if offset else _REPLACE)
            size = offset + wire.write_and_close(handle, chunks, offset, reached)
        return Uploaded(size, offset, self._compared(folder, name, size))

    def create_empty(self, folder: str, name: str) -> None:
        path = _path(folder, name)
        if not self._session.transport.is_active():
            raise GatewayUnavailable(f"the connection was gone before {name} was created")
        try:
            with self._operation(f"creating {name}") as wire:
                handle = wire.open(path, _REPLACE)
                try:
                    wire.close(handle)
                except Refused as refused:
                    raise OutcomeUnknown(f"the server closed {name} with an error") from refused
        except GatewayUnavailable as error:
            # An answer, even a refusal, is an outcome; silence after the request is none.
            if isinstance(error, OutcomeUnknown) or isinstance(error.__cause__, Refused):
                raise
            raise OutcomeUnknown(f"{name} may or may not have been created: {error}") from error

    def download(self, folder: str, name: str, path: Path, *, max_bytes: int) -> Downloaded:
        digest, size = hashlib.sha256(), 0
        remote = _path(folder, name)
        reading = self._operation(f"reading {name}", refusal=OperationRefused)
        with local_file(path) as write, reading as wire:
            handle = wire.open(remote, OpenFlag.READ)
            try:
                with closing(wire.read(handle)) as pieces:
                    for piece in pieces:
                        size += len(piece)
                        if size > max_bytes:
                            break
                        digest.update(piece)
                        write(piece)
            except Refused:
                wire.close(handle)  # the next file is fetched over the same connection
                raise
            wire.close(handle)
        if size > max_bytes:
            raise RemoteFileTooLarge(f"{name} is larger than {max_bytes} bytes")
        return Downloaded(size, digest.hexdigest())

    def remove(self, folder: str, name: str) -> None:
        with self._operation(f"removing {name}") as wire:
            try:
                wire.remove(_path(folder, name))
            except Refused as refused:
                if refused.code != StatusCode.NO_SUCH_FILE:
                    raise

    def close(self) -> None:
        self._session.end()

    def _compared(self, folder: str, name: str, size: int) -> bool:
        """True when the server holds `size` bytes, False when it does not tell sizes."""
        try:
            there = self.size(folder, name)
        except StatUnsupported:
            return False
        if there != size:
            raise GatewayUnavailable(
                f"{name} has {there or 0} bytes on the server instead of {size}"
            )
        return True

    @contextmanager
    def _operation(
        self, doing: str, *, refusal: type[GatewayUnavailable] = GatewayUnavailable
    ) -> Iterator[SftpWire]:
        """One operation; `refusal` is what becomes of a "no" that is not final by its code."""
        watchdog = self._session.watchdog
        limit_s = self._settings.limits.operation_s
        try:
            with (
                span(f"sftp {doing.partition(' ')[0]}", {"fla_batch.doing": doing}),
                translated(self._settings, doing, watchdog),
                watchdog.phase(doing, limit_s),
            ):
                yield self._session.wire
        except Refused as refused:
            kind = OperationRefused if refused.code in _FINAL else refusal
            raise kind(
                f"{self._settings.address} refused {doing}: {printable(mask_text(str(refused)))}"
            ) from refused


def _path(folder: str, name: str | None = None) -> bytes:
    parts = [folder] if name is None else [folder, name]
    return "/".join(map(require_plain_name, parts)).encode("ascii")


def _remote_file(raw: bytes, attributes: Attributes) -> RemoteFile:
    name = raw.decode("ascii", errors="backslashreplace")
    is_file = attributes.mode is None or stat.S_ISREG(attributes.mode)
    if is_file and is_plain_name(name):
        return RemoteFile(name, attributes.size, modified=attributes.modified)
    fault = "not a regular file" if not is_file else "not a plain name"
    return RemoteFile(printable(name), attributes.size, is_file, fault, attributes.modified)
