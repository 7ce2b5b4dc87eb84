"""`demo`: the whole chain on shipped examples, against the built-in sandbox."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import FOLDER, Shared, now, shared_without_config
from fla_batch.cli.report import write_report
from fla_batch.cli.show import in_words
from fla_batch.cli.status import batch_table
from fla_batch.vocabulary.findings import blocking

if TYPE_CHECKING:
    from fla_batch.commands.build_batches import BuildResult
    from fla_batch.commands.workspace import Workspace
    from fla_batch.sandbox.ground import Ground
    from fla_batch.vocabulary.words import Words

EXAMPLES = ("trainings-2024.csv", "rights-2024.json", "with-mistakes.csv")
REPORT = "report.html"
_ANSWER_TIMEOUT_S = 60.0


@click.command()
@click.option(
    "--dir",
    "folder",
    type=FOLDER,
    help="Where to put everything; by default a new folder fla-batch-demo.",
)
@click.option(
    "--channel",
    type=click.Choice(["sftp", "rest"]),
    default="sftp",
    show_default=True,
    help="BATCH over sFTP, or the REST API.",
)
@click.option(
    "--profile",
    default="fla-20250131",
    help="Profile to write and answer with: try one of your own before anything is sent.",
)
@shared_without_config
def demo(folder: Path | None, channel: str, profile: str, shared: Shared) -> None:
    """Run the whole chain on the examples that come with the package.

    Build, validate, sign, send, poll, anomalies, report: against a simulated portal that runs
    only as long as the demo and only on this machine.
    """
    from fla_batch.commands.workspace import Workspace
    from fla_batch.configuration.loading import load as load_settings
    from fla_batch.message import load
    from fla_batch.sandbox.ground import practice_ground
    from fla_batch.sandbox.rest_faults import RestFaultPlan

    place = folder or _unused(Path("fla-batch-demo"))
    loaded = load(profile)
    numbers = count(1)

    def step(key: str, /, **parts: object) -> None:
        shared.tell(f"{next(numbers)}. {shared.words.line(key, **parts)}")

    rest = RestFaultPlan() if channel == "rest" else None
    step("demo_starts", folder=place, way="REST" if rest else "sFTP")
    with practice_ground(place, loaded, clock=now, rest=rest) as ground:
        # Nothing of the user's own settings: practice stays on this machine (S14).
        settings = load_settings(ground.settings_file, environ={})
        with Workspace.open(settings, loaded, clock=now) as workspace:
            result = _chain(workspace, ground, step, shared)
            _show(workspace, result, ground.folder, shared)


def _chain(
    workspace: Workspace, ground: Ground, step: Callable[..., None], shared: Shared
) -> BuildResult:
    """From input to report; tells each `step`, a numbered line on standard error."""
    from fla_batch.commands.build import build
    from fla_batch.commands.send import send, to_send
    from fla_batch.commands.watch import Patience, watch

    inputs = _examples(ground.folder / "input")
    words = shared.words
    step("demo_reads", files=", ".join(path.name for path in inputs))
    result = build(workspace, inputs, skip_blocked=True)
    stopped = words.count("declaration", result.skipped)
    mistakes = words.count("mistake", result.anomalies.counts.blocking)
    step("demo_blocks", declarations=stopped, mistakes=mistakes)
    for batch in result.batches:
        how = "demo_built" if ground.rest else "demo_signed"
        step(how, batch=batch.name, forms=words.count("form", batch.forms))
    send(workspace, to_send(workspace, []))
    step("demo_sent", order=" -> ".join(_order(ground, words)))
    answers = watch(workspace, Patience(0.2, _ANSWER_TIMEOUT_S))
    if not ground.rest:
        step("demo_answers", names=", ".join(answers.processed))
    report = ground.folder / REPORT
    write_report(workspace, report, shared.language)
    step("demo_report", file=report)
    return result


def _show(workspace: Workspace, result: BuildResult, folder: Path, shared: Shared) -> None:
    """What came of it: batches, what was stopped here, and what the platform found."""
    from fla_batch.commands.status import anomalies, per_worker, status

    words = shared.words
    rows = status(workspace)
    with anomalies(workspace) as found:
        remote = [anomaly for anomaly in found.by_worker() if not anomaly.blocked]
    if shared.as_json:
        shared.show_json(
            result.to_json()
            | {
                "folder": str(folder),
                "status": [row.to_json() for row in rows],
                "remote": [anomaly.to_json() for anomaly in remote],
            }
        )
        return
    say(f"\n== {words.line('demo_batches')} ==\n{batch_table(rows, words)}")
    say(f"\n== {words.line('demo_stopped')} ==")
    for anomaly in blocking(result.anomalies.by_place()):
        say(in_words(anomaly, shared.language, text=shared.text))
    say(f"\n== {words.line('demo_remote')} ==")
    for worker, theirs in per_worker(remote, shared.language):
        say(worker)
        for anomaly in theirs:
            say(in_words(anomaly, shared.language, indent="  ", text=shared.text))
    say("\n" + words.line("demo_places", folder=folder, report=folder / REPORT))


def _order(ground: Ground, words: Words) -> list[str]:
    """Which kinds of files were opened for us on the server, in that order; over REST the calls."""
    if ground.rest:
        return [words.count("calls", len(ground.rest.calls))]
    written = [
        operation.name[:2]
        for operation in ground.server.operations
        if operation.kind == "open" and operation.folder.startswith("IN")
    ]
    return list(dict.fromkeys(written))


def _examples(target: Path) -> list[Path]:
    """The shipped examples, copied out of the package so that they can be looked at."""
    from fla_batch.system.files import private_folder, write_whole

    private_folder(target)
    copied = []
    for name in EXAMPLES:
        with as_file(files("fla_batch.sandbox").joinpath("examples", name)) as source:
            write_whole(target / name, source.read_bytes())
        copied.append(target / name)
    return copied


def _unused(folder: Path) -> Path:
    """`folder`, or the same with a number behind it that is not there yet."""
    candidate, number = folder, 1
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate
