"""Dropping a file, what was read of it, which column is which, and the file back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from fla_batch.commands.checked_table import CheckedTable
from fla_batch.intake.input_files import SUFFIXES
from fla_batch.intake.proposals import ProposalKind
from fla_batch.system.archives import DamagedArchive, damage_told
from fla_batch.system.files import disk_errors, free_bytes
from fla_batch.tables.column_mapping import NO_MAPPING
from fla_batch.tables.odd_cells import content_of
from fla_batch.tables.table import ROW, Table
from fla_batch.ui.background_jobs import JobState
from fla_batch.ui.checking import FIRST_ROWS, checked, first_rows, how_of, result_of, start_check
from fla_batch.ui.dropped_files import DroppedFile
from fla_batch.ui.rendering import file_of, language_of, page, state_of
from fla_batch.vocabulary.errors import DiskTrouble, UsageMistake

if TYPE_CHECKING:
    from fla_batch.ui.page_state import PageState

MOST_BYTES = 50_000_000
"""Of a file that is dropped; `fla-batch check` takes any size."""
MOST_UNPACKED_BYTES = 600_000_000
_SUFFIXES = (*SUFFIXES, ".zip")
_AT_ONCE = 1 << 20


def home(request: Request) -> Response:
    """Where a file is dropped, and those that were."""
    return page(request, "home.html", files=list(state_of(request).files), suffixes=_SUFFIXES)


async def drop(request: Request) -> Response:
    """Keep a file and begin to check it."""
    require_small_form(request)
    async with request.form(max_files=1, max_fields=4) as form:
        file = await run_in_threadpool(_kept, state_of(request), form)
    return Response(status_code=204, headers={"hx-redirect": f"/files/{file.id}"})


def _kept(state: PageState, form: FormData) -> DroppedFile:
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise UsageMistake("no file was chosen", hint="Choose a file, or drop one on the page.")
    return keep(state, upload.filename, upload.file.read)


def keep(state: PageState, name: str, read: Callable[[int], bytes]) -> DroppedFile:
    """Write what `read` gives to a place of its own. Raises UsageMistake, DiskTrouble."""
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageMistake(
            f"{Path(name).name} is not a file that can be read here",
            hint=f"Drop one of these: {', '.join(_SUFFIXES)}.",
        )
    if free_bytes(state.settings.workspace.outbox) < 2 * MOST_BYTES:
        raise DiskTrouble("the disk is nearly full, so the file was not kept")
    file = state.files.new(name)
    try:
        write_fair(file.path, read)
        _recall_columns(state, file)
    except BaseException:
        state.files.remove(file)
        raise
    return file


def write_fair(path: Path, read: Callable[[int], bytes]) -> None:
    """Write what `read` gives of an upload. Raises UsageMistake, DiskTrouble."""
    size = 0
    with disk_errors("write", path), path.open("wb") as target:
        while block := read(_AT_ONCE):
            size += target.write(block)
            require_small(size)
    _require_fair(path)


def require_small_form(request: Request) -> None:
    """Raises UsageMistake for a form that is too large, or does not say how large it is."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise UsageMistake("the browser did not say how large the file is", hint="Try once more.")
    require_small(int(length))


def require_small(size: int) -> None:
    """Raises UsageMistake for more bytes than a page takes."""
    if size > MOST_BYTES:
        raise UsageMistake(
            f"the file is larger than {MOST_BYTES // 1_000_000} MB, the most that this page takes",
            hint="Divide it by employer, or use `fla-batch check FILE`, which takes any size.",
        )


def _require_fair(path: Path) -> None:
    """A small archive that unpacks to what no page can hold is refused before it is read."""
    if path.stat().st_size == 0:
        raise UsageMistake(f"{path.name} is empty", hint="Save it once more, and drop it again.")
    if not zipfile.is_zipfile(path):
        return
    # A damaged one is left to its reader, which says so.
    with suppress(DamagedArchive), damage_told(), zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise UsageMistake(
                f"{path.name} is small and would unpack to more than "
                f"{MOST_UNPACKED_BYTES // 1_000_000} MB, so it was not opened",
                hint="Ask whoever made it; a workbook of trainings is never like that.",
            )


def _recall_columns(state: PageState, file: DroppedFile) -> None:
    """What was said of the columns of an earlier file with the same headings."""
    table = first_rows(state, file)
    if isinstance(table, Table):
        mapping = state.files.remembered(table.headings)
        if mapping != NO_MAPPING:
            file.choose(file.table_choice, mapping)


def show(request: Request) -> Response:
    """A file with what was found in it; its first rows while it is being checked."""
    state, file = state_of(request), file_of(request)
    start_check(state, file, again=True)
    if file.checked is not None:
        return page(request, "file.html", file=file, table=None, rows=[])
    table = first_rows(state, file)
    rows: list[tuple[Any, ...]] = []
    if isinstance(table, Table):
        names = [str(position) for position in range(len(table.headings))]
        first = next(iter(table.batches()), None)
        shown = [] if first is None else first.select(ROW, *names).head(FIRST_ROWS).rows()
        rows = [
            (number, *(cell and content_of(cell) for cell in cells)) for number, *cells in shown
        ]
    else:
        table = None
    return page(request, "file.html", file=file, table=table, rows=rows)


def findings(request: Request) -> Response:
    """What the check found, by its causes and with the receipt; or how far it is."""
    state, file = state_of(request), file_of(request)
    job = start_check(state, file)
    if job is not None and job.state is JobState.RUNNING:
        job.wait(0.3)
    if file.checked is None and job is not None:
        if job.state is JobState.FAILED and job.trouble is not None:
            raise job.trouble
        return page(request, "checking.html", file=file, job=job)
    # The grid is told to look again.
    return page(
        request,
        "findings.html",
        headers={"hx-trigger": "rows-changed"},
        file=file,
        result=result_of(file),
        seen=file.checked if isinstance(file.checked, CheckedTable) else None,
    )


def marked(request: Request) -> Response:
    """The user's workbook with marks."""
    from fla_batch.commands.findings_files import write_marked

    state, file = state_of(request), file_of(request)
    seen = checked(state, file)
    target = file.folder / "marked.xlsx"
    write_marked(seen.result, [file.path], target, how_of(state, file), language_of(request))
    return _download(target, f"{file.path.stem}-marked.xlsx")


def mended(request: Request) -> Response:
    """The user's workbook with what was mended here, and nothing else."""
    from fla_batch.commands.findings_files import write_mended

    state, file = state_of(request), file_of(request)
    seen = checked(state, file)
    target, how = file.folder / "mended.xlsx", how_of(state, file)
    kinds = list(ProposalKind) if request.query_params.get("proposals") else []
    write_mended(seen.result, [file.path], target, how, language_of(request), kinds)
    return _download(target, f"{file.path.stem}-mended.xlsx")


def _download(path: Path, name: str) -> Response:
    return FileResponse(
        path, headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    )


def remove(request: Request) -> Response:
    """Take the file away; what was built of it stays."""
    state_of(request).files.remove(file_of(request))
    return Response(status_code=204, headers={"hx-redirect": "/"})


def back_home(_: Request) -> Response:
    """An address that only takes changes, opened by hand."""
    return RedirectResponse("/", 303)


ROUTES = [
    Route("/", home),
    Route("/files", drop, methods=["POST"]),
    Route("/files", back_home),
    Route("/files/{file_id}", show),
    Route("/files/{file_id}/findings", findings),
    Route("/files/{file_id}/marked.xlsx", marked),
    Route("/files/{file_id}/mended.xlsx", mended),
    Route("/files/{file_id}/remove", remove, methods=["POST"]),
]
