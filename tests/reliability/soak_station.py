"""One station of the soak: a process that runs commands in children, and kills some of them."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.reliability.inputs import ABSENT_EMPLOYER, trainings_body, write

STATIONS = 3
_WORKERS = 6
"""Of each station; and of the file that all of them build."""
_REFUSED = 2
_HUNG_S = 240.0
_KILLED_OF_TEN = 4
_SHORT = slice(-1500, None)
_INTERNAL = 70
_COMMON = 900


@dataclass
class Tally:
    """What ran: how often each command ended how; what disturbed it; and what must not be."""

    ended: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    full_disks: int = 0
    cuts: int = 0
    odd_files: int = 0
    flaws: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Another station's."""
        self.ended += other.ended
        self.reasons += other.reasons
        self.kills += other.kills
        self.full_disks += other.full_disks
        self.flaws += other.flaws

    def lines(self) -> list[str]:
        """For a person."""
        ended = ", ".join(f"{name} {count}" for name, count in sorted(self.ended.items()))
        return [
            f"commands: {sum(self.ended.values())} ({ended})",
            f"killed {self.kills}, disk full {self.full_disks}",
            f"connections cut {self.cuts}, odd files {self.odd_files}",
            *(f"{count} times undisturbed: {why}" for why, count in self.reasons.most_common(12)),
            f"tracebacks and hung commands: {len(self.flaws)}",
            *self.flaws,
        ]


@dataclass
class Wishes:
    """The newest version of each worker's declaration; `refused` are of an unknown employer."""

    versions: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def add(self, other: Wishes) -> None:
        """Another station's."""
        self.versions |= other.versions
        self.refused |= other.refused


def body(worker: int, version: int, employer: str | None = None) -> dict[str, Any]:
    """One declaration, told from every other one by worker and version."""
    made = trainings_body(worker, 1, employer)
    made["trainings"][0]["trainingDenomination"] = f"Soak version {version}"
    return made


def _inss_of(made: dict[str, Any]) -> str:
    return f"{made['employee']['inss']:011d}"


def common_file(folder: Path) -> Path:
    """What every station builds, again and again; it never changes."""
    path = folder / "input-common.json"
    return write(path, *(body(_COMMON + number, 0) for number in range(_WORKERS)))


