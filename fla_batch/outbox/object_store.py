"""Objects by key, where every host finds them: S3 and what speaks like it (obstore; decision 2001).

A key is a path within the outbox. An object is there whole or not at all, and one that is there is
not written over, but for marks that only one host writes. Credentials come from where the library
looks for them (AWS_ACCESS_KEY_ID, a web identity, the instance), never from the URL.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from fla_batch.configuration.server import is_loopback
from fla_batch.system.files import FileFacts, HashingWriter, new_private_file
from fla_batch.vocabulary.errors import ConfigurationMistake, DiskTrouble
from fla_batch.vocabulary.identifiers import mask_text

if TYPE_CHECKING:
    from obstore.store import ClientConfig
    from obstore.store import ObjectStore as Client

_SCHEMES = ("s3", "gs", "az")
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_CHUNK_BYTES = 1 << 20
_PROBES = ".probe"


class StoreUnavailable(DiskTrouble):
    """The object store cannot be reached, or refuses us: nothing of the step was done."""

    hint = "Try again later; if it stays, check the store's address and our credentials for it."


class StoreUnfit(ConfigurationMistake):
    """No address, no library for it, or a store that writes over what is there."""

    hint = "See docs/guides/several-hosts.md: what [workspace] store takes, and what it must offer."


@dataclass(slots=True)
class ObjectStore:
    """The objects below one URL. Every method raises StoreUnavailable when it cannot be done."""

    url: str
    _client: Client
    _is_fit: bool = False

    @classmethod
    def at(
        cls, url: str, environ: Mapping[str, str], named: str = "[workspace] store"
    ) -> ObjectStore:
        """The store at `s3://bucket/prefix`; nothing is asked of it yet.

        `environ` is looked at for the address of a server that is not the provider's own, and
        `named` is what the user calls it. Raises StoreUnfit for a URL that is none, one with a
        password, or without the library.
        """
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise StoreUnfit(f"{named} is no address such as s3://bucket/prefix")
        _require_no_secret(parts, named)
        endpoint = next((environ[name] for name in _ENDPOINTS if environ.get(name)), "")
        plain = endpoint.startswith("http://")
        if plain and not _may_be_plain(endpoint, environ):
            raise StoreUnfit(
                "the object store's address begins with http://: national numbers would cross the "
                "network in the clear",
                hint="Use https://, or set AWS_ALLOW_HTTP=true where the network is your own.",
            )
        _library()
        from obstore.store import from_url

        options: ClientConfig = {"connect_timeout": "10s", "timeout": "300s", "allow_http": plain}
        with _translated("reach", url):
            return cls(url, from_url(url, client_options=options, retry_config={"max_retries": 3}))

    def require_put_if_absent(self) -> None:
        """Try, once, whether a second writer of one key is refused (R36).

        Raises StoreUnfit otherwise.
        """
        if self._is_fit:
            return
        key = f"{_PROBES}/{secrets.token_hex(8)}"
        try:
            first, second = (self._put_new(key, content) for content in (b"1", b"2"))
            kept = self.read(key)
        finally:
            self.remove([key])
        if not first or second or kept != b"1":
            raise StoreUnfit(
                f"{self.url} writes over an object that is there: two hosts could take each "
                "other's files for their own",
                hint='Use a store that knows "If-None-Match: *" (conditional writes), and keep '
                "the outbox of one host in a folder meanwhile.",
            )
        self._is_fit = True

    def put_new(self, key: str, content: bytes | Path) -> bool:
        """Write an object, whole; False when the key is taken, whatever lies there.

        Raises StoreUnfit.
        """
        self.require_put_if_absent()
        return self._put_new(key, content)

    def _put_new(self, key: str, content: bytes | Path) -> bool:
        library = _library()
        with _translated("write", key):
            try:
                library.put(self._client, key, content, mode="create", use_multipart=False)
            except library.exceptions.AlreadyExistsError:
                return False
        return True

    def replace(self, key: str, content: bytes) -> None:
        """Write an object, over one that is there: for what only this host writes."""
        with _translated("write", key):
            _library().put(self._client, key, content, use_multipart=False)

    def read(self, key: str) -> bytes | None:
        """A small object; None when it is not there."""
        content = bytearray()
        found = self._each_chunk(key, content.extend)
        return bytes(content) if found else None

    def fetch(self, key: str, writer: HashingWriter) -> bool:
        """Write an object to `writer`, which then knows its size and digest; False without one."""
        return self._each_chunk(key, writer.write)

    def facts(self, key: str) -> FileFacts | None:
        """Size and SHA-256 of an object, which is read for it; None when it is not there."""
        nothing = Path(os.devnull)
        with nothing.open("wb") as nowhere:
            writer = HashingWriter(nowhere, nothing)
            return writer.facts if self.fetch(key, writer) else None

    def sizes(self, prefix: str) -> dict[str, int]:
        """Size in bytes of every object below `prefix`, a path; by key, in their order."""
        with _translated("list", prefix):
            pages = _library().list(self._client, prefix)
            return {found["path"]: found["size"] for page in pages for found in page}

    def remove(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is fine."""
        for key in keys:
            with _translated("delete", key), suppress(FileNotFoundError):
                _library().delete(self._client, key)

    def _each_chunk(self, key: str, take: Callable[[bytes], object]) -> bool:
        with _translated("read", key):
            try:
                chunks = iter(_library().get(self._client, key).stream(_CHUNK_BYTES))
            except FileNotFoundError:
                return False
        while True:
            with _translated("read", key):
                chunk = next(chunks, None)
            if chunk is None:
                return True
            take(bytes(chunk))


def fetched(url: str, target: Path, environ: Mapping[str, str]) -> bool:
    """Copy the object at `url` to a new file; False when there is none.

    Raises StoreUnfit, StoreUnavailable, DiskTrouble.
    """
    folder, _, name = url.rpartition("/")
    store = ObjectStore.at(folder, environ, named="the input")
    with new_private_file(target) as writer:
        return store.fetch(name, writer)


def _require_no_secret(parts: SplitResult, named: str) -> None:
    if parts.username or parts.password or parts.query:
        raise StoreUnfit(
            f"{named} holds more than a bucket and a prefix: no secret belongs there",
            hint="Give credentials by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or by the "
            "role of the machine.",
        )


def _may_be_plain(endpoint: str, environ: Mapping[str, str]) -> bool:
    """True where nothing leaves this machine, or where the user says that it may."""
    declared = environ.get("AWS_ALLOW_HTTP", "").lower() == "true"
    return declared or is_loopback(urlsplit(endpoint).hostname or "")


def _library() -> ModuleType:
    try:
        import obstore
    except ModuleNotFoundError as error:
        raise StoreUnfit(
            f"the library for object stores is not installed: {error.name}",
            hint="pip install 'fla-batch[objects]'",
        ) from error
    return obstore


@contextmanager
def _translated(doing: str, what: str) -> Iterator[None]:
    """Turn the library's exceptions into StoreUnavailable; the first line tells enough."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        cause = mask_text(str(error).partition("\n")[0].rpartition(" - ")[2])
        raise StoreUnavailable(f"cannot {doing} {what} in the object store: {cause}") from None
