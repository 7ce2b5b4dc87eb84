"""Sheet, row of headings, and what each column means: chosen once for all files like it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fla_batch.intake.headings import column_name
from fla_batch.tables.codes import bare_words
from fla_batch.tables.column_mapping import ColumnMapping
from fla_batch.tables.table import Table, TableChoice
from fla_batch.ui.checking import first_rows, how_of
from fla_batch.ui.dropped_files import DroppedFile
from fla_batch.ui.rendering import file_of, page, state_of
from fla_batch.vocabulary.catalogue import zone_label
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import Language

if TYPE_CHECKING:
    from fla_batch.models.zone import Zone
    from fla_batch.ui.page_state import PageState


def column_zones() -> Iterator[tuple[str, Zone]]:
    """Every column that a table may have, and its zone; one of several kinds comes with each."""
    from fla_batch.intake.heading_words import KINDS
    from fla_batch.intake.zone_columns import columns_of

    for kind in KINDS:
        for name, column in columns_of(kind).items():
            yield name, column.zone


def _labels() -> dict[str, Labels]:
    """Every column that a table may have, with its label; with all, where kinds differ."""
    labels: dict[str, Labels] = {}
    for name, zone in column_zones():
        label = zone_label(zone.label)
        before = labels.setdefault(name, label)
        if before != label:
            labels[name] = Labels(
                *(f"{before.text(each)} / {label.text(each)}" for each in Language)
            )
    return labels


def _columns(request: Request) -> Response:
    """Sheet, row of headings, and what each column means."""
    state, file = state_of(request), file_of(request)
    table = first_rows(state, file)
    if table is None:
        raise UsageMistake(f"{file.name} is no table", hint="Nothing is to be chosen here.")
    if isinstance(table, Anomaly):
        raise UsageMistake(table.label, hint="Nothing is to be chosen here.")
    how = how_of(state, file)
    meanings = [column_name(text, how.mapping, how.extras) for text in table.headings]
    sheets = [table.sheet, *table.facts.unread] if table.sheet is not None else []
    return page(
        request, "columns.html", file=file, table=table, meanings=meanings, sheets=sheets,
        names=_labels(), ignored=how.mapping.ignore, bare=bare_words,
        constants=[*how.mapping.constants.items(), ("", "")],
    )  # fmt: skip


async def _choose_columns(request: Request) -> Response:
    """Read it so from now on; the same headings are read the same way next time."""
    form = await request.form()
    await run_in_threadpool(_choose, state_of(request), file_of(request), form)
    return Response(status_code=204, headers={"hx-redirect": f"/files/{file_of(request).id}"})


def _choose(state: PageState, file: DroppedFile, form: FormData) -> None:
    row = str(form.get("header_row", "")).strip()
    if row and not (row.isascii() and row.isdigit() and int(row) > 0):
        raise UsageMistake("the row of the headings is a number", hint="Give it as 1, 2, 3 ...")
    choice = TableChoice(str(form.get("sheet") or "") or None, int(row) if row else None)
    old = file.mapping
    meant: dict[str, str] = {}
    ignored: set[str] = set()
    for key, value in form.multi_items():
        heading = key.removeprefix("column:")
        if key == heading:
            continue
        if value == "-":
            ignored.add(bare_words(heading))
        elif value and column_name(heading) != value:
            meant[bare_words(heading)] = str(value)
    mapping = ColumnMapping(meant, frozenset(ignored), old.values, _constants(form))
    table = first_rows(state, file)
    # Of another sheet or row the form had no columns yet.
    shown = table if isinstance(table, Table) and _is_at(table, choice) else None
    with file.lock:
        file.choose(file.table_choice if shown else choice, mapping if shown else old)
        file.checked = None
    if shown is not None:
        state.files.remember(shown.headings, mapping)


def _constants(form: FormData) -> dict[str, str]:
    """What stands in every row of columns that the file has not."""
    names, texts = form.getlist("constant"), form.getlist("constant_text")
    said = [(str(name), str(text).strip()) for name, text in zip(names, texts, strict=True)]
    for name, text in said:
        if bool(name) != bool(text):
            raise UsageMistake(
                "a column that the file has not needs both its meaning and its text",
                hint="Choose both, or leave both empty.",
            )
    return {name: text for name, text in said if name}


def _is_at(table: Table, choice: TableChoice) -> bool:
    return (choice.sheet, choice.header_row) == (table.sheet, table.heading_row or None)


ROUTES = [
    Route("/files/{file_id}/columns", _columns),
    Route("/files/{file_id}/columns", _choose_columns, methods=["POST"]),
]
