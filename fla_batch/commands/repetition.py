"""Is this run what a build has made already, and nobody has answered yet?

A process that is killed after its last transaction and before its last word has built its
batches; its user does not know, and runs it again. Forms that all wait already, with the same
content, are not built a second time (R4, decision 0702).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.batching.form_store import Spool
from fla_batch.ledger.lifecycle import FINAL_FORM_STATES, BatchState, FormState
from fla_batch.ledger.records import BatchRow, content_sha256
from fla_batch.vocabulary.filenames import BatchName

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records

_OPEN_FORMS = [state for state in FormState if state not in FINAL_FORM_STATES]
_NOT_COMING = frozenset({BatchState.BUILT, BatchState.CANCELLING, BatchState.CANCELLED})

_Key = tuple[str, str, str, str]


class _Waiting(NamedTuple):
    sha256: str
    batch: BatchName


def waiting_already(workspace: Records, spool: Spool) -> list[BatchName]:
    """The batches in which every form of the spool waits already; none when one is new.

    Looks only at batches after the last closed one: what waits before it may have been
    overtaken by another photo.
    """
    waiting = _waiting(workspace)
    if len(waiting) < len(spool):
        return []
    found: dict[BatchName, None] = {}
    for note in spool.notes(range(len(spool))):
        there = waiting.get((note.kind, note.company_id, note.inss, note.calendar_year))
        if there is None or there.sha256 != content_sha256(json.loads(note.body)):
            return []
        found[there.batch] = None
    return list(found)


def _waiting(workspace: Records) -> dict[_Key, _Waiting]:
    rows = workspace.ledger.batches(workspace.environment)
    return {
        (
            form.kind.value,
            form.company_id or "",
            form.inss or "",
            str(form.calendar_year or ""),
        ): _Waiting(content_sha256(form.body), row.name)
        for row in _since_last_closed(rows)
        for form in workspace.ledger.forms(row.name, _OPEN_FORMS)
    }


def _since_last_closed(rows: list[BatchRow]) -> list[BatchRow]:
    closed = [number for number, row in enumerate(rows) if row.state is BatchState.CLOSED]
    return [row for row in rows[max(closed, default=-1) + 1 :] if row.state not in _NOT_COMING]
