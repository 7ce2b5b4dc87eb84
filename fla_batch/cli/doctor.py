"""`doctor`: one line for each thing that can go wrong on the deadline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import WORKERS, Shared, now, shared

if TYPE_CHECKING:
    from fla_batch.commands.doctor.diagnosis import Diagnosis, Health
    from fla_batch.vocabulary.words import Words

_EXIT_UNFIT = 3


@click.command()
@click.option("--offline", is_flag=True, help="Leave out what needs the network.")
@WORKERS
@shared
def doctor(offline: bool, workers: str | None, shared: Shared) -> int:
    """Check settings, keys, certificate, server, disk, clock and ledger before the deadline.

    Nothing is sent, built or changed. Exit code 3 when there is an error, else 0.
    """
    from fla_batch.channel.sftp import connect
    from fla_batch.commands.doctor.diagnosis import Health, Surroundings
    from fla_batch.commands.doctor.examination import examine
    from fla_batch.system.files import free_bytes
    from fla_batch.vocabulary.words import Words

    words = Words("fla_batch.commands.doctor", shared.language)
    around = Surroundings(
        file=shared.settings_file,
        load=lambda: shared.required_settings,
        clock=now,
        words=words,
        connect=connect,
        free_bytes=free_bytes,
        offline=offline,
        workers=workers,
    )
    names: dict[Health, list[str]] = {state: [] for state in Health}
    found = _sorted_out(examine(around), names)
    if shared.as_json:
        shared.show_json({"checks": (each.to_json() for each in found)})
    else:
        for each in found:
            if each.state is not Health.SKIPPED:
                say(_line(each, words))
        if names[Health.SKIPPED]:
            say(words.line("not-looked-at", names=", ".join(dict.fromkeys(names[Health.SKIPPED]))))
        counts = {state.value: len(those) for state, those in names.items()}
        say(words.line("summary", **counts))
    return _EXIT_UNFIT if names[Health.ERROR] else 0


def _sorted_out(found: Iterator[Diagnosis], names: dict[Health, list[str]]) -> Iterator[Diagnosis]:
    """Each as it comes, its name noted."""
    for each in found:
        names[each.state].append(each.name)
        yield each


def _line(found: Diagnosis, words: Words) -> str:
    """`ok        ledger             sound, ...`, and what to do below it."""
    line = f"{words.line(found.state):10}{found.name:19}{found.message}"
    return f"{line}\n{'':29}-> {found.advice}" if found.advice else line
