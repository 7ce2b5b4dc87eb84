"""What a command did, told when it is done: as a log for machines, and to the hooks of [on]."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fla_batch.cli.edge import tell

if TYPE_CHECKING:
    from fla_batch.commands.workspace import Workspace
    from fla_batch.configuration.sections import OnSection
    from fla_batch.ledger.records import EventRow


@contextmanager
def telling(
    workspace: Workspace, section: OnSection, complain: Callable[[str], None], *, as_log: bool
) -> Iterator[None]:
    """At the end of the `with`, also one that fails, tells the events that came meanwhile.

    Other processes on the same ledger may have made some of them: each process tells what it saw.
    """
    from fla_batch.commands.hooks import is_set, tell_hooks

    if not as_log and not is_set(section):
        yield
        return
    since = workspace.ledger.last_event()
    try:
        yield
    finally:
        if as_log:
            for each in workspace.ledger.news(since):
                tell(json.dumps(event_json(each), ensure_ascii=False))
        tell_hooks(section, workspace.ledger.news(since), complain)


def event_json(row: EventRow) -> dict[str, Any]:
    """One line of the log; `form` is null for an event of the whole batch."""
    return {
        "at": row.at.isoformat(),
        "event": row.event.value,
        "batch": str(row.batch),
        "environment": row.batch.environment.value,
        "form": row.form,
    }
