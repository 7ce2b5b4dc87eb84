"""`check`: read and apply all rules, write nothing."""

from __future__ import annotations

from pathlib import Path

import click

from fla_batch.cli.options import EXISTING_FILE, Shared, now, shared
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.show import plural, show_anomalies


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=EXISTING_FILE)
@shared
def check(inputs: tuple[Path, ...], shared: Shared) -> int:
    """Read files of trainings or rights and apply all rules. Nothing is written or sent.

    INPUTS are JSON, CSV, XLSX or Parquet files. Every anomaly names its file, row and column.
    """
    from fla_batch.commands.check import check as check_command
    from fla_batch.commands.rule_context import rule_context
    from fla_batch.commands.workspace import history_if_any

    with counting("declarations", shared) as counted, history_if_any(shared.settings) as history:
        context = rule_context(shared.settings.rules, now(), history=history)
        result = check_command(inputs, context, counted)
    show_anomalies(result.anomalies, shared)
    shared.tell(f"{plural(result.declarations, 'declaration')} read; nothing was written.")
    return 1 if result.anomalies.counts.blocking else 0
