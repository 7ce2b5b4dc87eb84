"""Checking a file that was dropped, in a thread, and what is known of it then."""

from __future__ import annotations

from dataclasses import replace

from fla_batch.commands.check import CheckResult
from fla_batch.commands.checked_table import CheckedTable, checked_table
from fla_batch.commands.rule_context import rule_context
from fla_batch.configuration.extra_names import extra_names
from fla_batch.intake import ReadingChoice
from fla_batch.intake.headings import knows
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import TABLE_SUFFIXES, Table
from fla_batch.ui.background_jobs import BackgroundJob
from fla_batch.ui.dropped_files import DroppedFile
from fla_batch.ui.page_state import PageState
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import AnomalyOrigin

FIRST_ROWS = 40
"""Shown while a file is being checked."""


def how_of(state: PageState, file: DroppedFile) -> ReadingChoice:
    """How the file is to be read, with these settings."""
    return file.how(extra_names(state.settings.profile.name))


def start_check(
    state: PageState, file: DroppedFile, *, again: bool = False
) -> BackgroundJob | None:
    """The check that is needed, or goes on already; None when all is known.

    One that failed is not tried before somebody does something: `again`.
    """
    if file.checked is not None:
        return None
    kind = f"check {file.id}"
    last = state.jobs.last(kind)
    if last is not None and last.trouble is not None and not again:
        return last
    return state.jobs.start(kind, lambda job: check_now(state, file, job))


def check_now(state: PageState, file: DroppedFile, job: BackgroundJob) -> None:
    """Check it, with what the platform holds and has said."""
    from fla_batch.commands.ledger_so_far import history_if_any

    with file.lock, history_if_any(state.settings) as history:
        context = rule_context(state.settings.rules, state.clock(), history=history)
        found = checked_table(file.path, context, how_of(state, file), job)
        if isinstance(found, CheckedTable) and file.batches:
            _add_refusals(state, file, found)
        file.checked = found


def _add_refusals(state: PageState, file: DroppedFile, found: CheckedTable) -> None:
    """What the platform said of what was last built of this file, at its rows."""
    from fla_batch.commands.status import anomalies

    mended = file.mended_since_build
    with state.workspace() as workspace:
        for name in file.last_batches:
            with anomalies(workspace, name) as said:
                for anomaly in said.by_worker():
                    if anomaly.origin is AnomalyOrigin.REMOTE:
                        found.add_refusal(anomaly, mended)


def checked(state: PageState, file: DroppedFile) -> CheckedTable:
    """The table with its findings. Raises UsageMistake for what is no table."""
    if file.checked is None:
        job = start_check(state, file)
        if job is not None:
            job.wait(600)
            if job.trouble is not None:
                raise job.trouble
    if isinstance(file.checked, CheckedTable):
        return file.checked
    raise UsageMistake(f"{file.name} holds no table that can be shown")


def result_of(file: DroppedFile) -> CheckResult | None:
    """What the last check found, as `check` gives it."""
    if isinstance(file.checked, CheckedTable):
        return file.checked.result
    return file.checked


def first_rows(state: PageState, file: DroppedFile) -> Table | Anomaly | None:
    """The first rows of a table, None for what is no table: quick, whatever its size."""
    if file.path.suffix.lower() not in TABLE_SUFFIXES:
        return None
    how = how_of(state, file)
    choice = replace(how.table, most_rows=FIRST_ROWS)
    return open_table(file.path, knows(how.mapping), choice)
