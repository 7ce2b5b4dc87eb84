"""`doctor` finds each of the prepared faults by name, and nothing in a sound office."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fla_batch.channel.sftp import connect
from fla_batch.cli.edge import run
from fla_batch.cli.options import now
from fla_batch.commands.doctor.diagnosis import Health, Surroundings
from fla_batch.commands.doctor.examination import CHECKS, examine
from fla_batch.configuration.loading import load
from fla_batch.message import load as load_profile
from fla_batch.sandbox.faults import NO_FAULTS
from fla_batch.sandbox.ground import Ground, practice_ground
from fla_batch.sandbox.rest_faults import RestFaultPlan
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words, texts_of
from tests.builders import inss
from tests.command_line import CommandLine
from tests.commands.doctor_faults import FAULTS, Fault
from tests.commands.doctor_office import Office
from tests.counts import COUNTED

ROOMY = 50_000_000_000


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("ground")
    profile = load_profile("fla-20250131")
    with practice_ground(folder, profile, clock=now, rest=RestFaultPlan([])) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield Office.sound(tmp_path, ground, monkeypatch)
    ground.server.faults = NO_FAULTS
    assert ground.rest is not None
    ground.rest.faults.plan()
    hidden = ground.server.root / "hidden"
    if hidden.exists():
        hidden.rename(hidden.with_name("INTEST-S"))


def checks_of(
    office: Office, capsys: pytest.CaptureFixture[str], *more: str
) -> list[dict[str, Any]]:
    """What the doctor says: by the command line, or in a world that is made for it."""
    if office.world:
        return [each.to_json() for each in examine(surroundings(office, "--offline" in more))]
    if office.command != ["doctor"]:
        more = (*more, "--config", str(office.write()))
    command = ["doctor", "--json", *more]
    if office.in_child:
        code = "import sys; from fla_batch.cli.edge import run; sys.exit(run(sys.argv[1:]))"
        child = subprocess.run(
            [sys.executable, "-c", code, *command], capture_output=True, text=True, check=False
        )
        ended, printed = child.returncode, child.stdout
    else:
        ended = run(command)
        printed = capsys.readouterr().out
    found: list[dict[str, Any]] = json.loads(printed)["checks"]
    assert ended == (3 if any(each["state"] == "error" for each in found) else 0)
    return found


def surroundings(office: Office, offline: bool) -> Surroundings:
    path = office.write()
    world: dict[str, Any] = {
        "clock": now,
        "free_bytes": lambda _: ROOMY,
        "connect": connect,
        "offline": offline,
    }
    return Surroundings(
        file=path,
        load=lambda: load(path, environ={}),
        words=Words("fla_batch.commands.doctor", Language.EN),
        **world | office.world,
    )


def states(found: list[dict[str, Any]], state: str) -> list[str]:
    return [f"{each['name']}: {each['message']}" for each in found if each["state"] == state]


def test_a_sound_office_has_no_error_and_no_warning(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    found = checks_of(office, capsys)
    assert states(found, "error") == states(found, "warning") == []
    assert {each["name"] for each in found} >= {check.name for check in CHECKS}
    looked_at = {each["name"] for each in found if each["state"] == "ok"}
    assert looked_at >= {"signature", "server", "login", "server-folders", "clock", "ledger"}


def test_a_sound_office_after_its_first_batch(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.built(sent=True)
    before = sorted(path for path in (office.folder / "outbox").rglob("*"))
    found = checks_of(office, capsys)
    assert states(found, "error") == states(found, "warning") == []
    assert sorted(path for path in (office.folder / "outbox").rglob("*")) == before


def test_nothing_is_made_before_the_first_batch(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.write()
    before = sorted(office.folder.rglob("*"))
    checks_of(office, capsys)
    assert sorted(office.folder.rglob("*")) == before


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_each_fault_is_found_by_name(
    fault: Fault, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    fault.put_into(office)
    found = checks_of(office, capsys, *([] if fault.online else ["--offline"]))
    named = [each for each in found if (each["name"], each["state"]) == (fault.check, fault.state)]
    told = [f"{each['message']} {each['advice']}" for each in named]
    assert any(fault.says in line for line in told), states(found, "error") or found
    assert all(each["advice"] for each in named), "what to do"
    # What is whole stays whole: one fault does not make the others look broken.
    strange = {line.partition(":")[0] for line in states(found, "error")} - {fault.check}
    assert strange - set(fault.also) == set()


def test_there_are_forty_and_more(record_property: Any) -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names)) >= 40
    record_property(COUNTED, f"{len(names)} prepared faults found by name")


def test_a_check_that_crashes_is_never_fine(office: Office) -> None:
    """R24."""

    def crash(_path: Path) -> int:
        raise RuntimeError("boom")

    office.world["free_bytes"] = crash
    (disk,) = [each for each in examine(surroundings(office, True)) if each.name == "disk"]
    assert disk.state is Health.ERROR
    assert "boom" in disk.message


@pytest.mark.parametrize("language", list(Language))
def test_it_speaks_each_language(
    office: Office, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    office.set("gateway", user=None)
    fla = CommandLine(capsys, office.write())
    called = fla("doctor", "--offline", "--lang", language)
    words = Words("fla_batch.commands.doctor", language)
    assert words.line("gateway-missing", names="user") in called.out
    assert words.line("gateway-missing-advice") in called.out
    assert called.code == 3


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("fr", "Vérifiez la section [gateway] de fla-batch.toml"),
        ("nl", "Kijk de sectie [gateway] van fla-batch.toml na"),
    ],
)
def test_the_hint_of_an_exception_is_told_in_the_readers_language(
    office: Office, capsys: pytest.CaptureFixture[str], language: str, advice: str
) -> None:
    office.set("gateway", key_file="none")
    called = CommandLine(capsys, office.write())("doctor", "--offline", "--lang", language)
    assert advice in called.out
    assert "Check the" not in called.out


def test_an_outbox_that_is_open_hides_nothing_else(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clone of the repository has one, by the umask of whoever made it."""
    office.built()
    (office.folder / "outbox").chmod(0o775)
    found = checks_of(office, capsys, "--offline")
    assert [line.partition(":")[0] for line in states(found, "error")] == ["outbox-rights"]
    skipped = {each["name"] for each in found if each["state"] == "skipped"}
    assert skipped == {"server", "workers", "rest-key", "rest"}


