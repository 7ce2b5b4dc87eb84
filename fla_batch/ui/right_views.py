"""`rights explain` as a page: the arithmetic of one worker's right, from DmfA and Dimona files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fla_batch.system.files import private_folder
from fla_batch.ui.dropped_files import plain_name
from fla_batch.ui.file_views import require_small_form, write_fair
from fla_batch.ui.rendering import language_of, page, state_of
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.identifiers import compact_inss, is_valid_inss
from fla_batch.vocabulary.terms import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fla_batch.rights.request import Request as RightsRequest
    from fla_batch.rights.worksheet import Block
    from fla_batch.ui.page_state import PageState
    from fla_batch.vocabulary.findings import Anomaly

_MOST_FILES = 24
_MOST_SAID = 100


def ask(request: Request) -> Response:
    """Whose right, of which year, and from which files."""
    return page(request, "rights.html", today=state_of(request).clock().date())


async def explain(request: Request) -> Response:
    """The arithmetic. The files are gone afterwards."""
    require_small_form(request)
    async with request.form(max_files=_MOST_FILES, max_fields=10) as form:
        pages, found = await run_in_threadpool(
            _explained, state_of(request), form, language_of(request)
        )
    said = found[:_MOST_SAID]
    left_out = len(found) - len(said)
    return page(request, "explained.html", pages=pages, anomalies=said, left_out=left_out)


def _explained(
    state: PageState, form: FormData, language: Language
) -> tuple[Sequence[Sequence[Block]], Sequence[Anomaly]]:
    """The blocks of each employer's page, and what was found on the way."""
    from fla_batch.rights.compute import prepare
    from fla_batch.rights.size_store import size_store_if_any
    from fla_batch.rights.spill import Spill
    from fla_batch.rights.worksheet import WorksheetRequest, worksheet

    asked = _asked(form)
    store = size_store_if_any(state.settings.workspace.ledger)
    outbox = private_folder(state.settings.workspace.outbox)
    with TemporaryDirectory(dir=private_folder(outbox / "page")) as folder, Spill() as spill:
        dmfa, dimona = (_kept(Path(folder), form, name) for name in ("dmfa", "dimona"))
        if not dmfa:
            raise UsageMistake("no file was chosen", hint="Choose the DmfA lines of the employer.")
        computation = prepare(spill, dmfa, dimona, asked, store)
        rights = list(computation.rights())
        found = computation.concerning(asked.inss or "")
    about = WorksheetRequest(computation.law, asked.as_of, language)
    pages = [
        worksheet(right, computation.evidence[right.inss, right.company_id], about)
        for right in rights
    ]
    return pages, found


def _asked(form: FormData) -> RightsRequest:
    from fla_batch.rights.request import Request as RightsRequest
    from fla_batch.rights.request import stated_sizes

    inss = compact_inss(str(form.get("inss", "")))
    if not is_valid_inss(inss):
        raise UsageMistake(
            "The INSS has the wrong length or check digits.", hint="Look it up once more."
        )
    try:
        as_of = date.fromisoformat(str(form.get("as_of", "")))
    except ValueError as mistake:
        raise UsageMistake(
            "the date is missing", hint="Choose the date on which the right is looked at."
        ) from mistake
    size = str(form.get("size", "")).strip()
    stated = stated_sizes([f"{form.get('company_id', '')}={size}"] if size else [])
    return RightsRequest(as_of=as_of, year=as_of.year, inss=inss, stated=stated)


def _kept(folder: Path, form: FormData, name: str) -> list[Path]:
    """The files of one field, each in a folder of its own: two may have one name."""
    found = []
    for number, upload in enumerate(form.getlist(name)):
        if isinstance(upload, UploadFile) and upload.filename:
            path = private_folder(folder / f"{name}-{number}") / plain_name(upload.filename)
            write_fair(path, upload.file.read)
            found.append(path)
    return found


ROUTES = [
    Route("/rights", ask),
    Route("/rights", explain, methods=["POST"]),
]
