"""`send` and `cancel`."""

from __future__ import annotations

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import Shared, shared
from fla_batch.cli.progress_bar import Unit, counting
from fla_batch.cli.show import plural

after_closure_option = click.option(
    "--after-closure", is_flag=True, help="Send to production although the platform closed."
)


@click.command()
@click.argument("batches", nargs=-1)
@after_closure_option
@shared
def send(batches: tuple[str, ...], after_closure: bool, shared: Shared) -> int:
    """Upload what is staged: every FI, every FS, and GO last. BATCHES, or all.

    A batch that was interrupted goes on where it stopped; one in doubt is settled from the
    server's folder and never sent twice.
    """
    from fla_batch.commands import send as sending

    with shared.workspace() as workspace:
        waiting = sending.to_send(workspace, batches)
        if waiting:
            sending.require_checked(shared.settings.profile.name)
        sending.require_open(workspace, waiting, after_closure=after_closure)
        total = sum(sending.outgoing_bytes(workspace, name) for name in waiting)
        with counting("sent", shared, total, unit=Unit.BYTES) as counted:
            outcomes = sending.send(workspace, waiting, counted)
    if shared.as_json:
        shared.show_json({"batches": [outcome.to_json() for outcome in outcomes]})
    else:
        for outcome in outcomes:
            say(f"{outcome.name}: {outcome.state.value}{outcome.remark}")
        say(_next(len(outcomes), any(outcome.in_doubt for outcome in outcomes)))
    return 4 if any(outcome.in_doubt for outcome in outcomes) else 0


def _next(count: int, in_doubt: bool) -> str:
    if not count:
        return "Nothing is staged. Next: fla-batch build FILE"
    if in_doubt:
        return "In doubt: fla-batch poll settles it by the answer. Do not build it again."
    return f"{plural(count, 'batch')} sent. Next: fla-batch poll --watch 60"


@click.command()
@click.argument("batch")
@shared
def cancel(batch: str, shared: Shared) -> None:
    """Cancel BATCH with a TD file. Never after the portal accepted the file."""
    from fla_batch.commands.cancel import cancel as cancel_command

    with shared.workspace() as workspace:
        state = cancel_command(workspace, batch)
    if shared.as_json:
        shared.show_json({"name": batch, "state": state.value})
    else:
        say(f"{batch}: {state.value}")