def test_the_outbox_of_a_clone_is_closed_by_the_first_build(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """It comes with the rights of the umask, and holds a page."""
    outbox = office.folder / "outbox"
    outbox.mkdir()
    (outbox / "README.md").write_text("Outbox")
    outbox.chmod(0o775)
    assert states(checks_of(office, capsys, "--offline"), "error") == []
    assert stat.S_IMODE(outbox.stat().st_mode) == 0o775, "looked at, not changed"
    office.built()
    assert stat.S_IMODE(outbox.stat().st_mode) == 0o700
    assert states(checks_of(office, capsys, "--offline"), "error") == []


def test_a_folder_of_other_things_is_not_closed(office: Office) -> None:
    outbox = office.folder / "outbox"
    outbox.mkdir()
    (outbox / "letter.txt").write_text("not ours")
    outbox.chmod(0o755)
    office.built()
    assert stat.S_IMODE(outbox.stat().st_mode) == 0o755


def test_each_text_is_there_in_each_language() -> None:
    for key, text in texts_of("fla_batch.commands.doctor").items():
        assert set(text) == set(Language), key


def test_no_secret_and_no_national_number_is_told(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "hunter2-secret"
    place = office.certificate(password=secret, days=300)
    office.set("signing", key_file=str(place / "key.pem"), password_env="P12")
    monkeypatch.setenv("P12", secret)
    office.built()
    monkeypatch.setenv("P12", "wrong-" + secret)
    told = json.dumps(checks_of(office, capsys))
    assert "password does not fit" in told
    assert "hunter2" not in told
    assert inss() not in told
