"""`sandbox serve`: the simulated portal as an sFTP server."""

from __future__ import annotations

import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import FOLDER, Shared, Subcommands, now, port_option, shared
from fla_batch.sandbox.answer_faults import ANSWER_FAULTS, combined
from fla_batch.sandbox.dialects import DIALECTS, combined_dialect
from fla_batch.sandbox.faults import CHANNEL_FAULTS
from fla_batch.sandbox.rest_faults import RestFault, RestFaultPlan

if TYPE_CHECKING:
    from fla_batch.sandbox.ground import Ground
    from fla_batch.vocabulary.words import Words

# "take-away" is for a server alone: with a portal behind it there would be nothing to answer.
_FAULTS = sorted({*CHANNEL_FAULTS, *ANSWER_FAULTS} - {"take-away"})
_REST_FAULTS = sorted(fault.value for fault in RestFault)
_SHIPPED_SEED = "example"


@click.group(cls=Subcommands)
def sandbox() -> None:
    """The simulated portal, on this machine only."""


@sandbox.command()
@port_option("--port", 8022, "Port on loopback; 0 takes a free one.")
@click.option(
    "--dir",
    "folder",
    type=FOLDER,
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
    "kinds",
    type=click.Choice([*_FAULTS, *_REST_FAULTS]),
    metavar="KIND",
    multiple=True,
    help="Misbehave; may be repeated: " + ", ".join([*_FAULTS, *_REST_FAULTS]) + ".",
)
@click.option(
    "--rest",
    is_flag=True,
    help="Serve the REST API too, and write a configuration that goes over it.",
)
@port_option("--rest-port", 8023, "Port of the REST API on loopback; 0 takes a free one.")
@click.option(
    "--dialect",
    "dialects",
    type=click.Choice(sorted(DIALECTS)),
    metavar="KIND",
    multiple=True,
    help="Answer in another way that is allowed; may be repeated: "
    + ", ".join(sorted(DIALECTS))
    + ".",
)
@click.option(
    "--seed",
    metavar="FILE",
    help="What the platform knows beforehand; 'example' takes the one that is shipped.",
)
@shared
def serve(
    port: int,
    folder: Path,
    delay_s: float,
    kinds: tuple[str, ...],
    dialects: tuple[str, ...],
    rest: bool,
    rest_port: int,
    seed: str | None,
    shared: Shared,
) -> None:
    """Serve the simulated portal until Ctrl-C, and print how to connect.

    A batch is taken in when its GO arrives, SECONDS of --delay later, and answered with ACRF
    and NOTI. What comes and what goes is told on standard error. With --rest the same accounts
    answer over the REST API, and its token server with them.
    """
    from fla_batch.sandbox.folder_view import FolderView
    from fla_batch.sandbox.ground import practice_ground

    spoiled = [kind for kind in kinds if kind in _REST_FAULTS]
    if spoiled and not rest:
        raise click.UsageError(f"--fault {spoiled[0]} is one of the REST API: add --rest.")
    faults, answer_fault = combined(kind for kind in kinds if kind not in _REST_FAULTS)
    ground_of = practice_ground(
        folder,
        shared.profile,
        clock=now,
        port=port,
        delay_s=delay_s,
        faults=faults,
        answer_fault=answer_fault,
        dialect=combined_dialect(dialects),
        rest=RestFaultPlan.of(spoiled) if rest else None,
        rest_port=rest_port,
    )
    with ground_of as ground:
        if seed:
            _sow(seed, ground)
        view = FolderView(ground.folder / "portal", ground.server.operations)
        try:
            if shared.as_json:
                shared.show_json(_facts(ground))
            else:
                say(_how_to_connect(ground, shared.words))
            while True:
                time.sleep(0.5)
                for line in view.news(now().astimezone()):
                    shared.tell(line)
        except KeyboardInterrupt:
            shared.tell(shared.words.line("sandbox_stopped"))


def _sow(seed: str, ground: Ground) -> None:
    from fla_batch.sandbox.seed import load_seed

    on = now().date()
    if seed != _SHIPPED_SEED:
        load_seed(Path(seed)).sow(ground.platform, on=on)
        return
    with as_file(files("fla_batch.sandbox").joinpath("examples", "sandbox-seed.json")) as path:
        load_seed(path).sow(ground.platform, on=on)


def _facts(ground: Ground) -> dict[str, object]:
    return {
        "host": ground.server.host,
        "port": ground.server.port,
        "host_key": ground.server.fingerprint,
        "settings": str(ground.settings_file),
        "folder": str(ground.folder / "portal"),
        **({"base_url": ground.rest.base_url} if ground.rest else {}),
    }


def _how_to_connect(ground: Ground, words: Words) -> str:
    server, folder = ground.server, ground.folder
    return words.line(
        "how_to_connect",
        host=server.host,
        port=server.port,
        fingerprint=server.fingerprint,
        rest=f"\nREST API   {ground.rest.base_url}" if ground.rest else "",
        settings=ground.settings_file,
        key=folder / "keys" / "user.pem",
        portal=folder / "portal",
    )
