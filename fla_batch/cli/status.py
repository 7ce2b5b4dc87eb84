"""`status` and `anomalies`: what the ledger knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import ANY_PATH, Shared, shared
from fla_batch.cli.show import counted, in_words, table

if TYPE_CHECKING:
    from fla_batch.ledger.records import BatchRow


@click.command()
@click.argument("batch", required=False)
@shared
def status(batch: str | None, shared: Shared) -> None:
    """Batches with their states, or the forms of one BATCH too."""
    from fla_batch import pipeline

    with shared.workspace() as workspace:
        rows = pipeline.status(workspace, batch)
        forms = pipeline.forms(workspace, batch) if batch else []
    if shared.as_json:
        document: dict[str, object] = {"batches": [row.to_json() for row in rows]}
        if batch:
            document["forms"] = [
                {
                    "reference": form.reference_nbr,
                    "state": form.state.value,
                    "ticket": form.ticket,
                    "kind": form.kind.value,
                    "company_id": form.company_id,
                    "inss": form.inss,
                    "calendar_year": form.calendar_year,
                }
                for form in forms
            ]
        shared.show_json(document)
        return
    if not rows:
        say("No batches yet. Start with: fla-batch build FILE")
        return
    say(batch_table(rows))
    if forms:
        say()
        say(
            table(
                ["form", "state", "kind", "employer", "worker", "year"],
                [
                    [
                        form.reference_nbr,
                        form.state.value,
                        form.kind.value,
                        form.company_id,
                        form.inss,
                        form.calendar_year,
                    ]
                    for form in forms
                ],
            )
        )


def batch_table(rows: list[BatchRow]) -> str:
    """One line a batch; an overdue one shows how long it has been silent."""
    headings = ["batch", "state", "ticket", "forms", "accepted", "warned", "refused", "open"]
    return table(
        headings,
        [
            [
                row.name,
                _state(row),
                row.ticket,
                row.forms,
                row.accepted,
                row.warned,
                row.refused,
                row.open,
            ]
            for row in rows
        ],
    )


def _state(row: BatchRow) -> str:
    if row.state.value != "overdue" or row.age is None:
        return row.state.value
    hours = int(row.age.total_seconds() // 3600)
    return f"overdue ({hours} h)" if hours < 72 else f"overdue ({hours // 24} days)"


@click.command()
@click.argument("batch", required=False)
@click.option("--csv", "csv_file", type=ANY_PATH, help="Write them to a CSV file.")
@click.option("--xlsx", "xlsx_file", type=ANY_PATH, help="Write them to an Excel file.")
@shared
def anomalies(
    batch: str | None, csv_file: Path | None, xlsx_file: Path | None, shared: Shared
) -> int:
    """Anomalies of the platform and our own, worker by worker; of one BATCH, or of all."""
    from fla_batch import pipeline
    from fla_batch.findings import blocking, summary

    with shared.workspace() as workspace:
        found = pipeline.anomalies(workspace, batch)
    if csv_file or xlsx_file:
        from fla_batch.report.export import write_anomalies

        for path in (csv_file, xlsx_file):
            if path:
                write_anomalies(path, found, shared.language)
                shared.tell(f"{path}: {len(found)} anomalies written.")
    if shared.as_json:
        shared.show_json(summary(found))
    elif not (csv_file or xlsx_file):
        for worker, theirs in pipeline.per_worker(found):
            say(worker)
            for anomaly in theirs:
                say(in_words(anomaly, shared.language, indent="  "))
        say(counted(found))
    return 1 if blocking(found) else 0
