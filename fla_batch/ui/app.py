"""All addresses of the page, and what becomes of what goes wrong."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from fla_batch.ui import (
    batch_views,
    build_views,
    cell_views,
    column_views,
    file_views,
    look_views,
    machine_views,
    right_views,
    start_views,
)
from fla_batch.ui.access import Access, App, Guard, Message, Receive, Scope, Send
from fla_batch.ui.background_jobs import InternalMistake
from fla_batch.ui.page_state import PageState
from fla_batch.ui.rendering import page, trouble_page
from fla_batch.vocabulary.errors import FlaBatchError, UsageMistake
from fla_batch.vocabulary.identifiers import mask_text

STATIC = Path(__file__).with_name("static")


def make_app(state: PageState, access: Access, tell: Callable[[str], None]) -> App:
    """The whole page, guarded; `tell` is told of mistakes of ours, for whoever reports them."""

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        yield
        state.close()

    app = Starlette(
        routes=[
            *start_views.ROUTES,
            *file_views.ROUTES,
            *column_views.ROUTES,
            *cell_views.ROUTES,
            *build_views.ROUTES,
            *batch_views.ROUTES,
            *look_views.ROUTES,
            *right_views.ROUTES,
            *machine_views.ROUTES,
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        exception_handlers={
            FlaBatchError: _troubled,
            HTTPException: _not_found,
        },
        lifespan=living,
    )
    app.state.page, app.state.access = state, access

    def refuses(scope: Scope, reason: str, status: int) -> App:
        request = Request({**scope, "app": app})
        if scope["path"].startswith("/api/"):
            return JSONResponse({"error": reason}, status)
        return page(request, "refused.html", status, reason=reason)

    async def kept_up(scope: Scope, receive: Receive, send: Send) -> None:
        """The last line of defence: never a raw traceback."""
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, send_noted)
        except Exception:
            tell(mask_text(traceback.format_exc()))
            if not begun:
                request = Request({**scope, "app": app})
                answer = await _troubled(request, InternalMistake("something went wrong"), 500)
                await answer(scope, receive, send)

    return Guard(kept_up, access, refuses)


async def _troubled(request: Request, trouble: Exception, status: int = 409) -> Response:
    assert isinstance(trouble, FlaBatchError)  # noqa: S101 - registered for these
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": str(trouble), "hint": trouble.hint}, status)
    return trouble_page(request, trouble, status)


async def _not_found(request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, HTTPException)  # noqa: S101 - registered for these
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": trouble.detail}, trouble.status_code)
    said = UsageMistake(f"there is no page {request.url.path}", hint="Go back to the files.")
    answer: HTMLResponse = trouble_page(request, said, trouble.status_code)
    return answer
