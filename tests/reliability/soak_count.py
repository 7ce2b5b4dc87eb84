"""What the portal took in the soak, beside what was wished for and what the ledger says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fla_batch.configuration.loading import load as load_settings
from fla_batch.ledger.ledger import Ledger
from tests.reliability.soak_station import SETTLED, Wishes

_FORM = re.compile(rb"<INSS>(\d+)</INSS>|Soak version (\d+)")


@dataclass
class Verdict:
    """`lost`, `twice` and `stuck` must be empty."""

    batches: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        """True when a promise was broken."""
        return bool(self.lost or self.twice or self.stuck)

    def lines(self) -> list[str]:
        """For a person."""
        states = ", ".join(f"{state} {count}" for state, count in sorted(self.batches.items()))
        return [
            f"batches: {sum(self.batches.values())} ({states}); declarations taken: {self.taken}",
            f"lost {len(self.lost)}, twice {len(self.twice)}, stuck {len(self.stuck)}",
            *self.lost,
            *self.twice,
            *self.stuck,
        ]


def count_up(folder: Path, config: Path, received: Path, wishes: Wishes) -> Verdict:
    """Every declaration that the portal took, by worker and version."""
    verdict = Verdict()
    taken: Counter[tuple[str, int]] = Counter()
    newest: dict[str, int] = {}
    batches: dict[tuple[str, int], list[str]] = {}
    for name, inss, version in _taken(received):
        taken[inss, version] += 1
        newest[inss] = version
        batches.setdefault((inss, version), []).append(name)
    verdict.taken = taken.total()
    for inss, version in wishes.versions.items():
        if newest.get(inss) != version:
            verdict.lost.append(f"{inss}: wished {version}, the portal has {newest.get(inss)}")
    verdict.twice += [
        f"{inss} version {version}: {batches[inss, version]}"
        for (inss, version), count in taken.items()
        if count > 1 and inss in wishes.versions
    ]
    gos = Counter(path.name for path in received.glob("*/GO.*"))
    verdict.twice += [f"{name} {count} times" for name, count in gos.items() if count > 1]
    with Ledger.open(load_settings(config, environ={}).workspace.ledger, create=False) as ledger:
        for row in ledger.batches():
            verdict.batches[row.state.value] += 1
            if row.state.value not in SETTLED:
                verdict.stuck.append(f"{row.name} is {row.state.value}")
    left = [path.name for path in (folder / "root").glob("IN*/*")]
    verdict.stuck += [f"{name} lies on the server" for name in left if name.startswith("GO.")]
    return verdict


def _taken(received: Path) -> Iterator[tuple[str, str, int]]:
    """GO, worker and version of each declaration, in the order in which they were taken."""
    for place in sorted(received.iterdir()):
        if any(place.glob("TD.*")):
            continue
        for go in place.glob("GO.*"):
            for fi in sorted(place.glob("FI.*")):
                inss = ""
                for number, version in _FORM.findall(fi.read_bytes()):
                    if number:
                        inss = number.decode()
                    else:
                        yield go.name, inss, int(version)
