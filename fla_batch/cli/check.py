"""`check`: read and apply all rules, write nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.findings_options import FindingsFiles, findings_options
from fla_batch.cli.input_options import INPUT, InputOptions, input_options, show_receipts
from fla_batch.cli.options import Shared, now, shared
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.show import counts_in_words, in_words, show_anomalies, show_groups

if TYPE_CHECKING:
    from fla_batch.commands.check import CheckResult


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=INPUT)
@findings_options
@click.option("--all", "each", is_flag=True, help="List each anomaly, not only each cause.")
@input_options
@shared
def check(
    inputs: tuple[Path, ...],
    each: bool,
    reading: InputOptions,
    files: FindingsFiles,
    shared: Shared,
) -> int:
    """Read files of trainings or rights and apply all rules. Nothing is sent.

    INPUTS are JSON files or tables (CSV, XLSX, XLS, ODS, Parquet), folders and ZIP archives of
    them, or - for standard input. Anomalies are grouped by their cause; each names its file, row
    and column.
    """
    from fla_batch.commands.check import check as check_command
    from fla_batch.commands.ledger_so_far import history_if_any
    from fla_batch.commands.rule_context import rule_context

    how = reading.choice(shared.settings)
    files.require_writable(inputs)
    with counting("declarations", shared) as counted, history_if_any(shared.settings) as history:
        context = rule_context(shared.settings.rules, now(), history=history)
        result = check_command(inputs, context, counted, how)
    written = files.write(result, inputs, how, shared)
    _show(result, shared, written, each=each)
    said = "read" if files.any_named else "read_only"
    shared.tell(shared.words.count(said, result.declarations))
    return 1 if result.anomalies.counts.blocking else 0


def _show(
    result: CheckResult, shared: Shared, written: Mapping[str, object], *, each: bool
) -> None:
    from fla_batch.intake.proposals import with_proposal

    groups = [replace(one, first=with_proposal(one.first)) for one in result.anomalies.groups]
    if shared.as_json:
        read = [receipt.to_json() for receipt in result.receipts]
        more = {"groups": [group.to_json() for group in groups], "read": read, **written}
        show_anomalies(result.anomalies, shared, more, with_proposal)
        return
    if each:
        for anomaly in result.anomalies.by_place():
            say(in_words(with_proposal(anomaly), shared.language, text=shared.text))
    else:
        show_groups(groups, shared)
    say(counts_in_words(result.anomalies.counts, shared.language))
    show_receipts(result.receipts, shared.language)
