"""R34: whatever is closed, full, deleted, damaged or endless, no command ends in a traceback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from fla_batch.cli.commands import commands
from fla_batch.cli.edge import INTERNAL
from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.poll_lock import only_poller
from fla_batch.commands.send import send, to_send
from tests.cli.forked import CLOSED, PIPE, Call, Ended, ForkedCommandLine
from tests.command_line import write_csv
from tests.counts import COUNTED
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.numbers import tell
from tests.reliability.scene import Clock, Scene

BATCH = "FLAD.123456.20250301.00001.S"
ENDLESS = {"demo", "sandbox serve", "ui"}
"""They serve until they are stopped, or start a server: tested where they belong."""
ARGUMENTS: dict[str, list[str]] = {
    "init": ["new.toml"],
    "template": ["trainings", "new.csv"],
    "check": ["good.csv"],
    "build": ["good.csv"],
    "validate": [f"outbox/S/{BATCH}/sent/FI.{BATCH}.1.1"],
    "send": [],
    "poll": [],
    "run": ["good.csv"],
    "cancel": [BATCH],
    "status": [BATCH],
    "anomalies": [BATCH],
    "correct": [BATCH, "good.csv"],
    "purge": ["--older-than", "1"],
    "account export": ["-o", "accounts"],
    "report": ["-o", "report.html"],
    "credit forecast": ["good.csv", "--as-of", "2024-12-31"],
    "schema check": [],
}
CONFIGURED = ["--config", "fla-batch.toml"]
CANCEL = ["cancel", BATCH, *CONFIGURED]


def leaves(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for each in command.list_commands(click.Context(command)):
        found = command.get_command(click.Context(command), each)
        assert found is not None
        yield from leaves(found, f"{name} {each}".strip())


LEAVES = {name: command for name, command in leaves(commands) if name not in ENDLESS}


def line(name: str) -> list[str]:
    """A command line that works in the office, or at least is understood."""
    takes_config = any("--config" in each.opts for each in LEAVES[name].params)
    return [*name.split(), *ARGUMENTS.get(name, []), *(CONFIGURED if takes_config else [])]


@pytest.fixture(scope="module")
def fla_batch() -> Iterator[ForkedCommandLine]:
    with ForkedCommandLine() as running:
        yield running


@pytest.fixture(scope="module")
def office_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sent and answered, with something in quarantine and something to send."""
    scene = Scene.make(tmp_path_factory.mktemp("office") / "office")
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "in.json", trainings_body(1), rights_body(2))])
        send(workspace, to_send(workspace, []))
        scene.let_portal_work()
        (scene.account / "OUTTEST-S" / "FO.NOTI.999999.20250301.00009.S").write_bytes(b"<x")
        (scene.account / "OUTTEST-S" / "GO.NOTI.999999.20250301.00009.S").touch()
        poll(workspace)
        build(workspace, [write(scene.folder / "more.json", rights_body(3))])
    write_csv(scene.folder / "good.csv", [{}])
    return scene.folder


@pytest.fixture
def office(office_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(office_once, tmp_path / "office"))


def quiet(ended: Ended) -> bool:
    """True when a person gets no traceback to read."""
    signs = ("Traceback", "mistake in fla-batch", "Exception ignored")
    return ended.code in range(INTERNAL) and not any(sign in ended.err for sign in signs)


@pytest.fixture(scope="module")
def own(
    fla_batch: ForkedCommandLine, office_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Ended]:
    """How every command ends when it can say what it has to say."""
    ended = {}
    for name in LEAVES:
        place = tmp_path_factory.mktemp("own") / "office"
        shutil.copytree(office_once, place)
        ended[name] = fla_batch(Call(line(name), str(place), str(place / "output")))
    return ended


