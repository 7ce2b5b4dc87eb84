"""`sandbox serve`: the simulated portal as an sFTP server."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import Shared, now, shared
from fla_batch.sandbox.answer_faults import ANSWER_FAULTS, SOUND
from fla_batch.sandbox.faults import CHANNEL_FAULTS, NO_FAULTS

if TYPE_CHECKING:
    from fla_batch.sandbox.ground import Ground

# "take-away" is for a server alone: with a portal behind it there would be nothing to answer.
_FAULTS = sorted({*CHANNEL_FAULTS, *ANSWER_FAULTS} - {"take-away"})


@click.group()
def sandbox() -> None:
    """The simulated portal, on this machine only."""


@sandbox.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    default=8022,
    show_default=True,
    help="Port on loopback; 0 takes a free one.",
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("fla-sandbox"),
    show_default=True,
    help="Where its files, keys and accounts lie; they stay for the next time.",
)
@click.option(
    "--delay",
    "delay_s",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=1.0,
    show_default=True,
    help="Time between a GO and its processing.",
)
@click.option(
    "--fault",
    type=click.Choice(_FAULTS),
    metavar="KIND",
    help="Misbehave: " + ", ".join(_FAULTS) + ".",
)
@shared
def serve(port: int, folder: Path, delay_s: float, fault: str | None, shared: Shared) -> None:
    """Serve the simulated portal until Ctrl-C, and print how to connect.

    A batch is taken in when its GO arrives, SECONDS of --delay later, and answered with ACRF
    and NOTI.
    """
    from fla_batch.sandbox.ground import practice_ground

    ground_of = practice_ground(
        folder,
        shared.profile,
        clock=now,
        port=port,
        delay_s=delay_s,
        faults=CHANNEL_FAULTS.get(fault or "", NO_FAULTS),
        answer_fault=ANSWER_FAULTS.get(fault or "", SOUND),
    )
    with ground_of as ground:
        if shared.as_json:
            shared.show_json(_facts(ground))
        else:
            say(_how_to_connect(ground))
        shown = 0
        try:
            while True:
                time.sleep(0.5)
                operations = [each for each in ground.server.operations if each.kind == "close"]
                for operation in operations[shown:]:
                    shared.tell(f"{operation.folder}/{operation.name} closed")
                shown = len(operations)
        except KeyboardInterrupt:
            shared.tell("Stopped. The folder keeps everything for the next time.")


def _facts(ground: Ground) -> dict[str, object]:
    return {
        "host": ground.server.host,
        "port": ground.server.port,
        "host_key": ground.server.fingerprint,
        "settings": str(ground.settings_file),
        "folder": str(ground.folder / "portal"),
    }


def _how_to_connect(ground: Ground) -> str:
    server, folder = ground.server, ground.folder
    return f"""The simulated portal listens on {server.host}:{server.port}.
host key   {server.fingerprint}

With this tool, in another terminal:
  fla-batch run FILE --config {ground.settings_file} --every 2

With any sFTP client:
  sftp -P {server.port} -i {folder / "keys" / "user.pem"} practice@{server.host}

Send to INTEST-S, find answers in OUTTEST-S; both lie in {folder / "portal"}.
Ctrl-C stops it."""
