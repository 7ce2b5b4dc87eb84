"""`run`: build, send, poll until all is answered."""

from __future__ import annotations

from pathlib import Path

import click

from fla_batch.cli import build as building
from fla_batch.cli import poll as polling
from fla_batch.cli import send as sending
from fla_batch.cli.input_options import INPUT, InputOptions, input_options
from fla_batch.cli.options import Shared, shared_and_logged
from fla_batch.cli.progress_bar import Unit, counting
from fla_batch.cli.removals import Allowed


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=INPUT)
@building.build_options
@sending.after_closure_option
@polling.every_option
@polling.timeout_option
@input_options
@shared_and_logged
def run(
    inputs: tuple[Path, ...],
    skip_blocked: bool,
    allowed: Allowed,
    again: bool,
    workers: str | None,
    after_closure: bool,
    every_s: float,
    timeout_s: float | None,
    reading: InputOptions,
    shared: Shared,
) -> int:
    """Build, send and poll until every batch is closed: for cron and systemd.

    Stops at the first step that does not succeed; run it again to go on.
    """
    from fla_batch.commands.send import outgoing_bytes, require_open, send, to_send

    how = reading.choice(shared.settings)
    with shared.workspace(needs_settings=False, workers=workers) as workspace:
        result = building.built(workspace, inputs, shared, skip_blocked, allowed, again, how)
        if not shared.as_json:
            building.show_built(result, shared, goes_on=True)
        if not (result.batches or result.unchanged):
            if shared.as_json:
                shared.show_json(result.to_json())
            return building.exit_code(result)
        # An earlier run may have been killed before it sent, or before it polled.
        names = {*result.held_by, *(batch.name for batch in result.batches)}
        waiting = [name for name in to_send(workspace, ()) if name in names]
        require_open(workspace, waiting, after_closure=after_closure)
        total = sum(outgoing_bytes(workspace, name) for name in waiting)
        with counting("sent", shared, total, unit=Unit.BYTES) as counted:
            outcomes = send(workspace, waiting, counted)
        answers = polling.polled(workspace, every_s, timeout_s, shared)
    if shared.as_json:
        shared.show_json(result.to_json() | {"poll": answers.to_json()})
    else:
        polling.show_polled(answers, shared, watched=True)
    return sending.exit_code(outcomes) or polling.exit_code(answers) or building.exit_code(result)