@pytest.mark.parametrize("output", [CLOSED, PIPE, "/dev/full"])
def test_r34_standard_output_that_cannot_be_written(
    fla_batch: ForkedCommandLine,
    office_once: Path,
    tmp_path: Path,
    own: dict[str, Ended],
    output: str,
    record_property: Callable[[str, object], None],
) -> None:
    wrong = {}
    for name in LEAVES:
        place = shutil.copytree(office_once, tmp_path / "here")
        ended = fla_batch(Call(line(name), str(place), output))
        lost = "standard output cannot be written" in ended.err
        expected = own[name].code or (7 if lost else 0)
        if not quiet(ended) or ended.code != expected or (lost and output != "/dev/full"):
            wrong[name] = (own[name], ended)
        shutil.rmtree(place)
    assert wrong == {}
    record_property(COUNTED, f"{len(LEAVES)} commands without a standard output ({output})")
    tell("commands without a standard output", len(LEAVES))


def test_r34_a_report_on_a_full_output_is_exit_code_7(
    fla_batch: ForkedCommandLine, office: Path
) -> None:
    ended = fla_batch(Call(line("status"), str(office), "/dev/full"))
    assert ended.code == 7
    (told,) = ended.err.splitlines()
    assert told.startswith("Error: standard output cannot be written: No space left on device.")
    assert fla_batch(Call(["bogus"], str(office), "/dev/full")).code == 2


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Erreur : la sortie ne peut pas être écrite : il n'y a plus de place"),
        ("nl", "Fout: de uitvoer kan niet geschreven worden: er is geen plaats meer"),
    ],
)
def test_exit_code_7_is_told_in_the_readers_language(
    fla_batch: ForkedCommandLine, office: Path, language: str, said: str
) -> None:
    ended = fla_batch(Call(["--lang", language, *line("status")], str(office), "/dev/full"))
    assert (ended.code, ended.err[: len(said)]) == (7, said)


@pytest.mark.parametrize("configured", [True, False])
def test_r34_a_deleted_working_directory(
    fla_batch: ForkedCommandLine, office_once: Path, tmp_path: Path, *, configured: bool
) -> None:
    place = Path(shutil.copytree(office_once, tmp_path / "office"))
    config = str(place / "fla-batch.toml")
    wrong = {}
    for name in LEAVES:
        arguments = [config if each == "fla-batch.toml" else each for each in line(name)]
        if not configured:
            arguments = [each for each in arguments if each not in (config, "--config")]
        ended = fla_batch(Call(arguments, str(place), deleted=True))
        if not quiet(ended):
            wrong[name] = ended
    assert wrong == {}
    if configured:
        shown = fla_batch(Call(["status", "--config", config], str(place), deleted=True))
        assert shown == Ended(0, "")


DAMAGES = (b"", b"{", b"[]", b"null", b'{"name": 1}', b"\xff\xfe", b'{"at": "yesterday"}')


@pytest.mark.parametrize("content", DAMAGES)
def test_r34_a_damaged_reason_file(
    fla_batch: ForkedCommandLine, office: Path, content: bytes
) -> None:
    (reason,) = (office / "outbox" / "quarantine").glob("*.reason.json")
    reason.write_bytes(content)
    for name in ("replay", "status", "ledger verify", "purge", "report"):
        ended = fla_batch(Call(line(name), str(office)))
        assert quiet(ended), ended
        assert ended.code == (1 if name == "replay" else 0), ended


NUMBER = "9" * 5_000


@pytest.mark.parametrize("column", ["calendarYear", "hours", "inss", "companyId", "scope"])
def test_r34_numbers_of_5000_digits_in_a_table(
    fla_batch: ForkedCommandLine, office: Path, column: str
) -> None:
    write_csv(office / "good.csv", [{column: NUMBER}])
    for name in ("check", "build", "credit forecast", "correct"):
        ended = fla_batch(Call(line(name), str(office)))
        assert quiet(ended), ended
        assert ended.code == (2 if name == "correct" else 1), (name, ended)


@pytest.mark.parametrize("zone", ["calendarYear", "companyId"])
def test_r34_numbers_of_5000_digits_in_json(
    fla_batch: ForkedCommandLine, office: Path, zone: str
) -> None:
    body = json.dumps(trainings_body(1))
    for number in (NUMBER, f"1e{NUMBER}", f"-{NUMBER}", f"0.{NUMBER}"):
        start = body.index(f'"{zone}": ') + len(f'"{zone}": ')
        end = min(body.index(sign, start) for sign in ",}" if sign in body[start:])
        (office / "long.json").write_text(body[:start] + number + body[end:])
        ended = fla_batch(Call(["check", "long.json"], str(office)))
        assert quiet(ended), ended
        assert ended.code == 1, ended


