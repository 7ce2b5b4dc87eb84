"""The sheets that declarations came from, each kept once, and where a form stood in its own.

Decision 1510.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from sqlalchemy import Connection, insert, select

from fla_batch.ledger.records import canonical_json
from fla_batch.ledger.rows import chunks, loads, storable
from fla_batch.ledger.sql_tables import form, input_sheet
from fla_batch.vocabulary.input_origin import InputOrigin, InputSheet, NoOrigin, Origin, rows_of

SHEET_BODY = input_sheet.c.body.label("sheet_body")
"""What `origin_of` reads beside the form, of a query in which SHEET_OF_FORM is joined."""
SHEET_OF_FORM = input_sheet, input_sheet.c.id == form.c.sheet_id
"""What to join outside, and on what."""


def sheet_ids(connection: Connection, sheets: Mapping[str, InputSheet]) -> dict[str, int]:
    """The ledger's own numbers of sheets, by their digests; those that are new are kept."""
    known = _known(connection, sheets)
    new = {digest: sheet for digest, sheet in sheets.items() if digest not in known}
    if not new:
        return known
    rows = [
        {"digest": digest, "body": storable(canonical_json(sheet.to_json()))}
        for digest, sheet in sorted(new.items())
    ]
    connection.execute(insert(input_sheet), rows)
    return _known(connection, sheets)


def origin_of(sheet_body: str | None, rows: str | None) -> Origin:
    """Where a form came from, as its row says; NoOrigin for one that came from no file."""
    if sheet_body is None or rows is None:
        return NoOrigin()
    return InputOrigin(_sheet(sheet_body), rows_of(rows))


def _known(connection: Connection, digests: Iterable[str]) -> dict[str, int]:
    query = select(input_sheet.c.digest, input_sheet.c.id)
    return {
        row.digest: row.id
        for chunk in chunks(digests)
        for row in connection.execute(query.where(input_sheet.c.digest.in_(chunk)))
    }


@lru_cache(maxsize=100)
def _sheet(body: str) -> InputSheet:
    return InputSheet.from_json(loads(body))