class Station:
    """Its declarations are its own, the outbox and the ledger everybody's."""

    def __init__(self, folder: Path, number: int, chance: random.Random, config: Path) -> None:
        self.tally, self.wishes = Tally(), Wishes()
        self._folder, self._number, self._chance, self._config = folder, number, chance, config
        self._typical: dict[str, float] = {}
        self._versions = dict.fromkeys(range(_WORKERS), 1)
        self._refused = dict.fromkeys(range(_REFUSED), 1)
        self._own = folder / f"input-{number}.json"
        self._out = folder / f"station-{number}.out"

    def work(self, until: float) -> None:
        """One command after another until then (of time.monotonic), most of them disturbed."""
        deeds = [self._build, self._build_common, self._refuse, self._cancel]
        deeds += 3 * [lambda: self._disturbed("send")] + 3 * [lambda: self._disturbed("poll")]
        while time.monotonic() < until:
            self._chance.choice(deeds)()
        self._write_own()
        self.wishes.versions |= {
            _inss_of(body(_COMMON + number, 0)): 0 for number in range(_WORKERS)
        }

    def _build(self) -> None:
        for number in self._chance.sample(range(_WORKERS), 2):
            self._versions[number] += 1
        self._disturbed("build", str(self._write_own()))

    def _write_own(self) -> Path:
        made = [body(self._worker(n), version) for n, version in self._versions.items()]
        self.wishes.versions = {
            _inss_of(each): version
            for each, version in zip(made, self._versions.values(), strict=True)
        }
        return write(self._own, *made)

    def _worker(self, number: int) -> int:
        return 1 + self._number * 100 + number

    def _build_common(self) -> None:
        self._disturbed("build", str(self._folder / "input-common.json"))

    def _refuse(self) -> None:
        """What the platform refuses; then mended (and refused again) by `correct`."""
        for number in self._refused:
            self._refused[number] += 1
        made = [
            body(self._worker(50 + n), version, ABSENT_EMPLOYER)
            for n, version in self._refused.items()
        ]
        path = str(write(self._folder / f"refused-{self._number}.json", *made))
        names = [row["name"] for row in self._status() if row["refused"]]
        if names and self._chance.random() < 0.5:
            self._disturbed("correct", self._chance.choice(names[-6:]), path)
        else:
            self._disturbed("build", path)

    def _cancel(self) -> None:
        names = self._names("staged", "sending", "sent", "in doubt")
        if names and self._chance.random() < 0.5:
            self._disturbed("cancel", self._chance.choice(names))

    def _names(self, *states: str) -> list[str]:
        return [row["name"] for row in self._status() if row["state"] in states]

    def _status(self) -> list[dict[str, Any]]:
        code, said = self._run(["status", "--json"], None, None)
        if code:
            return []
        rows: list[dict[str, Any]] = json.loads(said)["batches"]
        return rows

    def nothing_open(self) -> bool:
        """True when no batch waits for anything."""
        return all(row["state"] in SETTLED for row in self._status())

    def only_waits_for_silence(self) -> bool:
        """True when what is open was cancelled by a TD that may have come too late."""
        return {row["state"] for row in self._status()} <= {*SETTLED, "cancelling"}

    def cancel_again(self) -> None:
        """Who was cut off in a cancel runs it again."""
        for name in self._names("cancelling"):
            self.calmly("cancel", name)

    def calmly(self, *arguments: str) -> None:
        """Without disturbance."""
        self._run(list(arguments), None, None)

    def _disturbed(self, *arguments: str) -> None:
        """Killed at a random moment, or with a disk that fills, or left alone."""
        dice = self._chance.randrange(10)
        kill_after_s = max_bytes = None
        if dice < _KILLED_OF_TEN:
            kill_after_s = self._chance.random() * 1.1 * self._typical.get(arguments[0], 1.0)
        elif dice == _KILLED_OF_TEN:
            max_bytes = self._chance.choice((0, 2_000, 20_000, 200_000))
            self.tally.full_disks += 1
        self._run(list(arguments), kill_after_s, max_bytes)

    def _run(
        self, arguments: list[str], kill_after_s: float | None, max_bytes: int | None
    ) -> tuple[int, str]:
        """Its exit code (-9 when it was killed) and what it said on both streams."""
        begun = time.monotonic()
        self._out.write_bytes(b"")
        child = os.fork()
        if not child:
            self._be_the_command([*arguments, "--config", str(self._config)], max_bytes)
        code = self._await(child, begun, kill_after_s, arguments)
        said = self._out.read_text(errors="replace")
        disturbed = kill_after_s is not None or max_bytes is not None
        self.tally.ended[f"{arguments[0]}={code}{' disturbed' if disturbed else ''}"] += 1
        if code and not disturbed:
            self.tally.reasons[_reason(arguments[0], said)] += 1
        if code == -signal.SIGKILL:
            self.tally.kills += 1
        elif max_bytes is None and kill_after_s is None:
            before = self._typical.get(arguments[0], time.monotonic() - begun)
            self._typical[arguments[0]] = 0.7 * before + 0.3 * (time.monotonic() - begun)
        if code == _INTERNAL or "Traceback" in said or code < -9:
            self.tally.flaws.append(f"{arguments} {code}: {said[_SHORT]}")
        return code, said

    def _await(
        self, child: int, begun: float, kill_after_s: float | None, arguments: list[str]
    ) -> int:
        limit = _HUNG_S if kill_after_s is None else kill_after_s
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() - begun > limit:
                if kill_after_s is None:
                    self.tally.flaws.append(f"{arguments} hung for {_HUNG_S} s")
                os.kill(child, signal.SIGKILL)
                _, status = os.waitpid(child, 0)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.003)

    def _be_the_command(self, arguments: list[str], max_bytes: int | None) -> None:
        from fla_batch.cli import main

        code = 99
        try:
            target = os.open(self._out, os.O_WRONLY | os.O_TRUNC)
            os.dup2(target, 1)
            os.dup2(target, 2)
            if max_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
            sys.argv = ["fla-batch", *arguments]
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 98
        finally:
            os._exit(code)


def _reason(command: str, said: str) -> str:
    """What a command said first of what stopped it, without the numbers in it."""
    first = next((line for line in said.splitlines() if line.startswith("Error")), said[:80])
    return re.sub(r"[0-9]+", "#", f"{command}: {first}")[:160]


SETTLED = frozenset({"closed", "cancelled", "refused-file"})
