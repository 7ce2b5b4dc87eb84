"""The same for machines: JSON, with a token instead of a cookie; described by OpenAPI."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fla_batch.commands.build import build as build_command
from fla_batch.commands.check import check as check_command
from fla_batch.commands.poll import poll as poll_command
from fla_batch.commands.rule_context import rule_context
from fla_batch.commands.send import require_open, to_send
from fla_batch.commands.send import send as send_command
from fla_batch.commands.status import anomalies, status
from fla_batch.intake.proposals import with_proposal
from fla_batch.ui.checking import how_of
from fla_batch.ui.dropped_files import DroppedFile
from fla_batch.ui.file_views import keep, require_small
from fla_batch.ui.page_state import PageState
from fla_batch.ui.rendering import state_of
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import Environment

_MOST_SAID = 10_000


def description(_: Request) -> Response:
    """What there is, in OpenAPI 3.1."""
    content = files("fla_batch.ui").joinpath("openapi.json").read_bytes()
    return Response(content, media_type="application/json")


async def check(request: Request) -> Response:
    """The file in the body, checked: the document of `check --json`. Nothing of it is kept."""
    return JSONResponse(await _with_file(request, _checked))


async def build(request: Request) -> Response:
    """The file in the body, built: the document of `build --json`."""
    return JSONResponse(await _with_file(request, _built))


def batches(request: Request) -> Response:
    """All batches, as `status --json` has them."""
    with state_of(request).workspace() as workspace:
        return JSONResponse({"batches": [row.to_json() for row in status(workspace)]})


def batch(request: Request) -> Response:
    """One batch, and what was said of its declarations."""
    name = request.path_params["name"]
    with state_of(request).workspace() as workspace:
        (row,) = status(workspace, name)
        with anomalies(workspace, name) as found:
            said = [anomaly.to_json() for anomaly in found.by_worker(_MOST_SAID)]
    return JSONResponse({**row.to_json(), "anomalies": said})


def send(request: Request) -> Response:
    """Send a batch. In production the address has to end with `?production=yes`."""
    state, name = state_of(request), request.path_params["name"]
    if (
        state.environment is Environment.PRODUCTION
        and request.query_params.get("production") != "yes"
    ):
        raise UsageMistake(
            f"{name} goes to production", hint="Add ?production=yes to say that it is meant."
        )
    with state.workspace() as workspace:
        names = to_send(workspace, [name])
        require_open(workspace, names)
        outcomes = send_command(workspace, names)
    return JSONResponse({"batches": [outcome.to_json() for outcome in outcomes]})


def poll(request: Request) -> Response:
    """Take in what answers there are: the document of `poll --json`."""
    with state_of(request).workspace() as workspace:
        return JSONResponse(poll_command(workspace).to_json())


async def _with_file(request: Request, work: Any) -> Any:
    """What `work` makes of the file in the body, which is gone afterwards."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise UsageMistake("Content-Length is missing")
    require_small(int(length))
    state, name = state_of(request), request.query_params.get("name", "")
    content = bytearray()
    async for piece in request.stream():
        content += piece
        require_small(len(content))
        await asyncio.sleep(0)
    return await run_in_threadpool(_kept_while, state, name, bytes(content), work)


def _kept_while(state: PageState, name: str, content: bytes, work: Any) -> Any:
    pieces = iter([content, b""])
    file = keep(state, name, lambda _: next(pieces))
    try:
        return work(state, file)
    finally:
        state.files.remove(file)


def _checked(state: PageState, file: DroppedFile) -> dict[str, Any]:
    from fla_batch.commands.ledger_so_far import history_if_any

    with history_if_any(state.settings) as history:
        context = rule_context(state.settings.rules, state.clock(), history=history)
        result = check_command([file.path], context, how=how_of(state, file))
    return {
        "anomalies": [with_proposal(one).to_json() for one in result.anomalies.by_place()],
        **result.anomalies.counts._asdict(),
        "groups": [group.to_json() for group in result.anomalies.groups],
        "read": [receipt.to_json() for receipt in result.receipts],
    }


def _built(state: PageState, file: DroppedFile) -> dict[str, Any]:
    with state.workspace() as workspace:
        result = build_command(workspace, [file.path], how=how_of(state, file))
    return {
        name: list(part) if name == "anomalies" else part for name, part in result.to_json().items()
    }


ROUTES = [
    Route("/api/openapi.json", description),
    Route("/api/check", check, methods=["POST"]),
    Route("/api/build", build, methods=["POST"]),
    Route("/api/batches", batches),
    Route("/api/batches/{name}", batch),
    Route("/api/batches/{name}/send", send, methods=["POST"]),
    Route("/api/poll", poll, methods=["POST"]),
]
