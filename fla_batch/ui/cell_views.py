"""The grid: its rows as they are needed, and one cell to mend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fla_batch.commands.checked_table import CheckedTable, RowChoice
from fla_batch.intake.proposals import proposal
from fla_batch.report.cell_places import CellPlace
from fla_batch.tables.cell_edits import CellEdit
from fla_batch.ui.checking import checked, start_check
from fla_batch.ui.column_views import column_zones
from fla_batch.ui.file_views import findings
from fla_batch.ui.rendering import file_of, page, state_of
from fla_batch.vocabulary.errors import UsageMistake

if TYPE_CHECKING:
    from fla_batch.ui.page_state import PageState

_MOST_ROWS = 200
_LONGEST_TEXT = 10_000


def rows(request: Request) -> Response:
    """Some of the chosen rows; how many there are stands in a header."""
    file = file_of(request)
    seen = checked(state_of(request), file)
    asked = request.query_params
    start = _number(asked.get("start"), 0)
    count = min(_number(asked.get("count"), 60), _MOST_ROWS)
    found, total = seen.rows(_choice(request), start, count)
    return page(
        request,
        "rows.html",
        headers={"x-total": str(total)},
        rows=found,
        start=start,
        edited={(edit.row, edit.column) for edit in file.edits},
        headings=seen.table.headings,
    )


def cell(request: Request) -> Response:
    """One cell: what it says, what is wrong with it, and what it could say."""
    file = file_of(request)
    seen = checked(state_of(request), file)
    place = _place(seen, request.query_params)
    row = seen.row(place.row)
    if row is None:
        raise UsageMistake(f"row {place.row} is not there any more")
    found = row.findings.get(place.column, ())
    meant = seen.columns[place.column - 1]
    proposed = next((one for one in map(proposal, found) if one is not None), None)
    return page(
        request, "cell.html", file=file, place=place, text=row.cells[place.column - 1],
        heading=seen.table.headings[place.column - 1].strip(), findings=found,
        proposed=proposed, alike=len(seen.alike(place)), codes=_codes(meant),
    )  # fmt: skip


def _codes(column: str | None) -> Mapping[int | str, tuple[str, str, str]]:
    """The codes that a column may hold, each with its meaning in en, fr and nl; or none."""
    return next((zone.codes for name, zone in column_zones() if name == column), {})


async def mend(request: Request) -> Response:
    """Put another text in a cell, or in all that say the same, and check again."""
    form = await request.form()
    await run_in_threadpool(_mend, request, form)
    return await run_in_threadpool(findings, request)


def _mend(request: Request, form: FormData) -> None:
    state: PageState = state_of(request)
    file = file_of(request)
    seen = checked(state, file)
    place = _place(seen, form)
    heading = seen.table.headings[place.column - 1].strip()
    if not heading:
        raise UsageMistake("a column without a heading is not read, so it cannot be mended here")
    text = str(form.get("text", "")).strip()
    if len(text) > _LONGEST_TEXT:
        raise UsageMistake("the text is too long for a cell")
    numbers = seen.alike(place) if form.get("alike") else [place.row]
    file.edit(CellEdit(number, heading, text) for number in numbers)
    file.checked = None
    job = start_check(state, file, again=True)
    if job is not None:
        job.wait(2.5)


def _place(seen: CheckedTable, said: FormData | Request | object) -> CellPlace:
    get = said.get  # type: ignore[union-attr]
    row, column = _number(get("row"), 0), _number(get("column"), 0)
    if seen.row(row) is None or not 1 <= column <= len(seen.table.headings):
        raise UsageMistake("there is no such cell", hint="Load the page anew.")
    return CellPlace(row, column)


def _choice(request: Request) -> RowChoice:
    asked = request.query_params
    cause = asked.get("cause", "")
    return RowChoice(
        int(cause) if cause.isascii() and cause.isdigit() else None,
        asked.get("employer", ""),
        asked.get("worker", ""),
        bool(asked.get("found")),
    )


def _number(text: object, otherwise: int) -> int:
    said = str(text or "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else otherwise


ROUTES = [
    Route("/files/{file_id}/rows", rows),
    Route("/files/{file_id}/cell", cell),
    Route("/files/{file_id}/cell", mend, methods=["POST"]),
]
