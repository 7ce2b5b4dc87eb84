"""What another process makes is what this one would have made; it never outlives its reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fla_batch.system.subprocess_iterator import aside
from fla_batch.system.xmlsafe import NotWellFormed
from fla_batch.vocabulary.errors import DiskTrouble, LedgerTrouble

MANY = 2_500


def numbers(count: int) -> Iterator[int]:
    yield from range(count)


def process_ids(_: None) -> Iterator[int]:
    while True:
        yield os.getpid()


def cut_off(count: int) -> Iterator[int]:
    yield from range(count)
    raise NotWellFormed("truncated")


def in_trouble(hint: str) -> Iterator[int]:
    yield 1
    raise LedgerTrouble("locked", hint=hint)


def ended(_: None) -> Iterator[int]:
    yield from range(MANY)
    os.kill(os.getpid(), signal.SIGKILL)


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # nobody may be left to bury a child of the killed


@pytest.mark.parametrize("count", [0, 1, 1000, MANY])
def test_all_items_come_in_their_order(count: int) -> None:
    assert list(aside(numbers, count)) == list(range(count))


def test_an_exception_crosses_over_unchanged_after_what_came_before_it() -> None:
    items = aside(cut_off, 1000)
    assert [next(items) for _ in range(1000)] == list(range(1000))
    with pytest.raises(NotWellFormed, match=r"^truncated$"):
        next(items)
    with pytest.raises(LedgerTrouble) as caught:
        list(aside(in_trouble, "wait"))
    assert caught.value.hint == "wait"


def test_the_process_ends_when_nobody_wants_more() -> None:
    items = aside(process_ids, None)
    other = next(items)
    assert other != os.getpid()
    assert is_alive(other)
    items.close()
    assert not is_alive(other)


def test_a_process_that_was_killed_is_told() -> None:
    with pytest.raises(DiskTrouble, match="was ended"):
        list(aside(ended, None))


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_the_process_ends_with_the_one_that_asked(sent: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from tests.system.test_subprocess_iterator import aside, process_ids\n"
        "if __name__ == '__main__':\n"
        "    items = aside(process_ids, None)\n"
        "    print(next(items), flush=True)\n"
        "    for _ in items: pass\n"
    )
    with subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        other = int(process.stdout.readline())
        # Ctrl-C goes to the whole group, a kill to the one process.
        if sent is signal.SIGINT:
            os.killpg(process.pid, sent)
        else:
            process.kill()
        complaints = process.stderr.read()
        process.wait(30)
    assert complaints.count("Traceback") == (sent is signal.SIGINT)
    for _ in range(100):
        if not is_alive(other):
            return
        time.sleep(0.1)
    pytest.fail("the process is still there")
