"""The outbox: whole batches or none, answers never overwritten, and every difference told."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from fla_batch.outbox.inbox import Arrival
from fla_batch.outbox.manifest import Manifest, OutboxDamaged
from fla_batch.outbox.outbox import Outbox
from fla_batch.vocabulary.errors import DiskTrouble, UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment
from tests.ledger.in_memory import folder_in_memory

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)
S = Environment.SIMULATION
NAME = BatchName("FLAD", "123456", date(2025, 3, 1), "00001", S)
FO = "FO.NOTI.999999.20250302.00001.S"
INSS = "81511716525"
GOLDEN = """\
{
  "batch": "FLAD.123456.20250301.00001.S",
  "environment": "S",
  "profile": "fla-20250131",
  "profile_version": "1",
  "created_at": "2025-03-01T09:00:00+00:00",
  "forms": 3,
  "parts": 1,
  "previous": "FLAD.123456.20250228.00007.S",
  "files": [
    {
      "name": "FI.FLAD.123456.20250301.00001.S.1.1",
      "size": 2,
      "sha256": "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"
    },
    {
      "name": "GO.FLAD.123456.20250301.00001.S.1",
      "size": 0,
      "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  ]
}
"""


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def build(outbox: Outbox, content: bytes = b"ab", at: datetime = NOW) -> Manifest:
    with outbox.stage(NAME) as staged:
        with staged.file(NAME.fi(1, 1)) as writer:
            writer.write(content)
        staged.write(NAME.go(1), b"")
        manifest = Manifest(
            batch=NAME,
            profile="fla-20250131",
            profile_version="1",
            created_at=at,
            forms=3,
            parts=1,
            files=staged.sent_files(),
            previous=BatchName.parse("FLAD.123456.20250228.00007.S"),
        )
        staged.finish(manifest)
    return manifest


def receive(outbox: Outbox, content: bytes = b"<x/>", name: str = FO) -> Path:
    """A download that is complete and not yet taken in."""
    path = outbox.inbox.download_path(S)
    path.write_bytes(content)
    return path


def every_file(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


STAGED = b'{"event": "staged", "at": "%s"}\n'


def test_a_batch_is_there_with_its_manifest(outbox: Outbox) -> None:
    manifest = build(outbox)
    folder = outbox.root / "S" / str(NAME)
    assert every_file(folder) == {
        "manifest.json": GOLDEN.encode(),
        "marks.jsonl": STAGED % manifest.created_at.isoformat().encode(),
        f"sent/{NAME.fi(1, 1)}": b"ab",
        f"sent/{NAME.go(1)}": b"",
    }
    assert outbox.manifest(NAME) == outbox.require_whole(NAME) == manifest
    assert outbox.batches(S) == [NAME]
    assert outbox.verify(NAME) == []
    assert outbox.sent_path(NAME, str(NAME.go(1))).exists()
    assert outbox.relative_folder(NAME) == f"S/{NAME}"


def test_r26_the_manifest_is_the_same_in_every_time_zone(outbox: Outbox) -> None:
    manifest = build(outbox, at=NOW.astimezone(timezone(timedelta(hours=5))))
    assert manifest.to_bytes() == GOLDEN.encode()
    assert Manifest.parse(GOLDEN.encode()) == manifest


def test_s12_folders_and_files_are_private(outbox: Outbox) -> None:
    build(outbox)
    kept = outbox.inbox.take_in(receive(outbox), FO, S)
    outbox.inbox.move_to_batch(kept, outbox.folder(NAME))
    outbox.quarantine.put(receive(outbox), "x", S, "reason", NOW)
    for path in [outbox.root, *outbox.root.rglob("*")]:
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_r11_a_build_that_stops_leaves_nothing(outbox: Outbox) -> None:
    def stop() -> None:
        with outbox.stage(NAME) as staged:
            staged.write(NAME.fi(1, 1), b"half")
            raise KeyError

    with pytest.raises(KeyError):
        stop()
    assert outbox.batches(S) == []
    assert list((outbox.root / "S").iterdir()) == []


def test_a_batch_appears_only_when_it_is_finished(outbox: Outbox) -> None:
    with outbox.stage(NAME) as staged:
        staged.write(NAME.fi(1, 1), b"ab")
        assert staged.path(NAME.fi(1, 1)).read_bytes() == b"ab"
        assert outbox.batches(S) == []
        assert outbox.leftovers(S) == []
        assert outbox.clear_leftovers(S) == []
    assert outbox.batches(S) == []


def test_r6_a_name_that_is_there_is_not_staged_again(outbox: Outbox) -> None:
    build(outbox)
    before = every_file(outbox.root)
    with pytest.raises(UsageMistake, match="a name is used only once"):
        build(outbox, b"other")
    assert every_file(outbox.root) == before


def test_of_two_builds_of_one_name_the_first_to_finish_wins(outbox: Outbox) -> None:
    with outbox.stage(NAME) as slow:
        build(outbox)
        manifest = Manifest(NAME, "p", "1", NOW, 1, 1, slow.sent_files())
        with pytest.raises(UsageMistake, match="a name is used only once"):
            slow.finish(manifest)
    assert outbox.verify(NAME) == []


def test_a_file_of_another_batch_or_an_unfit_manifest_is_refused(outbox: Outbox) -> None:
    other = BatchName.parse("FLAD.123456.20250301.00002.S")
    with outbox.stage(NAME) as staged:
        with pytest.raises(UsageMistake, match="is no file of batch"):
            staged.write(other.fi(1, 1), b"")
        staged.write(NAME.fi(1, 1), b"")
        staged.discard(NAME.fi(1, 1))
        assert staged.sent_files() == ()
        staged.write(NAME.go(1), b"")
        with pytest.raises(UsageMistake, match="does not fit"):
            staged.finish(Manifest(NAME, "p", "1", NOW, 1, 1, ()))


def test_r11_a_disk_that_is_full_leaves_no_half_batch(outbox: Outbox) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(DiskTrouble):
            build(outbox, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert every_file(outbox.root) == {}
    assert outbox.leftovers(S) == []
    build(outbox)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("change", "was changed after it was built"),
        ("remove", "is missing"),
        ("add", "is not in the manifest"),
    ],
)
def test_damage_is_found_before_anything_is_sent(outbox: Outbox, damage: str, problem: str) -> None:
    build(outbox)
    file = outbox.sent_path(NAME, str(NAME.fi(1, 1)))
    if damage == "change":
        file.write_bytes(b"aB")
    elif damage == "remove":
        file.unlink()
    else:
        file = file.with_name("stray")
        file.touch()
    (fault,) = outbox.verify(NAME)
    assert (fault.batch, fault.file, fault.problem) == (str(NAME), file.name, problem)
    with pytest.raises(OutboxDamaged, match=problem):
        outbox.require_whole(NAME)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"batch": 1}', b"\xff\xfe"])
def test_a_manifest_that_cannot_be_read_is_said_to_be_so(outbox: Outbox, content: bytes) -> None:
    build(outbox)
    (outbox.folder(NAME) / "manifest.json").write_bytes(content)
    with pytest.raises(OutboxDamaged, match="cannot be read"):
        outbox.manifest(NAME)
    assert len(outbox.verify(NAME)) == 1


def test_a_batch_that_is_not_there_is_said_to_be_so(outbox: Outbox) -> None:
    with pytest.raises(UsageMistake, match="holds no batch"):
        outbox.manifest(NAME)
    with pytest.raises(UsageMistake, match="holds no batch"):
        outbox.purge(NAME, NOW)
    assert outbox.batches(S) == []


def test_the_manifest_of_another_batch_is_not_taken_for_ours(outbox: Outbox) -> None:
    build(outbox)
    copy = outbox.root / "S" / "FLAD.123456.20250301.00002.S"
    outbox.folder(NAME).rename(copy)
    (fault,) = outbox.verify(BatchName.parse(copy.name))
    assert fault.problem == "has the manifest of another batch"


def test_s12_purging_keeps_the_manifest_and_nothing_with_a_national_number(
    outbox: Outbox,
) -> None:
    build(outbox, INSS.encode())
    kept = outbox.inbox.take_in(receive(outbox, INSS.encode()), FO, S)
    outbox.inbox.move_to_batch(kept, outbox.folder(NAME))
    for _ in range(2):
        outbox.purge(NAME, NOW)
        left = every_file(outbox.folder(NAME))
        assert set(left) == {"manifest.json", "marks.jsonl", "purged.json"}
        assert all(INSS.encode() not in content for content in left.values())
    assert outbox.verify(NAME) == []
    with pytest.raises(UsageMistake):
        build(outbox)


def test_r16_an_answer_moves_from_download_to_inbox_to_batch(outbox: Outbox) -> None:
    build(outbox)
    kept = outbox.inbox.take_in(receive(outbox), FO, S)
    assert (kept.name, kept.path, kept.arrival) == (FO, f"S/inbox/{FO}", Arrival.NEW)
    assert outbox.inbox.waiting(S) == [kept]
    moved = outbox.inbox.move_to_batch(kept, outbox.folder(NAME))
    assert moved.path == f"S/{NAME}/received/{FO}"
    assert outbox.inbox.move_to_batch(moved, outbox.folder(NAME)) == moved
    assert outbox.inbox.waiting(S) == []
    assert (outbox.root / moved.path).read_bytes() == b"<x/>"


def test_r14_the_same_answer_again_is_kept_once(outbox: Outbox) -> None:
    first = outbox.inbox.take_in(receive(outbox), FO, S)
    again = outbox.inbox.take_in(receive(outbox), FO, S)
    assert (again.path, again.arrival) == (first.path, Arrival.SAME)
    assert len(list((outbox.root / "S" / "inbox").iterdir())) == 1


@pytest.mark.parametrize("moved", [False, True])
def test_r14_a_known_name_with_new_content_is_kept_beside(outbox: Outbox, moved: bool) -> None:
    build(outbox)
    for content, arrival in ((b"one", Arrival.NEW), (b"two", Arrival.CLASH)) * 2:
        kept = outbox.inbox.take_in(receive(outbox, content), FO, S)
        if moved:
            kept = outbox.inbox.move_to_batch(kept, outbox.folder(NAME))
        assert kept.name == FO
        assert kept.arrival in (arrival, Arrival.SAME)
        assert (outbox.root / kept.path).read_bytes() == content
    folder = outbox.folder(NAME) / "received" if moved else outbox.root / "S" / "inbox"
    assert sorted(path.read_bytes() for path in folder.iterdir()) == [b"one", b"two"]
    assert (folder / FO).read_bytes() == b"one"
    if not moved:
        assert {file.name for file in outbox.inbox.waiting(S)} == {FO}


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a\\b", "a\0b", "a\nb", "x" * 300, "\udcff", "", ".", f"{FO}\n", f"{FO}/x"],
)
def test_s4_no_name_of_the_server_leads_out_of_the_inbox(outbox: Outbox, name: str) -> None:
    partial = receive(outbox)
    with pytest.raises(UsageMistake, match="none of the channel"):
        outbox.inbox.take_in(partial, name, S)
    found = outbox.quarantine.put(partial, name, S, f"name; {INSS}", NOW)
    assert found.path.startswith("quarantine/answer-")
    assert (outbox.root / found.path).read_bytes() == b"<x/>"
    (listed,) = outbox.quarantine.files()
    assert listed == found
    assert (listed.name, listed.reason) == (name, "name; *********25")


def test_r17_the_same_bad_file_again_lies_in_quarantine_once(outbox: Outbox) -> None:
    first = outbox.quarantine.put(receive(outbox), FO, S, "empty", NOW)
    again = outbox.quarantine.put(receive(outbox), FO, S, "empty", NOW)
    other = outbox.quarantine.put(receive(outbox, b"y"), FO, S, "empty", NOW)
    assert first == again
    assert {file.path for file in outbox.quarantine.files()} == {first.path, other.path}
    assert outbox.quarantine.put(outbox.root / first.path, FO, S, "empty", NOW) == first
    outbox.quarantine.remove(first)
    assert list(outbox.quarantine.files()) == [other]


def test_broken_downloads_are_cleared_away(outbox: Outbox) -> None:
    receive(outbox)
    kept = outbox.inbox.take_in(receive(outbox), FO, S)
    assert outbox.inbox.clear_partials(S) == 1
    assert outbox.inbox.waiting(S) == [kept]


# Kills a child at its k-th operation on files, for every k, with Python's own audit events.
_KILLS = """
import os, signal, sys
from pathlib import Path
from tests.outbox.test_outbox import *

OPERATIONS = {"open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.chmod"}


def work(outbox):
    # Like `build` and `poll` after a restart: clear up, look what is there, do the rest.
    outbox.clear_leftovers(S)
    if NAME not in outbox.batches(S):
        build(outbox)
    outbox.inbox.clear_partials(S)
    for name, content in ((FO, b"one"), (FO, b"two"), (FO.replace("1.S", "2.S"), b"three")):
        kept = outbox.inbox.take_in(receive(outbox, content), name, S)
    for kept in outbox.inbox.waiting(S):
        outbox.inbox.move_to_batch(kept, outbox.folder(NAME))
    outbox.quarantine.put(receive(outbox), "../x", S, "name", NOW)


def child(outbox, at):
    seen = 0

    def hook(event, arguments):
        nonlocal seen
        if event in OPERATIONS and str(outbox.root) in str(arguments[:2]):
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    sys.addaudithook(hook)
    work(outbox)
    os._exit(0)


at = 0
while True:
    outbox = Outbox(Path(sys.argv[1]) / str(at))
    pid = os.fork()
    if not pid:
        child(outbox, at)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        # Whatever is there is whole.
        for name in outbox.batches(S):
            outbox.require_whole(name)
    work(outbox)
    if not os.WIFSIGNALED(status):
        assert os.WEXITSTATUS(status) == 0
        break
    at += 1
print(at)
"""


def test_r11_r16_killed_at_every_file_operation_and_started_again() -> None:
    root = Path(__file__).parents[2]
    with folder_in_memory() as folder:
        result = subprocess.run(
            [sys.executable, "-c", _KILLS, folder],
            check=False,
            capture_output=True,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        assert result.returncode == 0, result.stderr
        points = int(result.stdout)
        print(f"points killed in the outbox: {points}")  # noqa: T201 - stands in the guide
        assert points > 40
        uncut = every_file(folder / str(points))
        assert len(uncut) == 9
        for point in range(points):
            assert every_file(folder / str(point)) == uncut, point
