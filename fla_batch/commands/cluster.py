"""The workers of a Dask cluster, at the address of its scheduler (decision 2003).

What they get are tasks as this machine's own processes get them; a worker that is lost is Dask's
to replace. Keys of tasks are random, and no text that Dask may log says what a task holds.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fla_batch.commands.scheduler import WorkersUnfit, connected
from fla_batch.system.files import remove_file, write_whole
from fla_batch.system.workforce import WorkersLost, Workforce
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.identifiers import mask_text

if TYPE_CHECKING:
    from distributed import Client

Made = TypeVar("Made")
_LOOK_S = 5.0
_ALONE_S = 60.0
_PACKAGES = ("fla-batch", "polars", "lxml", "distributed")


def _versions() -> tuple[str, ...]:
    """Of the packages that have to be the same on a worker as here; run on both."""
    return tuple(map(version, _PACKAGES))


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
        with connected(address) as client:
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


def _require_fit(client: Client) -> None:
    """Raises WorkersLost, WorkersUnfit."""
    ours = _versions()
    found = client.run(_versions, on_error="return")
    if not found:
        raise WorkersLost("the scheduler has no workers", hint="Start some: dask worker ADDRESS")
    for worker, its in sorted(found.items()):
        if not isinstance(its, tuple):
            raise WorkersUnfit(
                f"the worker {worker} cannot run fla_batch: {type(its).__name__}",
                hint="Install the same fla_batch there as here.",
            )
        differing = [
            f"{package} {theirs} there, {here} here"
            for package, theirs, here in zip(_PACKAGES, its, ours, strict=True)
            if theirs != here
        ]
        if differing:
            raise WorkersUnfit(
                f"the worker {worker} differs: {', '.join(differing)}",
                hint="Install the same versions there as here.",
            )
