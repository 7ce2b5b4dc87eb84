"""One process at a time, and a crashed one does not stand in the way."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest

from fla_batch.ledger.database import connect, writing
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.ledger.locks import STALE_AFTER, Holder, LockHeld, require, this_machine
from tests.ledger.builders import NOW, after, batch_name, forms, record
from tests.postgres import Postgres

ELSEWHERE = Holder("another-machine", 42)
_TAKE_AND_DIE = """
import os, signal, sys
from datetime import UTC, datetime
from fla_batch.ledger.ledger import Ledger
ledger = Ledger.open(sys.argv[1])
with ledger.lock("poll", lambda: datetime(2025, 3, 1, 9, tzinfo=UTC)):
    print(os.getpid(), flush=True)
    if sys.argv[2] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdin.read()
ledger.close()
"""


def clock() -> datetime:
    return NOW


def other_process(url: str, end: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _TAKE_AND_DIE, url, end]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_r21_a_second_poller_is_told_who_the_first_one_is(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger, other_process(ledger_url, "stay") as first:
        assert first.stdout is not None
        pid = int(first.stdout.readline())
        with pytest.raises(LockHeld) as caught, ledger.lock("poll", clock):
            pass
        assert str(caught.value) == (
            f'"poll" is being done by process {pid} on {socket.gethostname()} '
            "since 2025-03-01 09:00:00 UTC"
        )
        first.communicate("")
        with ledger.lock("poll", clock) as held:
            assert held.lock.taken_over_from is None


def test_r21_the_lock_of_a_killed_poller_is_taken_over(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger, other_process(ledger_url, "die") as first:
        pid = int(first.communicate()[0])
        with ledger.lock("poll", clock) as held:
            assert held.lock.taken_over_from == Holder(socket.gethostname(), pid, this_machine())


def test_r21_a_silent_poller_elsewhere_is_stale_after_a_while(ledger: Ledger) -> None:
    now = NOW

    def elsewhere() -> datetime:
        return now

    with ledger.lock("poll", elsewhere, ELSEWHERE) as theirs:
        still = NOW + STALE_AFTER
        with pytest.raises(LockHeld), ledger.lock("poll", lambda: still):
            pass
        now = still
        theirs.renew()
        stale = still + STALE_AFTER + timedelta(seconds=1)
        with ledger.lock("poll", lambda: stale) as ours:
            assert ours.lock.taken_over_from == ELSEWHERE
            with pytest.raises(LockHeld, match="took"):
                theirs.renew()
            ours.renew()
    with ledger.lock("poll", clock):
        pass


def test_r21_different_work_does_not_wait(ledger: Ledger) -> None:
    with ledger.lock("poll", clock), ledger.lock("send", clock):
        pass


def test_r21_a_lock_is_given_back_after_an_error(ledger: Ledger) -> None:
    with pytest.raises(KeyError), ledger.lock("poll", clock):
        raise KeyError
    with ledger.lock("poll", lambda: after(seconds=1)) as held:
        assert held.lock.taken_over_from is None


def test_r21_of_many_at_once_exactly_one_gets_it(ledger: Ledger) -> None:
    start, end = threading.Barrier(8), threading.Barrier(8)
    outcomes: list[str] = []

    def contend(pid: int) -> None:
        start.wait()
        try:
            with ledger.lock("poll", clock, Holder("another-machine", pid)):
                outcomes.append("got it")
                end.wait()
        except LockHeld:
            outcomes.append("held")
            end.wait()

    threads = [threading.Thread(target=contend, args=(pid,)) for pid in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["got it"] + ["held"] * 7


def test_r28_batches_are_staged_only_while_the_lock_of_builds_is_held(ledger: Ledger) -> None:
    """Who was taken for dead in the middle of a build stages nothing."""
    name = batch_name()
    ledger.record_batch(record(name), forms(name))
    with ledger.lock("build S", clock) as slow:
        with ledger.lock("build S", lambda: clock() + timedelta(hours=1)), pytest.raises(LockHeld):
            ledger.append_all([name], Event.STAGED, clock(), slow)
        assert ledger.state(name) is BatchState.BUILT


def test_r29_two_machines_of_one_name_do_not_take_each_other_for_dead(ledger: Ledger) -> None:
    """Containers of one image: the same host name, and process numbers of their own."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    namesake = Holder(socket.gethostname(), ended.pid, "0123456789abcdef")
    with ledger.lock("poll", clock, namesake), pytest.raises(LockHeld), ledger.lock("poll", clock):
        pass
    here = Holder(socket.gethostname(), ended.pid, this_machine())
    with ledger.lock("poll", clock, here), ledger.lock("poll", clock) as ours:
        assert ours.lock.taken_over_from == here


@pytest.mark.postgresql
def test_r29_a_claim_never_waits_behind_a_fence(postgres: Postgres) -> None:
    """While one host's transaction proves its lease, another one is told at once."""
    url = postgres.new_database()
    later = NOW + STALE_AFTER + timedelta(minutes=1)
    with Ledger.open(url) as ledger, Ledger.open(url) as other, ledger.lock("x", clock) as held:
        engine = connect(url, create=False)
        with writing(engine) as connection:
            require(connection, held.lock)
            with pytest.raises(LockHeld, match="is being done by"), other.lock("x", lambda: later):
                pass
        engine.dispose()
