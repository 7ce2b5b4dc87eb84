"""Templates to answers: the words of the language, and what every page shows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from fla_batch.report.finding_parts import severity
from fla_batch.ui.access import Access
from fla_batch.ui.dropped_files import DroppedFile
from fla_batch.ui.page_state import PageState
from fla_batch.vocabulary.belgian_time import shown
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.identifiers import mask_text
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words, spaced

if TYPE_CHECKING:
    from datetime import timedelta

    from jinja2 import Environment as Templates

LANGUAGE_COOKIE = "fla-batch-language"


@cache
def templates() -> Templates:
    """Every text in them is escaped; a name that is not there is a mistake of ours."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("fla_batch.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["severity"] = severity
    found.filters["spaced"] = spaced
    return found


def state_of(request: Request) -> PageState:
    """What the server holds."""
    state: PageState = request.app.state.page
    return state


def file_of(request: Request) -> DroppedFile:
    """The dropped file that the address names. Raises UsageMistake: there is none."""
    return state_of(request).files.get(request.path_params["file_id"])


def access_of(request: Request) -> Access:
    """Its keys."""
    access: Access = request.app.state.access
    return access


def language_of(request: Request) -> Language:
    """The one that was chosen, else that of the settings or of the browser."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    wanted = [chosen, *request.headers.get("accept-language", "").lower().split(",")]
    for each in wanted:
        for language in Language:
            if each.strip().startswith(language.value):
                return language
    return state_of(request).language


def page(
    request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:  # fmt: skip
    """A template as a page or a piece of one."""
    state, language = state_of(request), language_of(request)
    words = Words("fla_batch.ui", language)
    content = (
        templates()
        .get_template(template)
        .render(
            w=words,
            language=language,
            languages=list(Language),
            say=lambda labels: labels.text(language),
            told=lambda trouble: [mask_text(text) for text in trouble.told(language)],
            sentence=lambda text: mask_text(translated(text, language)),
            when=lambda at: shown(at) if at else "",
            age=lambda at: in_words(state.clock() - at, words),
            hours=words.number,
            state=state,
            csrf=access_of(request).csrf_token,
            path=request.url.path,
            **values,
        )
    )
    return HTMLResponse(content, status, headers)


def trouble_page(request: Request, trouble: FlaBatchError, status: int = 409) -> HTMLResponse:
    """What went wrong, as a piece of the page that asked or as a page of its own."""
    piece = request.headers.get("hx-request") == "true"
    template = "trouble_piece.html" if piece else "trouble.html"
    return page(request, template, status, trouble=trouble)


def in_words(passed: timedelta, words: Words) -> str:
    """How long that is, in the largest unit of which there are two."""
    minutes = max(int(passed.total_seconds()) // 60, 0)
    for unit, each in (("days", 1440), ("hours", 60)):
        if minutes >= 2 * each:
            return words.count(f"age_{unit}", minutes // each)
    return words.count("age_minutes", minutes)