def test_r34_numbers_of_5000_digits_in_settings_and_options(
    fla_batch: ForkedCommandLine, office: Path
) -> None:
    text = (office / "fla-batch.toml").read_text()
    (office / "fla-batch.toml").write_text(text.replace("parts = 9", f"parts = {NUMBER}"))
    ended = fla_batch(Call(line("status"), str(office)))
    assert quiet(ended), ended
    assert ended.code == 3
    for arguments in (
        ["purge", "--older-than", NUMBER],
        ["ask", "rights", "--company-id", NUMBER, "--inss", NUMBER, "--year", NUMBER],
        ["poll", "--watch", NUMBER, "--timeout", NUMBER],
    ):
        ended = fla_batch(Call(arguments, str(office)))
        assert quiet(ended), ended


def test_r34_an_unreadable_inbox(fla_batch: ForkedCommandLine, office: Path) -> None:
    inbox = office / "outbox" / "S" / "inbox"
    inbox.chmod(0)
    try:
        for name in ("poll", "replay", "status", "ledger verify", "ledger rebuild", "report"):
            ended = fla_batch(Call(line(name), str(office), weak=True))
            assert quiet(ended), ended
        assert fla_batch(Call(line("poll"), str(office), weak=True)).code in (3, 4)
        assert fla_batch(Call(line("status"), str(office), weak=True)).code == 0
    finally:
        inbox.chmod(0o700)


def test_r35_status_anomalies_and_report_read_a_ledger_that_cannot_be_written(
    fla_batch: ForkedCommandLine, office: Path
) -> None:
    outbox = office / "outbox"
    (outbox / "ledger.db").chmod(0o444)
    outbox.chmod(0o555)
    try:
        for name in ("status", "anomalies", "ledger verify"):
            ended = fla_batch(Call(line(name), str(office), weak=True))
            assert ended == Ended(0, ""), (name, ended)
        report = office / "report.html"
        ended = fla_batch(Call(line("report"), str(office), weak=True))
        assert (ended.code, BATCH in report.read_text()) == (0, True), ended
        waiting = [each.replace("00001", "00002") for each in CANCEL]
        ended = fla_batch(Call(waiting, str(office), weak=True))
        assert (quiet(ended), ended.code) == (True, 4), ended
        assert "permission denied" in ended.err
    finally:
        outbox.chmod(0o700)


def test_r35_purge_works_on_a_full_disk(fla_batch: ForkedCommandLine, office: Path) -> None:
    folder = office / "outbox" / "S" / BATCH
    assert {"sent", "received"} <= {path.name for path in folder.iterdir()}
    ended = fla_batch(Call(line("purge"), str(office), max_bytes=0))
    assert ended == Ended(0, "")
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {"manifest.json", "marks.jsonl"}  # what proves that it was sent
    assert list((office / "outbox" / "quarantine").iterdir()) == []
    assert fla_batch(Call(line("ledger verify"), str(office), max_bytes=0)) == Ended(0, "")
    waiting = [each.replace("00001", "00002") for each in CANCEL]
    ended = fla_batch(Call(waiting, str(office), max_bytes=0))
    assert (quiet(ended), ended.code) == (True, 4), ended
    # Once there is room again the mark is written.
    assert fla_batch(Call(line("purge"), str(office))) == Ended(0, "")
    assert {path.name for path in folder.iterdir()} == {*left, "purged.json"}
    assert fla_batch(Call(line("ledger verify"), str(office))) == Ended(0, "")


def test_r35_purge_on_a_full_disk_leaves_a_poller_alone(
    fla_batch: ForkedCommandLine, office: Path
) -> None:
    scene = Scene(office)
    clock = Clock(datetime.now(UTC))
    with scene.workspace(clock=clock) as workspace, only_poller(workspace):
        ended = fla_batch(Call(line("purge"), str(office), max_bytes=0))
    assert (ended.code, "is being done by process" in ended.err) == (3, True), ended
