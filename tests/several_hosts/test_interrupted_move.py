"""A folder that moves into a store (R30, R36), killed or cut off anywhere on its way.

The same command again brings it to its end, and no other host does anything twice meanwhile.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.send import send
from tests.builders import inss
from tests.counts import COUNTED, count
from tests.object_store import S3Server
from tests.postgres import Postgres
from tests.reliability.inputs import rights_body, write
from tests.reliability.points import Kind
from tests.reliability.test_overtaking import photos_taken
from tests.reliability.zygote import KILLED, Done, Job, Zygote
from tests.several_hosts.hosts import Hosts

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(1800)]

WORKERS = range(1, 4)
_AWAY = [Kind.LEDGER.value, Kind.STORE.value]
_STALE = 20
"""Minutes after which the lock of a host that is gone counts as left."""


@dataclass(frozen=True)
class Move:
    """A host with its folder of old, and settings that name a store and an empty database.

    The second host has the same settings and nothing in its folder.
    """

    hosts: Hosts
    states: dict[str, str]
    postgres: Postgres
    s3: S3Server
    empty_ledger: str

    def anew(self, folder: Path) -> Hosts:
        """The same once more, before anything was moved."""
        return self.hosts.copy(
            folder, self.postgres.new_database(self.empty_ledger), self.s3.new_store()
        )


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as zygote:
        yield zygote


@pytest.fixture
def move(
    postgres: Postgres, empty_ledger: str, s3: S3Server, zygote: Zygote, tmp_path: Path
) -> Move:
    alone = Hosts.make(tmp_path / "begin", "sqlite:///outbox/ledger.db", None, count=2)
    year = write(tmp_path / "year.json", *(rights_body(worker) for worker in WORKERS))
    with alone.on(1) as workspace:
        sent, *_ = [batch.name for batch in build(workspace, [year]).batches]
    with alone.on(1, 2) as workspace:
        send(workspace, [sent])
    alone.answer()
    assert alone.poll(1)
    states = alone.states()
    ledger, store = postgres.new_database(empty_ledger), s3.new_store()
    for scene in alone.scenes:
        path = scene.folder / "fla-batch.toml"
        text = path.read_text(encoding="utf-8").replace("sqlite:///outbox/ledger.db", ledger)
        path.write_text(text.replace("[workspace]", f'[workspace]\nstore = "{store}"'))
    return Move(alone, states, postgres, s3, empty_ledger)


def rebuilt(zygote: Zygote, hosts: Hosts, minute: int, **options: object) -> Done:
    """`ledger rebuild --from-outbox` on the first host."""
    job = Job(str(hosts.scenes[0].folder), "rebuild", minute=minute, host="host-1", **options)  # type: ignore[arg-type]
    return zygote.run(job)


def test_r30_r36_a_move_that_is_ended_anywhere_is_begun_again(
    move: Move, zygote: Zygote, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    every: list[tuple[str | None, int]] = []
    for cut in (None, "before", "after"):
        kinds = _AWAY if cut else [kind.value for kind in Kind]
        done = rebuilt(zygote, move.anew(tmp_path / f"count-{cut}"), 5, kinds=kinds)
        assert done.status == 0, done
        every += [(cut, point) for point in range(1, done.points + 1)]
    chosen = random.Random("a move").sample(every, count(10, 200))
    killed = 0
    for number, (cut, point) in enumerate(chosen):
        hosts = move.anew(tmp_path / f"{number}")
        kinds = _AWAY if cut else [kind.value for kind in Kind]
        done = rebuilt(zygote, hosts, 5, kinds=kinds, kill_at=point, cut=cut)
        assert done.status in ((0, 1) if cut else (KILLED,)), (cut, point, done)
        killed += cut is None
        try:
            ends_well(move, zygote, hosts)
        except AssertionError as error:
            raise AssertionError(f"{cut} {point}: {done}") from error
    record_property(
        COUNTED,
        f"a folder moves into a store: {killed} kills and {len(chosen) - killed} cuts of "
        f"{len(every)} points, 0 lost, 0 twice",
    )


def ends_well(move: Move, zygote: Zygote, hosts: Hosts) -> None:
    """Another host tries at once; then the first one does it again, and all goes on."""
    early = zygote.run(Job(str(hosts.scenes[1].folder), "send", minute=6, host="host-2"))
    assert early.status == 0 or early.error in ("LedgerBehind", "LockHeld"), early
    again = rebuilt(zygote, hosts, 5 + _STALE)
    assert again.status == 0, again
    if early.status:
        assert hosts.states() == move.states
    assert [hosts.problems(number) for number in (1, 2)] == [[], []]
    hosts.send(2, 10 + _STALE)
    hosts.answer()
    hosts.poll(2, 15 + _STALE)
    assert photos_taken(hosts.scenes[0]) == {inss(worker): [500] for worker in WORKERS}
    assert hosts.created_again() == []
    assert set(hosts.states().values()) == {"closed"}
