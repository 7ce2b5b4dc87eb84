"""The way to a Dask scheduler: a private one, by TLS with certificates of Dask's own settings."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from fla_batch.configuration.server import is_loopback
from fla_batch.vocabulary.errors import ConfigurationMistake, FlaBatchError

if TYPE_CHECKING:
    from distributed import Client

_CONNECT_S = 15
_TLS = (
    "See docs/guides/several-hosts.md: DASK_DISTRIBUTED__COMM__TLS__CA_FILE, and certificate and "
    "key of the client."
)


class WorkersUnfit(ConfigurationMistake):
    """Workers that cannot do our work: no library, another version, not the same folder."""

    hint = "See docs/guides/several-hosts.md: what the workers of --workers need."


class SchedulerUnavailable(FlaBatchError):
    """The scheduler cannot be reached: nothing was begun."""

    exit_code = 4
    hint = "Start it, or check the address of --workers; without --workers this machine does it."
    retryable = True


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at `tcp://HOST:PORT` or `tls://HOST:PORT`.

    It is closed when the body raises, and else by whoever got it. Raises WorkersUnfit,
    SchedulerUnavailable.
    """
    library = _library()
    parts = _parts(address)
    _require_private(parts)
    if parts.scheme == "tls":
        _require_certificates(library)
    import dask
    from distributed.comm.core import FatalCommClosedError

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})
    client: Client | None = None
    try:
        with warnings.catch_warnings():
            # What differs is told in our own words.
            warnings.simplefilter("ignore")
            client = library.Client(address, timeout=_CONNECT_S, set_as_default=False)
        yield client
    except BaseException as error:
        if client is not None:
            client.close(timeout=5)
        # Dask says so when the two do not trust each other's certificates.
        if isinstance(error, FatalCommClosedError):
            raise WorkersUnfit(
                f"the scheduler at {address} and we do not trust each other's certificates",
                hint=_TLS,
            ) from None
        if isinstance(error, OSError | ValueError | TypeError):
            why = _cause(error)
            raise SchedulerUnavailable(f"no scheduler answers at {address}: {why}") from None
        raise


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).partition("\n")[0] or type(error).__name__


def _parts(address: str) -> SplitResult:
    parts = urlsplit(address)
    try:
        whole = parts.scheme in ("tcp", "tls") and parts.hostname and parts.port
    except ValueError:
        whole = False
    if not whole or parts.username or parts.password or parts.path.strip("/"):
        raise WorkersUnfit("--workers is no address such as tls://scheduler:8786")
    return parts


def _require_private(parts: SplitResult) -> None:
    import dask

    declared = dask.config.get("distributed.comm.require-encryption", None) is False
    if parts.scheme == "tcp" and not declared and not is_loopback(parts.hostname or ""):
        raise WorkersUnfit(
            "--workers begins with tcp://: national numbers would cross the network in the clear",
            hint="Use tls://, or set DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=false where the "
            "network is your own.",
        )


def _require_certificates(library: ModuleType) -> None:
    try:
        own = library.Security().get_connection_args("client")["ssl_context"]
    except OSError as error:
        raise WorkersUnfit(
            f"the certificates for --workers cannot be read: {error.strerror or error}", hint=_TLS
        ) from None
    if own is None:
        raise WorkersUnfit("--workers begins with tls://, and no certificate is set", hint=_TLS)


def _library() -> ModuleType:
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise WorkersUnfit(
            f"the library for --workers is not installed: {error.name}",
            hint="pip install 'fla-batch[cluster]'",
        ) from error
    found: ModuleType = distributed
    return found
