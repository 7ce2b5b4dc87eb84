"""The workers of a Dask cluster, at the address of its scheduler (decision 2003).

What they get are tasks as this machine's own processes get them; a worker that is lost is Dask's
to replace. Keys of tasks are random, and no text that Dask may log says what a task holds.
"""

from __future__ import annotations

import logging
import secrets
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from fla_batch.configuration.loopback import is_loopback
from fla_batch.system.files import remove_file, write_whole
from fla_batch.system.workforce import WorkersLost, Workforce
from fla_batch.vocabulary.errors import ConfigurationMistake, FlaBatchError
from fla_batch.vocabulary.identifiers import mask_text

if TYPE_CHECKING:
    from distributed import Client

Made = TypeVar("Made")
_CONNECT_S = 15
_LOOK_S = 5.0
_ALONE_S = 60.0
_PACKAGES = ("fla-batch", "polars", "lxml", "distributed")


class WorkersUnfit(ConfigurationMistake):
    """Workers that cannot do our work: no library, another version, not the same folder."""

    hint = "See docs/guides/several-hosts.md: what the workers of --workers need."


class SchedulerUnavailable(FlaBatchError):
    """The scheduler cannot be reached: nothing was begun."""

    exit_code = 4
    hint = "Start it, or check the address of --workers; without --workers this machine does it."
    retryable = True


class Introduction(NamedTuple):
    """What a worker says of itself: versions of the packages that have to be ours."""

    versions: tuple[str, ...]

    @classmethod
    def ours(cls) -> Introduction:
        """That of this process."""
        return cls(tuple(map(version, _PACKAGES)))


class Cluster(Workforce):
    """The workers of one scheduler; close it at the end."""

    def __init__(self, client: Client) -> None:
        self._client = client
        # Else a key is the digest of all that a task holds, which tells and takes time.
        self._executor = _Guarded(client.get_executor(pure=False))
        self.at_once = 2 * max(1, sum(client.nthreads().values()))

    @property
    def names(self) -> list[str]:
        """The addresses of the workers."""
        return sorted(self._client.nthreads())

    @classmethod
    def at(cls, address: str) -> Cluster:
        """Those at `tcp://HOST:PORT` or `tls://HOST:PORT`, all fit for our work.

        TLS has its certificates by Dask's own settings. Raises WorkersUnfit, SchedulerUnavailable,
        WorkersLost where there are none.
        """
        library = _library()
        _require_private(address)
        with _connected(library, address) as client:
            _require_fit(client)
        return cls(client)

    def executor(self, *, holds_lock: bool) -> Executor:  # noqa: ARG002 - they are processes
        """See `Workforce`."""
        return self._executor

    def require_sight_of(self, folder: Path) -> None:
        """See `Workforce`."""
        probe, content = folder / f".probe-{secrets.token_hex(8)}", secrets.token_hex(8)
        write_whole(probe, content.encode())
        try:
            found = self._client.run(_sees, str(probe), content, on_error="return")
        finally:
            remove_file(probe)
        blind = sorted(worker for worker, sees in found.items() if sees is not True)
        if blind:
            raise WorkersUnfit(
                f"{len(blind)} of {len(found)} workers, {blind[0]} first, cannot write in {folder}",
                hint="Let all of them have that folder under the same path, as a shared volume.",
            )

    def outcome(self, begun: Future[Made]) -> Made:
        """See `Workforce`; waits for workers that are late, not for ever for some that are gone."""
        from distributed.scheduler import KilledWorker

        alone_since: float | None = None
        while True:
            try:
                return begun.result(timeout=_LOOK_S)
            except (CancelledError, KilledWorker) as error:
                raise WorkersLost(_why(error)) from None
            except TimeoutError:
                if begun.done():
                    return begun.result()
            if self._has_workers():
                alone_since = None
                continue
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since > _ALONE_S:
                raise WorkersLost("the cluster has no workers any more")

    def _has_workers(self) -> bool:
        try:
            return self._client.status == "running" and bool(self._client.nthreads())
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        """Leave the cluster as it is, without what was not begun."""
        self._client.close(timeout=5)


class _Guarded(Executor):
    """Tasks whose mistakes, which Dask logs, show no national number."""

    def __init__(self, inner: Executor) -> None:
        self._inner = inner

    def submit(self, task: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        return self._inner.submit(_guarded, task, *given, **named)


def _guarded(task: Callable[..., Made], *given: Any, **named: Any) -> Made:
    try:
        return task(*given, **named)
    except (FlaBatchError, OSError):
        raise
    except Exception as error:
        raise RuntimeError(f"{type(error).__name__}: {mask_text(str(error))}") from None


def _sees(probe: str, content: str) -> bool:
    """Whether this worker reads what lies there, and may write beside it."""
    path = Path(probe)
    own = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
    own.write_text("")
    own.unlink()
    return path.read_text() == content


def _why(error: BaseException) -> str:
    if isinstance(error, CancelledError):
        return "the scheduler was ended, or no longer knows of this run"
    return "several workers, one after the other, were ended over the same part of the work"


def _require_private(address: str) -> None:
    import dask

    parts = urlsplit(address)
    try:
        whole = parts.scheme in ("tcp", "tls") and parts.hostname and parts.port
    except ValueError:
        whole = False
    if not whole or parts.username or parts.password or parts.path.strip("/"):
        raise WorkersUnfit("--workers is no address such as tls://scheduler:8786")
    declared = dask.config.get("distributed.comm.require-encryption", None) is False
    if parts.scheme == "tcp" and not declared and not is_loopback(parts.hostname or ""):
        raise WorkersUnfit(
            "--workers begins with tcp://: national numbers would cross the network in the clear",
            hint="Use tls://, or set DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=false where the "
            "network is your own.",
        )


@contextmanager
def _connected(library: ModuleType, address: str) -> Iterator[Client]:
    """A client, which is closed when the body raises."""
    import dask

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})
    client: Client | None = None
    try:
        with warnings.catch_warnings():
            # What differs is told in our own words.
            warnings.simplefilter("ignore")
            client = library.Client(address, timeout=_CONNECT_S, set_as_default=False)
        yield client
    except (OSError, ValueError, TypeError) as error:
        _closed(client)
        cause = str(error).partition("\n")[0]
        raise SchedulerUnavailable(f"no scheduler answers at {address}: {cause}") from None
    except BaseException:
        _closed(client)
        raise


def _closed(client: Client | None) -> None:
    if client is not None:
        client.close(timeout=5)


def _require_fit(client: Client) -> None:
    """Raises WorkersLost, WorkersUnfit."""
    ours = Introduction.ours()
    found = client.run(Introduction.ours, on_error="return")
    if not found:
        raise WorkersLost("the scheduler has no workers", hint="Start some: dask worker ADDRESS")
    for worker, its in sorted(found.items()):
        if not isinstance(its, Introduction):
            raise WorkersUnfit(
                f"the worker {worker} cannot run fla_batch: {type(its).__name__}",
                hint="Install the same fla_batch there as here.",
            )
        differing = [
            f"{package} {theirs} there, {here} here"
            for package, theirs, here in zip(_PACKAGES, its.versions, ours.versions, strict=True)
            if theirs != here
        ]
        if differing:
            raise WorkersUnfit(
                f"the worker {worker} differs: {', '.join(differing)}",
                hint="Install the same versions there as here.",
            )


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
