"""`status` and `anomalies`: what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say, say_all
from fla_batch.cli.options import ANY_PATH, Shared, now, shared
from fla_batch.cli.show import (
    counts_in_words,
    in_words,
    kind_in_words,
    left_alone_lines,
    state_in_words,
    table,
    table_lines,
)
from fla_batch.cli.whose import Whose, whose_options
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import AnomalyOrigin, FormKind
from fla_batch.vocabulary.words import Words

if TYPE_CHECKING:
    from datetime import date

    from fla_batch.ledger.records import BatchRow, FormLine
    from fla_batch.vocabulary.yearly_calendar import Deadline


@click.command()
@click.argument("batch", required=False)
@click.option(
    "--prometheus", type=ANY_PATH, metavar="FILE", help="Write counts for a scraper to FILE, too."
)
@whose_options
@shared
def status(batch: str | None, prometheus: Path | None, whose: Whose, shared: Shared) -> None:
    """Batches with their states and what is due within a year, or the forms of one BATCH too.

    With an employer, worker or year: the batches that hold something of it, and those forms.
    """
    from fla_batch.commands.status import forms_about
    from fla_batch.commands.status import status as status_command
    from fla_batch.vocabulary.yearly_calendar import deadlines

    words = shared.words
    with shared.workspace() as workspace:
        rows = status_command(workspace, batch, whose.whom)
        lines = forms_about(workspace, rows, whose.whom) if batch or any(whose) else None
        left = workspace.ledger.left_alone(workspace.environment)
        blocked = workspace.ledger.blocked_declarations(workspace.environment)
        if prometheus is not None:
            _write_metrics(prometheus, rows, blocked)
        today = belgian_date(workspace.clock())
        coming = deadlines(today)
        if shared.as_json:
            document: dict[str, object] = {
                "batches": [row.to_json() for row in rows],
                "left_alone": [one.to_json() for one in left],
                "blocked": blocked,
                "deadlines": [_due(each, today) for each in coming],
            }
            if lines is not None:
                document["forms"] = (form.to_json() for form in lines)
            shared.show_json(document)
        elif not rows:
            say(words.line("in_no_batch" if any(whose) else "no_batches"))
        else:
            say(batch_table(rows, words))
            say_all(_set_apart(rows, words))
            say_all(_waiting(rows, words))
            if lines is not None:
                say()
                say_all(_form_table(lines, words))
        if not shared.as_json:
            say_all(left_alone_lines(left, shared.language))
            if blocked:
                say(words.count("held_back", blocked))
            if lines is None:
                say_all(_coming(coming, today, words))


def _due(each: Deadline, today: date) -> dict[str, object]:
    """A deadline in the document, with its text in each language."""
    text = Labels().changed(lambda _, language: _due_text(each, Words("fla_batch.cli", language)))
    left = (each.day - today).days
    return {"day": each.day.isoformat(), "days_left": left, "due": each.due, "text": text.to_json()}


def _coming(coming: Iterable[Deadline], today: date, words: Words) -> Iterator[str]:
    """The calendar of the year that comes, a line a day."""
    yield ""
    yield words.line("coming")
    for each in coming:
        left = words.count("day_left", (each.day - today).days)
        yield f"  {each.day}  {left:>10}  {_due_text(each, words)}"


def _due_text(each: Deadline, words: Words) -> str:
    return words.line(f"due-{each.due}", year=each.year, next=each.year + 1)


def _write_metrics(path: Path, rows: list[BatchRow], blocked: int) -> None:
    """Whole, and readable by the collector, which is another user: no person stands in it."""
    from fla_batch.report.metrics import metrics
    from fla_batch.system.files import write_whole

    write_whole(path, metrics(rows, blocked=blocked, at=now()).encode())
    path.chmod(0o644)


def _set_apart(rows: Iterable[BatchRow], words: Words) -> Iterator[str]:
    """Batches that cannot be sent as they lie there, with the way out."""
    from fla_batch.commands.send import OUT_OF_TROUBLE

    for row in rows:
        if row.trouble:
            why, way_out = (
                translated(each, words.language) for each in (row.trouble, OUT_OF_TROUBLE)
            )
            yield words.line("set_apart", name=row.name, why=why, way_out=way_out)


def _waiting(rows: Iterable[BatchRow], words: Words) -> Iterator[str]:
    """Batches that do not go on by themselves."""
    for row in rows:
        if row.waits_for:
            state, why = state_in_words(row.state, words.language), row.waits_for
            yield words.line(
                "standing", name=row.name, state=state, why=translated(why, words.language)
            )


def _form_table(forms: Iterable[FormLine], words: Words) -> Iterator[str]:
    """One line a form, in columns of the same width for every batch."""
    states = {state: state_in_words(state, words.language) for state in FormState}
    kinds = {kind: kind_in_words(kind, words.language) for kind in FormKind}
    longest = (20, max(map(len, states.values())), max(map(len, kinds.values())), 10, 11, 4)
    widths = dict(zip(words.headings("form_headings"), longest, strict=True))
    rows = (
        [form.reference_nbr, states[form.state], kinds[form.kind], *form[-3:]] for form in forms
    )
    return table_lines(widths, rows)


def batch_table(rows: list[BatchRow], words: Words) -> str:
    """One line a batch; an overdue one shows how long it has been silent."""
    counts = attrgetter("ticket", "forms", "accepted", "warned", "refused", "open")
    lines = ([row.name, _state(row, words), *counts(row)] for row in rows)
    return table(words.headings("batch_headings"), lines)


def _state(row: BatchRow, words: Words) -> str:
    state = state_in_words(row.state, words.language)
    if row.state is not BatchState.OVERDUE or row.age is None:
        return state
    hours = int(row.age.total_seconds() // 3600)
    unit, count = ("overdue_hours", hours) if hours < 72 else ("overdue_days", hours // 24)
    return words.line(unit, state=state, count=count)


@click.command()
@click.argument("batch", required=False)
@click.option("--csv", "csv_file", type=ANY_PATH, help="Write them to a CSV file.")
@click.option("--xlsx", "xlsx_file", type=ANY_PATH, help="Write them to an Excel file.")
@whose_options
@click.option(
    "--origin",
    type=click.Choice([origin.value for origin in AnomalyOrigin]),
    help="Only the platform's, or only our own.",
)
@click.option("--dismiss", is_flag=True, help="Forget what holds declarations of builds back.")
@shared
def anomalies(
    batch: str | None,
    csv_file: Path | None,
    xlsx_file: Path | None,
    whose: Whose,
    origin: str | None,
    dismiss: bool,
    shared: Shared,
) -> int:
    """Anomalies of the platform and our own, worker by worker; of one BATCH, or of all."""
    from fla_batch.commands.status import anomalies as anomalies_command
    from fla_batch.report.export import require_room, write_anomalies

    if dismiss:
        with shared.workspace() as workspace:
            count = workspace.ledger.forget_blocked(workspace.environment)
        shared.tell(shared.words.count("forgotten", count))
    files = [path for path in (csv_file, xlsx_file) if path]
    finder = AnomalyOrigin(origin) if origin else None
    with (
        shared.workspace() as workspace,
        anomalies_command(workspace, batch, whose.whom, finder) as found,
    ):
        counts = found.counts()
        for path in files:
            require_room(path, counts.total)
        for path in files:
            write_anomalies(path, found.by_worker(), shared.language)
            shared.tell(shared.words.line("anomalies_written", path=path, count=counts.total))
        if shared.as_json:
            each = (anomaly.to_json() for anomaly in found.by_worker())
            shared.show_json({"anomalies": each} | counts._asdict())
        elif not files:
            say_all(_in_words(found.by_worker(), shared))
            say(counts_in_words(counts, shared.language))
    return 1 if counts.blocking else 0


def _in_words(anomalies: Iterable[Anomaly], shared: Shared) -> Iterator[str]:
    from fla_batch.commands.status import per_worker

    for worker, theirs in per_worker(anomalies, shared.language):
        yield worker
        for anomaly in theirs:
            yield in_words(anomaly, shared.language, indent="  ", text=shared.text)
