"""Batches: their states as they change, sending them, and what the platform said."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from fla_batch.commands.poll import WAITING, poll
from fla_batch.commands.send import SENDABLE, outgoing_bytes, require_open, send, to_send
from fla_batch.commands.status import anomalies, per_worker, status
from fla_batch.ui.background_jobs import BackgroundJob
from fla_batch.ui.page_state import PageState
from fla_batch.ui.rendering import language_of, page, state_of
from fla_batch.vocabulary.errors import FlaBatchError, GatewayUnavailable, UsageMistake
from fla_batch.vocabulary.terms import Environment

_LOOK_S = 1.0
_MOST_SAID = 500
_PRACTICE_POLL_S, _POLL_S = 1.5, 60.0
_PRODUCTION_ASKS = 2


def batches(request: Request) -> Response:
    """All of them; they change as answers come."""
    state = state_of(request)
    _watch(state)
    return page(request, "batches.html", seen=_digest(_table(request)), **_rows(state))


def _rows(state: PageState) -> dict[str, Any]:
    shown: dict[str, Any] = {"rows": [], "files": {}, "job": None}
    if state.can_send:
        with state.workspace() as workspace:
            found = [row for row in status(workspace) if row.environment is state.environment]
        shown["rows"] = sorted(found, key=lambda row: row.built_at, reverse=True)
        shown["files"] = {name: file for file in state.files for name in file.batches}
        shown["job"] = state.jobs.last("send")
    return {"sendable": SENDABLE, "waiting": WAITING, **shown}


async def events(request: Request) -> Response:
    """Server-sent events: the table of batches, whenever something in it changed."""

    async def stream() -> AsyncIterator[str]:
        shown = request.query_params.get("seen", "")
        while not await request.is_disconnected() and not state_of(request).jobs.ending:
            try:
                content = await run_in_threadpool(_table, request)
            except FlaBatchError:
                content = ""  # a ledger in use: the next look tells
            if content and _digest(content) != shown:
                shown = _digest(content)
                lines = "".join(f"data: {line}\n" for line in content.splitlines())
                yield f"event: batches\n{lines}\n"
            await asyncio.sleep(_LOOK_S)

    return StreamingResponse(stream(), media_type="text/event-stream")


def _digest(content: str) -> str:
    """A page that shows this already is not sent it again: what is swapped cannot be clicked."""
    return hashlib.sha256(content.encode()).hexdigest()


def _table(request: Request) -> str:
    answer = page(request, "batch_rows.html", **_rows(state_of(request)))
    return bytes(answer.body).decode()


async def send_batch(request: Request) -> Response:
    """Send one; production asks twice before."""
    form = await request.form()
    sure = str(form.get("sure", "0"))
    return await run_in_threadpool(_send, request, int(sure) if sure in ("1", "2") else 0)


def _send(request: Request, sure: int) -> Response:
    state, name = state_of(request), request.path_params["name"]
    with state.workspace() as workspace:
        (batch,) = to_send(workspace, [name])
        require_open(workspace, [batch])
        (row,) = status(workspace, name)
        size = outgoing_bytes(workspace, batch)
    if state.environment is Environment.PRODUCTION and sure < _PRODUCTION_ASKS:
        return page(request, "sure.html", row=row, sure=sure + 1)
    job = state.jobs.running("send")
    if job is not None:
        raise UsageMistake("a batch is being sent already", hint="Wait until it is sent.")
    state.jobs.start("send", lambda job: _sent(state, name, size, job))
    return Response("")


def _sent(state: PageState, name: str, size: int, job: BackgroundJob) -> object:
    job.begin("bytes")
    job.expect(size)
    with state.workspace() as workspace:
        outcomes = send(workspace, to_send(workspace, [name]), job)
    _watch(state)
    return outcomes


def _watch(state: PageState) -> None:
    """Look for answers as long as any is owed."""
    if state.can_send:
        state.jobs.start("watch", lambda job: _watched(state, job))


def _watched(state: PageState, job: BackgroundJob) -> None:
    every_s = _PRACTICE_POLL_S if state.practice else _POLL_S
    settings = state.settings
    while state.settings is settings:
        with state.workspace() as workspace:
            if not workspace.ledger.names(workspace.environment, WAITING):
                return
            try:
                result = poll(workspace, recheck=False)
            except GatewayUnavailable as trouble:
                if not trouble.retryable:
                    raise
            else:
                if result.processed:
                    for file in state.files:
                        file.checked = None
        if job.stopping.wait(every_s):
            return


def batch(request: Request) -> Response:
    """One batch, and what was said of its declarations, worker by worker."""
    state, name = state_of(request), request.path_params["name"]
    with state.workspace() as workspace:
        (row,) = status(workspace, name)
        with anomalies(workspace, name) as found:
            said = list(found.by_worker(_MOST_SAID))
    workers = [(who, list(theirs)) for who, theirs in per_worker(said, language_of(request))]
    file = next((file for file in state.files if name in file.batches), None)
    return page(request, "batch.html", row=row, workers=workers, file=file, sendable=SENDABLE)


ROUTES = [
    Route("/batches", batches),
    Route("/batches/events", events),
    Route("/batches/{name}", batch),
    Route("/batches/{name}/send", send_batch, methods=["POST"]),
]
