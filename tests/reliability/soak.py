"""A soak: three stations build, correct, send, poll and cancel for as long as one likes.

    python -m tests.reliability.soak --minutes 60 [--seed 14]

The commands are those that users run, against Debian's sshd with the sandbox's platform behind it.
They are killed (SIGKILL) at random moments, their connections are cut, their disk is full now and
then, and odd files lie in OUT. In the end everything runs once more undisturbed, and it is
counted what the portal took: nothing may be lost, sent twice or stuck. Exit code 1 when any is.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from fla_batch.vocabulary.terms import Environment
from tests.contract.sshd import MODERN
from tests.e2e.servers import Server, openssh, sandbox
from tests.reliability.soak_count import Verdict, count_up
from tests.reliability.soak_station import STATIONS, Station, Tally, Wishes, common_file

_FORK = multiprocessing.get_context("fork")
_LOOK_S = 0.2
_ROUNDS = 12
_SILENCE_S = 60.0


def soak(folder: Path, minutes: float, seed: int) -> tuple[Tally, Verdict]:
    """Run it in `folder`, which is empty."""
    _make_keys(folder)
    config, until = folder / "fla-batch.toml", time.monotonic() + 60 * minutes
    begin, told = _FORK.Event(), _FORK.SimpleQueue()
    common_file(folder)

    def work(number: int) -> None:
        begin.wait()
        station = Station(folder, number, random.Random(f"{seed} {number}"), config)
        station.work(until)
        told.put((station.tally, station.wishes))

    # Before any thread of the portal exists: the stations fork a child for each command.
    stations = [_FORK.Process(target=work, args=(number,)) for number in range(STATIONS)]
    for each in stations:
        each.start()
    with openssh(folder, MODERN, legacy=False) as server:
        _small_batches(config)
        begin.set()
        tally = Tally()
        outcome: list[tuple[Tally, Wishes]] = []
        chance = random.Random(f"{seed} portal")
        while len(outcome) < STATIONS and any(each.is_alive() for each in stations):
            _portal_works(folder, server, chance, tally)
            while not told.empty():
                outcome.append(told.get())
            time.sleep(_LOOK_S)
        while not told.empty():
            outcome.append(told.get())
        assert len(outcome) == STATIONS, "a station died of a mistake in the soak itself"
        wishes = Wishes()
        for done, wanted in outcome:
            tally.add(done)
            wishes.add(wanted)
        _settle(folder, config, server, tally)
        return tally, count_up(folder, config, server.received, wishes)


def _make_keys(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as ground, sandbox(Path(ground) / "ground"):
        (Path(ground) / "ground" / "keys").rename(folder / "keys")


def _small_batches(config: Path) -> None:
    """And an hour's patience in a minute: silence after a TD has to end before the soak does."""
    text = f"overdue_acrf_hours = {_SILENCE_S / 3600}\n[limits]\npart_forms = 2\nparts = 2\n"
    config.write_text(config.read_text() + text)


def _portal_works(folder: Path, server: Server, chance: random.Random, tally: Tally) -> None:
    """Answers what is there, or is slow; cuts a connection; leaves an odd file."""
    if chance.random() < 0.4:
        server.answered()
    if chance.random() < 0.3:
        tally.cuts += _cut_a_connection(chance)
    if chance.random() < 0.01:
        tally.odd_files += 1
        _odd_file(folder / "root" / Environment.SIMULATION.folder_out, chance)


def _odd_file(folder: Path, chance: random.Random) -> None:
    name = f"odd-{chance.randrange(10**6)}"
    kind = chance.choice(("folder", "stray", "answer"))
    if kind == "folder":
        (folder / name).mkdir()
    elif kind == "stray":
        (folder / f"FI.{name}").write_bytes(b"stray")
    else:
        (folder / f"FO.ACRF.123456.20240101.{chance.randrange(10**5):05d}.S.1.1").write_bytes(b"<")


def _cut_a_connection(chance: random.Random) -> int:
    """Kill one of the processes that our own sshd made for a connection."""
    sessions = [
        session
        for listener in _children(os.getpid())
        if _command(listener).startswith("sshd")
        for session in _children(listener)
    ]
    if not sessions:
        return 0
    try:
        os.kill(chance.choice(sessions), signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text()
    except OSError:
        return ""


def _settle(folder: Path, config: Path, server: Server, tally: Tally) -> None:
    """All once more, undisturbed, until nothing is left to do."""
    station = Station(folder, STATIONS, random.Random(0), config)
    for _ in range(_ROUNDS):
        for path in sorted(folder.glob("input-*.json")):
            station.calmly("build", str(path))
        station.calmly("send")
        station.cancel_again()
        server.answered()
        station.calmly("poll")
        if station.nothing_open():
            break
        if station.only_waits_for_silence():
            time.sleep(_SILENCE_S / 4)
    tally.flaws += station.tally.flaws


def main() -> int:
    """Soak, print the counts."""
    parser = argparse.ArgumentParser(description="Builds, sends, polls, kills and counts.")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=14)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fla-soak-") as name:
        tally, verdict = soak(Path(name), given.minutes, given.seed)
        if verdict.is_bad or tally.flaws:
            kept = Path(tempfile.mkdtemp(prefix="fla-soak-kept-")) / "soak"
            Path(name).rename(kept)
            Path(name).mkdir()
            print(f"kept in {kept}")  # noqa: T201
    for line in (*tally.lines(), *verdict.lines()):
        print(line)  # noqa: T201
    return int(verdict.is_bad or bool(tally.flaws))


if __name__ == "__main__":
    sys.exit(main())
