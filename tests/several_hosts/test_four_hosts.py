"""R36: four hosts on one ledger and one store, each of them killed or cut off anywhere.

Whatever step a host was at, another one takes it over, a third and a fourth go on: each worker's
declaration is at the portal once, and `ledger verify` is clean on each host.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.builders import inss
from tests.counts import COUNTED, LONG, count
from tests.object_store import S3Server
from tests.postgres import Postgres
from tests.reliability.inputs import rights_body, write
from tests.reliability.numbers import tell
from tests.reliability.points import Kind
from tests.reliability.test_overtaking import photos_taken
from tests.reliability.zygote import KILLED, Done, Job, Zygote
from tests.several_hosts.hosts import Hosts

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(7200 if LONG else 1800)]

WORKERS = range(1, 4)
STEPS = ("build", "send", "poll")
_STALE = 20
"""Minutes after which the lease of a host that is gone counts as left."""
_AWAY = [Kind.LEDGER.value, Kind.STORE.value]


@dataclass
class World:
    """The servers, the processes, and one set of hosts for each step, about to take it."""

    postgres: Postgres
    s3: S3Server
    zygotes: tuple[Zygote, ...]
    folder: Path
    before: dict[str, Hosts] = field(default_factory=dict)
    copies: int = 0

    def about_to(self, step: str) -> Hosts:
        """Hosts of their own that are about to take that step."""
        hosts = self.before[step]
        section = hosts.scenes[0].settings().workspace
        self.copies += 1
        return hosts.copy(
            self.folder / f"copy-{self.copies}",
            self.postgres.new_database(section.ledger.rpartition("/")[2]),
            self.s3.copy_of(str(section.store)),
        )

    def run(self, hosts: Hosts, number: int, step: str, minute: int, **options: object) -> Done:
        """One step on host `number`, by a process of its own."""
        return self.zygotes[number - 1].run(job(hosts, number, step, minute, **options))


def job(hosts: Hosts, number: int, step: str, minute: int, **options: object) -> Job:
    folder = hosts.scenes[number - 1].folder
    inputs = [str(folder / "year.json")] if step == "build" else []
    plain = Job(str(folder), step, minute=minute, inputs=inputs, host=f"host-{number}")
    return replace(plain, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(
    postgres: Postgres,
    empty_ledger: str,
    s3: S3Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("four")
    ledger = postgres.new_database(empty_ledger)
    with ExitStack() as stack:
        # Started when the environment says where the store is.
        zygotes = tuple(stack.enter_context(Zygote()) for _ in range(4))
        world = World(postgres, s3, zygotes, folder)
        hosts = Hosts.make(folder / "begin", ledger, s3.new_store(), count=4, part_forms=2)
        for scene in hosts.scenes:
            write(scene.folder / "year.json", *(rights_body(worker) for worker in WORKERS))
        for step, minute in zip(STEPS, (1, 2, 3), strict=True):
            world.before[step] = hosts
            hosts = world.about_to(step)
            assert world.run(hosts, minute, step, minute).status == 0
            if step == "send":
                hosts.answer()
        yield world


@dataclass(frozen=True)
class Disturbance:
    """What happens to a host at its `point`th operation of some kinds: killed, or cut off."""

    step: str
    cut: str | None
    point: int

    @property
    def kinds(self) -> list[str]:
        return _AWAY if self.cut else [kind.value for kind in Kind]


def disturbances(world: World) -> list[Disturbance]:
    """Every one that there is."""
    found = []
    for step in STEPS:
        for cut in (None, "before", "after"):
            kinds = Disturbance(step, cut, 0).kinds
            done = world.run(world.about_to(step), 2, step, 5, kinds=kinds)
            assert done.status == 0, done
            found += [Disturbance(step, cut, point) for point in range(1, done.points + 1)]
    return found


def go_on(world: World, hosts: Hosts, step: str, minute: int) -> None:
    """Another host repeats the step, and others again take those that follow."""
    following = STEPS[STEPS.index(step) :]
    for number, each in zip((3, 4, 1), following, strict=False):
        done = world.run(hosts, number, each, minute)
        assert done.status == 0, (number, each, done)
        if each == "send":
            hosts.answer()
        minute += 1
    # The host that was disturbed is started again, and clears away what it left half-done.
    assert world.run(hosts, 2, "send", minute).status == 0


def assert_nothing_lost_nothing_twice(hosts: Hosts) -> None:
    scene = hosts.scenes[0]
    assert photos_taken(scene) == {inss(worker): [500] for worker in WORKERS}
    assert hosts.created_again() == []
    assert {state for state in hosts.states().values() if state != "cancelled"} == {"closed"}
    for number in range(1, 5):
        assert hosts.problems(number) == [], f"host {number}"


def test_r36_any_of_four_hosts_killed_or_cut_off_anywhere(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    every = disturbances(world)
    chance = random.Random("four hosts")
    chosen = chance.sample(every, count(12, 300))
    killed = cut = 0
    for each in chosen:
        hosts = world.about_to(each.step)
        done = world.run(hosts, 2, each.step, 5, kinds=each.kinds, kill_at=each.point, cut=each.cut)
        if each.cut is None:
            assert done.status == KILLED, (each, done)
            killed += 1
        else:
            assert done.status in (0, 1), (each, done)
            cut += 1
        try:
            go_on(world, hosts, each.step, 5 + _STALE)
            assert_nothing_lost_nothing_twice(hosts)
        except AssertionError as error:
            raise AssertionError(f"{each}: {done}") from error
    tell("four hosts: one killed or cut off from ledger or store", len(chosen))
    record_property(
        COUNTED,
        f"four hosts: {killed} kills and {cut} cuts of {len(every)} points, 0 lost, 0 twice",
    )


def test_r36_four_hosts_at_once_and_killed(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    """All of them build, send and poll at the same time; some die of sending and polling.

    Who dies of a build leaves its lock, for which the others wait until it is stale, a quarter of
    an hour by the clock: the test above does that.
    """
    rounds, kills = count(1, 40), 0
    chance = random.Random("four at once")
    for _ in range(rounds):
        hosts = world.about_to("build")
        minute = 5
        for step in STEPS:
            points = [
                None if step == "build" else chance.choice((None, chance.randint(1, 120)))
                for _ in range(4)
            ]
            jobs = [
                job(hosts, number, step, minute + number, kinds=list(Kind), kill_at=point)
                for number, point in enumerate(points, start=1)
            ]
            with ThreadPoolExecutor(4) as pool:
                ended = list(pool.map(lambda zygote, one: zygote.run(one), world.zygotes, jobs))
            for done in ended:
                assert done.status in (0, KILLED) or done.error == "LockHeld", done
            kills += sum(done.status == KILLED for done in ended)
            minute += _STALE + 5
            done = world.run(hosts, 1, step, minute)
            assert done.status == 0, done
            hosts.answer()
            minute += 5
        for number in range(1, 5):
            assert world.run(hosts, number, "send", minute).status == 0
        # What was left in doubt until then has its answers now.
        hosts.answer()
        assert world.run(hosts, 1, "poll", minute + 5).status == 0
        assert_nothing_lost_nothing_twice(hosts)
    tell("rounds of four hosts that build, send and poll at once and are killed", rounds)
    record_property(COUNTED, f"four hosts at once: {rounds} rounds, {kills} kills, 0 lost, 0 twice")
