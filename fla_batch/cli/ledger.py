"""`ledger verify`, `ledger rebuild`, `replay` and `purge`."""

from __future__ import annotations

import click

from fla_batch.cli.options import Shared, shared
from fla_batch.cli.show import plural


@click.group()
def ledger() -> None:
    """Compare the ledger with the outbox, or write its rows anew."""


@ledger.command()
@shared
def verify(shared: Shared) -> int:
    """Compare ledger, outbox and manifests. Exit code 1 when something does not fit."""
    from fla_batch.commands import maintenance

    with shared.workspace() as workspace:
        found = maintenance.verify(workspace)
    if shared.as_json:
        shared.show_json({"faults": [each.to_json() for each in found]})
        return 1 if found else 0
    for each in found:
        what = f"{each.fault.file} {each.fault.problem}" if each.fault.file else each.fault.problem
        click.echo(f"{each.fault.batch}: {what}\n  {each.advice}")
    click.echo(f"{plural(len(found), 'fault')}." if found else "Ledger and outbox fit together.")
    return 1 if found else 0


@ledger.command()
@click.option(
    "--from-outbox",
    is_flag=True,
    help="Put back what a lost or older ledger does not know, from the outbox beside it.",
)
@shared
def rebuild(from_outbox: bool, shared: Shared) -> int:
    """Write the rows of all answers anew from their raw files, and all states from the events."""
    from fla_batch.commands import maintenance

    if from_outbox:
        return _restored(shared)
    with shared.workspace() as workspace:
        done = maintenance.rebuild(workspace)
    left = [each for each in done if each.problem]
    if shared.as_json:
        rows = [{"name": each.file_name, "problem": each.problem} for each in done]
        shared.show_json({"answers": rows})
        return 1 if left else 0
    for each in left:
        click.echo(f"{each.file_name}: {each.problem}")
    click.echo(f"{plural(len(done) - len(left), 'answer')} read again, {len(left)} left alone.")
    return 1 if left else 0


def _restored(shared: Shared) -> int:
    from fla_batch.commands.restore import restore

    with shared.workspace(mend=True) as workspace:
        result = restore(workspace)
    if shared.as_json:
        shared.show_json(result.to_json())
        return 1 if result.problems else 0
    for name, why in result.problems:
        click.echo(f"{name}: {why}")
    click.echo(
        f"{plural(len(result.batches), 'batch')} put back, {len(result.brought_up)} brought up to "
        f"date, {plural(len(result.answers), 'answer')} read, "
        f"{plural(len(result.problems), 'problem')}. Next: fla-batch ledger verify"
    )
    return 1 if result.problems else 0


@click.command()
@shared
def replay(shared: Shared) -> int:
    """Process again what lies in quarantine, after its cause was mended."""
    from fla_batch.commands import maintenance

    with shared.workspace() as workspace:
        result = maintenance.replay(workspace)
    if shared.as_json:
        document = result.to_json()
        del document["open_batches"]
        shared.show_json(document)
    else:
        for name in result.processed:
            click.echo(f"{name}: processed")
        for name, reason in result.quarantined:
            click.echo(f"{name!r}: still in quarantine, {reason}")
        if not (result.processed or result.quarantined):
            click.echo("Quarantine is empty.")
    return 1 if result.quarantined else 0


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=1),
    required=True,
    metavar="DAYS",
    help="Only batches that were closed, and files put in quarantine, that long ago.",
)
@shared
def purge(days: float, shared: Shared) -> None:
    """Delete files with national numbers of closed batches, and what is old in quarantine or fits
    no batch of ours.

    Manifests and the ledger stay: they prove what was sent.
    """
    from fla_batch.commands import maintenance

    with shared.workspace() as workspace:
        purged = maintenance.purge(workspace, older_than_days=days)
    if shared.as_json:
        shared.show_json(purged.to_json())
        return
    for name in purged.batches:
        click.echo(f"{name}: files deleted, manifest kept")
    click.echo(f"{plural(purged.quarantined, 'file')} deleted from quarantine.")
    if purged.answers:
        click.echo(f"{plural(purged.answers, 'answer')} deleted that fit no batch of ours.")
