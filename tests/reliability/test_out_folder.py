"""R31, S4: one boundary per file. Whatever one name in OUT does, the others are processed.

Each case spoils one file of a first answer; a second, sound answer must be processed in the same
poll, the outcome told once, and every later poll end in peace.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from fla_batch.channel.protocol import Downloaded, OperationRefused, RemoteFile
from fla_batch.cli.poll import exit_code
from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.lifecycle import BatchState
from tests.counts import COUNTED
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import rights_body, write
from tests.reliability.numbers import tell
from tests.reliability.scene import NOW, Clock, S, Scene

OUT = S.folder_out


@dataclass(frozen=True)
class Odd(FolderGateway):
    """A server that says odd things of single files."""

    refused: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    lies: dict[str, int] = field(default_factory=dict)

    def list_folder(self, folder: str) -> list[RemoteFile]:
        return [
            replace(entry, size=self.lies.get(entry.name, entry.size))
            for entry in super().list_folder(folder)
        ]

    def download(self, folder: str, name: str, path: Path, *, max_bytes: int) -> Downloaded:
        if name in self.gone:
            self.gone.discard(name)
            (self.root / folder / name).unlink()
        if name in self.refused:
            path.write_bytes(b"half")
            raise OperationRefused(f"the server refused reading {name}: Failure")
        return super().download(folder, name, path, max_bytes=max_bytes)


@pytest.fixture(scope="module")
def answered_scene(new_scene: Scene, quick_disk: Path) -> Scene:
    """Two batches were sent; their answers lie in OUT."""
    scene = new_scene.copy(quick_disk / "out-folder")
    with scene.workspace() as workspace:
        for number in (1, 2):
            build(workspace, [write(scene.folder / f"{number}.json", rights_body(number))])
        send(workspace, to_send(workspace, []))
    scene.let_portal_work()
    return scene


@pytest.fixture
def answered(answered_scene: Scene, place: Path) -> Scene:
    return answered_scene.copy(place / "answered")


def spoiled(scene: Scene) -> str:
    """The name, without its kind, of the answer that a case spoils: the first notification."""
    return min(path.name[3:] for path in (scene.account / OUT).glob("FO.NOTI.*"))


def out(scene: Scene, name: str) -> Path:
    return scene.account / OUT / name


def lie(scene: Scene, odd: Odd, name: str, size: int) -> None:
    odd.lies[name] = size


def refuse(scene: Scene, odd: Odd, name: str) -> None:
    odd.refused.add(name)


def let_go(scene: Scene, odd: Odd, name: str) -> None:
    odd.gone.add(name)


def make_folder(scene: Scene, odd: Odd, name: str) -> None:
    out(scene, name).unlink(missing_ok=True)
    out(scene, name).mkdir()


def make_link(scene: Scene, odd: Odd, name: str) -> None:
    out(scene, name).unlink()
    out(scene, name).symlink_to("/etc/passwd")


def fill(scene: Scene, odd: Odd, name: str, content: bytes) -> None:
    out(scene, name).write_bytes(content)


def stray_in_inbox(scene: Scene, odd: Odd, name: str) -> None:
    inbox = scene.outbox / "S" / "inbox"
    (inbox / name).mkdir(parents=True)
    (inbox / "FO.LINK").symlink_to("/nowhere")


Deed = Callable[[Scene, Odd, str], object]


@dataclass(frozen=True)
class Case:
    """What is done to the file `{kind}.` and the spoiled answer's name, or to `name`.

    `used`: the answer is processed all the same; `told`: something is said of it.
    """

    kind: str
    deed: Deed
    used: bool = False
    told: bool = True
    name: str | None = None


FI, TD = "FI.FLAD.123456.20250301.00001.S.1.1", "TD.FLAD.123456.20250301.00001.S.1"
CASES = {
    "FO unreadable": Case("FO", refuse),
    "FO gone": Case("FO", let_go),
    "FO listed larger than allowed": Case("FO", partial(lie, size=10**13)),
    "FO a folder": Case("FO", make_folder),
    "FO a link": Case("FO", make_link),
    "FO empty": Case("FO", partial(fill, content=b"")),
    "FO no XML": Case("FO", partial(fill, content=b"\0\xff<")),
    "FS too large": Case("FS", partial(fill, content=b"x" * 1_000_001)),
    "FS listed too large": Case("FS", partial(lie, size=1_000_001)),
    "FS listed too small": Case("FS", partial(lie, size=1), used=True, told=False),
    "FS unreadable": Case("FS", refuse),
    "FS gone": Case("FS", let_go),
    "FS a folder": Case("FS", make_folder),
    "FS a link": Case("FS", make_link),
    "FS empty": Case("FS", partial(fill, content=b"")),
    "FS nonsense": Case("FS", partial(fill, content=b"\0\xff" * 1000)),
    "GO too large": Case("GO", partial(fill, content=b"x" * 1_001), used=True),
    "GO listed too large": Case("GO", partial(lie, size=1_001), used=True),
    "GO unreadable": Case("GO", refuse, used=True),
    "GO gone": Case("GO", let_go, used=True),
    "GO a folder": Case("GO", make_folder),
    "GO a link": Case("GO", make_link),
    "GO not empty": Case("GO", partial(fill, content=b"go"), used=True, told=False),
    "FI astray": Case("FI", partial(fill, content=b"<FLA/>"), used=True, name=FI),
    "TD astray": Case("TD", partial(fill, content=b""), used=True, name=TD),
    "a folder of that name of ours": Case("FI", make_folder, used=True, name=FI),
    "a folder and a link in our inbox": Case("FO", stray_in_inbox, used=True, name="FO.OLD"),
}


def processed(workspace: Workspace) -> tuple[int, bool]:
    """How many answers a poll processes, and whether it told of anything odd."""
    result = poll(workspace)
    return len(result.processed), bool(
        result.quarantined or result.unfetched or result.strangers or result.unmatched
    )


@pytest.mark.parametrize("name", CASES)
def test_r31_no_file_stops_another_and_each_outcome_is_told_once(
    answered: Scene, name: str, record_property: Callable[[str, object], None]
) -> None:
    case = CASES[name]
    odd = Odd(answered.account)
    case.deed(answered, odd, case.name or f"{case.kind}.{spoiled(answered)}")
    with answered.workspace(gateway=odd) as workspace:
        assert processed(workspace) == (4 if case.used else 3, case.told)
        # An answer that waited for its signature is one without a signature the next time.
        assert processed(workspace) == (0, name == "FS gone")
        assert processed(workspace) == (0, False)
        states = [row.state for row in workspace.ledger.batches()]
    assert states == [BatchState.CLOSED if case.used else BatchState.RECEIVED, BatchState.CLOSED]
    assert list((answered.outbox / "S" / "inbox").glob(".partial-*")) == []
    if name == list(CASES)[-1]:
        record_property(COUNTED, f"{len(CASES)} kinds of hostile files, none stops another")
        tell("kinds of hostile FO, FS and GO", len(CASES))


@pytest.mark.parametrize(
    ("name", "code"), [("GO too large", 0), ("GO unreadable", 0), ("FO unreadable", 1)]
)
def test_r31_only_an_answer_that_is_missing_is_a_failure(
    answered: Scene, name: str, code: int
) -> None:
    """A GO that cannot be had is told; the answer that it announced was processed."""
    case, odd = CASES[name], Odd(answered.account)
    case.deed(answered, odd, f"{case.kind}.{spoiled(answered)}")
    with answered.workspace(gateway=odd) as workspace:
        result = poll(workspace)
    assert result.unfetched
    assert exit_code(result) == code


GO_NAMES = ("{batch}", "{batch}.2", "{batch}.2.1")


@pytest.mark.parametrize("go", GO_NAMES)
def test_an_answer_in_parts_is_whole_under_all_three_names_of_its_go(
    answered: Scene, go: str
) -> None:
    batch = spoiled(answered)
    for kind in ("FO", "FS"):
        out(answered, f"{kind}.{batch}").rename(out(answered, f"{kind}.{batch}.2.1"))
    out(answered, f"GO.{batch}").rename(out(answered, f"GO.{go.format(batch=batch)}"))
    odd = Odd(answered.account)
    with answered.workspace(gateway=odd) as workspace:
        assert processed(workspace) == (4, False)
        assert processed(workspace) == (0, False)
        name = workspace.ledger.batches()[0].name
        assert workspace.ledger.batches()[0].state is BatchState.CLOSED
        kept = {path.name for path in (workspace.outbox.folder(name) / "received").iterdir()}
    assert {f"FO.{batch}.2.1", f"FS.{batch}.2.1", f"GO.{go.format(batch=batch)}"} <= kept


def test_the_go_of_several_parts_is_deleted_with_the_last_of_them(answered: Scene) -> None:
    first, second = sorted(path.name[3:] for path in (answered.account / OUT).glob("FO.NOTI.*"))
    for number, name in enumerate((first, second), start=1):
        for kind in ("FO", "FS"):
            out(answered, f"{kind}.{name}").rename(out(answered, f"{kind}.{first}.2.{number}"))
        out(answered, f"GO.{name}").unlink()
    out(answered, f"GO.{first}.2").touch()
    with_deletion(answered)
    odd = Odd(answered.account, refused={f"FO.{first}.2.2"})
    with answered.workspace(gateway=odd) as workspace:
        assert processed(workspace) == (3, True)
        assert sorted(path.name[:2] for path in (answered.account / OUT).iterdir()) == [
            "FO",
            "FS",
            "GO",
        ]
        odd.refused.clear()
        assert processed(workspace) == (1, False)
        assert list((answered.account / OUT).iterdir()) == []


def with_deletion(scene: Scene) -> None:
    config = scene.folder / "fla-batch.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[answers]", "[answers]\ndelete_on_server = true"))


STRANGERS = (
    "README",
    ".hidden",
    "FO.IDFL.999999.20261128.00001.S",
    "GO.DMFA.123456.20250301.00001.S",
)


def test_strangers_are_left_named_once_and_stand_in_the_status(answered: Scene) -> None:
    folder = answered.account / OUT
    for name in STRANGERS:
        (folder / name).write_bytes(b"theirs")
    (folder / "archive").mkdir()
    (folder / "link").symlink_to("/etc/passwd")
    names = {*STRANGERS, "archive", "link"}
    odd = Odd(answered.account)
    with answered.workspace(gateway=odd) as workspace:
        result = poll(workspace)
        assert {one.name for one in result.strangers} == names
        assert (len(result.processed), result.quarantined, result.unfetched) == (4, [], [])
        assert processed(workspace) == (0, False)
        assert {one.name for one in workspace.ledger.left_alone(S)} == names
        (folder / "README").unlink()
        assert processed(workspace) == (0, False)
        assert "README" not in {one.name for one in workspace.ledger.left_alone(S)}
    assert list((answered.outbox / "quarantine").iterdir()) == []
    assert (folder / STRANGERS[2]).read_bytes() == b"theirs"


def test_a_size_that_is_a_lie_is_told_and_the_answer_taken_at_the_next_poll(
    answered: Scene,
) -> None:
    odd = Odd(answered.account)
    lie(answered, odd, f"FO.{spoiled(answered)}", 7)
    with answered.workspace(gateway=odd) as workspace:
        assert processed(workspace) == (3, True)
        assert processed(workspace) == (1, False)
        assert processed(workspace) == (0, False)


def changed(path: Path, *, same_time: bool) -> None:
    """The refusal becomes an acceptance or the reverse: another content of the same size."""
    before, content = path.stat(), path.read_bytes()
    codes = (b"<ResultCode>1<", b"<ResultCode>0<")
    other = content.replace(*codes) if codes[0] in content else content.replace(*codes[::-1])
    assert other != content
    path.write_bytes(other)
    seconds = before.st_mtime_ns if same_time else before.st_mtime_ns + 5_000_000_000
    os.utime(path, ns=(seconds, seconds))


@pytest.mark.parametrize("same_time", [False, True], ids=["another time", "the same time"])
def test_r32_changed_content_of_the_same_name_and_size_is_seen(
    answered: Scene, *, same_time: bool
) -> None:
    unsigned(answered)
    odd = Odd(answered.account)
    name = f"FO.{spoiled(answered)}"
    with answered.workspace(gateway=odd) as workspace:
        assert processed(workspace) == (4, False)
        changed(out(answered, name), same_time=same_time)
        result = poll(workspace)
        assert [each for each, _ in result.quarantined] == [name]
        assert workspace.ledger.batches()[0].refused == 0
        assert processed(workspace) == (0, False)


def unsigned(scene: Scene) -> None:
    config = scene.folder / "fla-batch.toml"
    lines = config.read_text(encoding="utf-8").splitlines()
    drop = ("require_signature", "answer_roots")
    config.write_text("\n".join(line for line in lines if not line.startswith(drop)))


def test_r32_old_answers_are_compared_by_size_and_time_only(answered: Scene) -> None:
    unsigned(answered)
    clock = Clock(NOW)
    odd = Odd(answered.account)
    with answered.workspace(gateway=odd, clock=clock) as workspace:
        assert processed(workspace) == (4, False)
        clock.now += timedelta(days=8)
        changed(out(answered, f"FO.{spoiled(answered)}"), same_time=True)
        assert processed(workspace) == (0, False)
        changed(out(answered, f"FO.{spoiled(answered)}"), same_time=False)
        # The same content as at first, at another time: looked at, and nothing is new.
        assert processed(workspace) == (0, False)
        changed(out(answered, f"FO.{spoiled(answered)}"), same_time=False)
        assert processed(workspace) == (0, True)


def test_r32_comparing_again_stays_within_answers_per_poll(answered: Scene) -> None:
    fetched: list[str] = []

    @dataclass(frozen=True)
    class Counting(FolderGateway):
        def download(self, folder: str, name: str, path: Path, *, max_bytes: int) -> Downloaded:
            fetched.append(name)
            return super().download(folder, name, path, max_bytes=max_bytes)

    clock = Clock(NOW)
    with answered.workspace(clock=clock) as workspace:
        assert len(poll(workspace).processed) == 4
    with answered.workspace(gateway=Counting(answered.account), clock=clock) as workspace:
        section = workspace.limits.model_copy(update={"answers_per_poll": 1})
        workspace.settings = workspace.settings.model_copy(update={"limits": section})
        for _ in range(4):
            poll(workspace)
        assert len(fetched) == len(set(fetched)) == 4
        poll(workspace, recheck=False)
        assert len(fetched) == 4


def test_answers_per_poll_leaves_the_rest_to_the_next_poll(answered: Scene) -> None:
    with answered.workspace() as workspace:
        section = workspace.limits.model_copy(update={"answers_per_poll": 3})
        workspace.settings = workspace.settings.model_copy(update={"limits": section})
        assert [len(poll(workspace).processed) for _ in range(3)] == [3, 1, 0]
        assert {row.state for row in workspace.ledger.batches()} == {BatchState.CLOSED}


def test_s5_a_poll_has_a_limit_of_bytes_and_takes_at_least_one_answer(answered: Scene) -> None:
    with answered.workspace() as workspace:
        section = workspace.limits.model_copy(update={"poll_bytes": 1})
        workspace.settings = workspace.settings.model_copy(update={"limits": section})
        assert [len(poll(workspace).processed) for _ in range(5)] == [1, 1, 1, 1, 0]


def test_s5_an_answer_that_is_too_large_is_never_fetched_whole(answered: Scene) -> None:
    with answered.workspace() as workspace:
        size = out(answered, f"FO.{spoiled(answered)}").stat().st_size
        section = workspace.limits.model_copy(update={"answer_bytes": size - 1})
        workspace.settings = workspace.settings.model_copy(update={"limits": section})
        result = poll(workspace)
        assert f"FO.{spoiled(answered)}" in [one.name for one in result.unfetched]
        assert all(one.reason.endswith(f"larger than {size - 1} bytes") for one in result.unfetched)
