"""`ledger verify`, `ledger rebuild`, `replay` and `purge`."""

from __future__ import annotations

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import Shared, Subcommands, shared
from fla_batch.vocabulary.sentences import translated


@click.group(cls=Subcommands)
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
    words = shared.words
    for each in found:
        fault = each.fault
        said = translated(fault.problem, shared.language)
        what = f"{fault.file} {said}" if fault.file else said
        advice = translated(each.advice, shared.language)
        say(words.line("fault", batch=fault.batch, what=what, advice=advice))
    say(words.count("faults", len(found)) if found else words.line("fits_together"))
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
        reason = translated(each.problem or "", shared.language)
        say(shared.words.line("named", name=each.file_name, reason=reason))
    say(shared.words.count("read_again", len(done) - len(left), left=len(left)))
    return 1 if left else 0


def _restored(shared: Shared) -> int:
    from fla_batch.commands.restore import restore

    with shared.workspace(mend=True) as workspace:
        result = restore(workspace)
    if shared.as_json:
        shared.show_json(result.to_json())
        return 1 if result.problems else 0
    words = shared.words
    for name, why in result.problems:
        reason = translated(why, shared.language)
        say(words.line("named", name=name, reason=reason))
    parts = [
        words.count("put_back", len(result.batches)),
        words.count("brought_up", len(result.brought_up)),
        words.count("answers_read", len(result.answers)),
        words.count("problems", len(result.problems)),
    ]
    say(words.line("restored", counts=", ".join(parts)))
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
            say(shared.words.line("processed", name=name))
        for name, why in result.quarantined:
            reason = translated(why, shared.language)
            say(shared.words.line("still_quarantined", name=repr(name), reason=reason))
        if not (result.processed or result.quarantined):
            say(shared.words.line("quarantine_empty"))
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
        say(shared.words.line("purged", batch=name))
    say(shared.words.count("quarantine_purged", purged.quarantined))
    if purged.answers:
        say(shared.words.count("answers_purged", purged.answers))
