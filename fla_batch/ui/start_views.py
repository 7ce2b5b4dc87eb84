"""The way in, the language, and the practice portal."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fla_batch.ui.access import START
from fla_batch.ui.rendering import LANGUAGE_COOKIE, access_of, page, state_of
from fla_batch.vocabulary.terms import Language

_A_YEAR_S = 365 * 24 * 3600


def start(request: Request) -> Response:
    """The link that the command printed: good once, for the browser that opens it first."""
    access = access_of(request)
    cookie = access.start(request.query_params.get("token", ""))
    if cookie is None:
        if access.knows(request.cookies.get(access.cookie_name, "")):
            return RedirectResponse("/", 303)
        return page(request, "refused.html", 403, reason="refused_used")
    # Not a redirect: a cookie that is SameSite=Strict does not go with one that began elsewhere.
    return page(request, "start.html", headers={"set-cookie": cookie})


def choose_language(request: Request) -> Response:
    """Remembered by the browser."""
    chosen = Language(request.path_params["language"])
    answer = Response(status_code=204, headers={"hx-refresh": "true"})
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen.value, max_age=_A_YEAR_S, samesite="strict", httponly=True
    )
    return answer


def practice(request: Request) -> Response:
    """What the sandbox is, and whether it runs."""
    return page(request, "practice.html")


def begin_practice(request: Request) -> Response:
    """Serve the simulated portal and work on it."""
    state_of(request).begin_practice()
    return Response(status_code=204, headers={"hx-redirect": "/"})


def end_practice(request: Request) -> Response:
    """Back to the real settings."""
    state_of(request).end_practice()
    return Response(status_code=204, headers={"hx-redirect": "/practice"})


ROUTES = [
    Route(START, start),
    Route("/language/{language}", choose_language, methods=["POST"]),
    Route("/practice", practice),
    Route("/practice/begin", begin_practice, methods=["POST"]),
    Route("/practice/end", end_practice, methods=["POST"]),
]
