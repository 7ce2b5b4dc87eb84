"""Each exit code, provoked: 0 to 6, and those of an interruption and of our own mistakes."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from fla_batch.cli import commands as listed
from fla_batch.cli import edge
from fla_batch.message import load
from fla_batch.sandbox.ground import Ground, practice_ground
from tests.builders import inss
from tests.command_line import CommandLine, workers, write_csv
from tests.contract.user_keys import write_key
from tests.e2e.servers import now

INTERRUPTED = 130
OURS = 70


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "good.csv", [{}])


def test_0_fine(fla: CommandLine, good: Path) -> None:
    assert fla("check", good).code == 0
    assert fla("--version").code == 0


def test_1_blocking_anomalies(fla: CommandLine, tmp_path: Path) -> None:
    assert fla("check", write_csv(tmp_path / "bad.csv", [{"hours": "x"}])).code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["biuld"], "No such command 'biuld'. Did you mean 'build'?"),
        (["zzz"], "No such command 'zzz'."),
        (["check"], "Missing argument 'INPUTS...'"),
        (["check", "good.csv", "--bogus"], "No such option"),
        (["check", "good.csv", "--lang", "es"], "'es' is not one of 'en', 'fr', 'nl', 'de'"),
        (["poll", "--watch", "0"], "0.0 is not in the range"),
        (["template", "trainings", "mine.pdf"], "mine.pdf: a template is an .xlsx or a .csv file"),
        (["template", "hours", "mine.csv"], "'hours' is not one of"),
        (["init", "good.csv"], "good.csv exists already; --force overwrites it."),
        (["status", "FLAD"], "there is no batch FLAD"),
        (["send", "FLAD.123456.20250301.00001.S"], "there is no batch FLAD.123456.20250301"),
        (["cancel", "../../etc/passwd"], "there is no batch ../../etc/passwd"),
        (["anomalies", "--csv", "out.pdf"], "out.pdf: anomalies are written to .csv or .xlsx"),
    ],
)
def test_2_wrong_usage(
    fla: CommandLine, settings: Path, good: Path, arguments: list[str], said: str
) -> None:
    called = fla(*arguments)
    assert called.code == 2
    assert said in called.err
    assert called.out == ""


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("[sender]\nnumbr = '1'", ["status"], "Hint: Did you mean number?"),
        ("[profile]\nname = 'none'", ["check", "good.csv", "--config", "none.toml"], "none.toml"),
        ("[profile]\nname = 'none'", ["schema", "check"], "none"),
        ("", ["build", "good.csv"], "[sender] number is missing"),
        ("[sender]\nnumber = '123456'", ["poll"], "[gateway] needs host, user and key_file"),
        (
            "[sender]\nnumber = '123456'\n[signing]\npkcs12_file = 'none.p12'",
            ["build", "good.csv"],
            "none.p12",
        ),
        (
            "[sender]\nnumber = '123456'\nenvironment = 'R'",
            ["build", "good.csv"],
            "production needs signatures",
        ),
        ("[workspace]\nledger = 'no url'", ["status"], "ledger"),
    ],
)
def test_3_configuration(
    fla: CommandLine, tmp_path: Path, good: Path, text: str, arguments: list[str], said: str
) -> None:
    (tmp_path / "fla-batch.toml").write_text(text)
    called = fla(*arguments)
    assert called.code == 3
    assert said in called.err
    assert "Hint: " in called.err
    assert called.out == ""
    assert not [path for path in tmp_path.glob("outbox/S/**/*") if path.is_file()]


def test_3_host_key_and_login(
    fla: CommandLine, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = fla.with_settings(ground.settings_file)
    monkeypatch.setenv("FLA_BATCH_GATEWAY__HOST_KEY", "SHA256:" + "A" * 43)
    called = here("poll")
    assert called.code == 3
    assert "help desk" in called.err
    monkeypatch.delenv("FLA_BATCH_GATEWAY__HOST_KEY")
    other = write_key(tmp_path / "stranger.pem", "ed25519").path
    monkeypatch.setenv("FLA_BATCH_GATEWAY__KEY_FILE", str(other))
    assert here("poll").code == 3
    other.chmod(0o644)
    called = here("poll")
    assert called.code == 3
    assert "other" in called.err.lower()


def test_4_gateway(fla: CommandLine, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    monkeypatch.setenv("FLA_BATCH_GATEWAY__PORT", str(free))
    called = fla.with_settings(ground.settings_file)("poll")
    assert called.code == 4
    assert f"127.0.0.1:{free}" in called.err
    assert "Try again later" in called.err


def test_5_the_portal_refuses_the_file(
    fla: CommandLine, ground: Ground, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender whom the portal does not know."""
    here = fla.with_settings(ground.settings_file)
    monkeypatch.setenv("FLA_BATCH_SENDER__NUMBER", "654321")
    assert here("build", good).code == 0
    assert here("send").code == 0
    ground.portal.settle()
    called = here("poll", "--json")
    assert called.code == 5
    assert called.document["refused_files"] == 1
    (row,) = here("status", "--json").document["batches"]
    assert row["state"] == "refused-file"
    assert here("anomalies").code == 1


def test_6_waiting_timed_out(fla: CommandLine, tmp_path: Path, good: Path) -> None:
    profile = load("fla-20250131")
    late = practice_ground(tmp_path / "late", profile, clock=now, delay_s=3600)
    with late as ground:
        here = fla.with_settings(ground.settings_file)
        assert here("run", good, "--every", "0.1", "--timeout", "0.3").code == 6
        called = here("poll", "--watch", "0.1", "--timeout", "0.3")
        assert called.code == 6
        assert "nothing is lost" in called.err


def test_run_is_build_send_and_poll(fla: CommandLine, ground: Ground, tmp_path: Path) -> None:
    here = fla.with_settings(ground.settings_file)
    three = write_csv(tmp_path / "three.csv", workers(3))
    called = here("run", three, "--every", "0.1", "--timeout", "60", "--json")
    assert called.code == 0
    assert called.document["forms"] == 3
    assert len(called.document["poll"]["processed"]) == 2
    more = write_csv(tmp_path / "more.csv", [{"inss": inss(9)}])
    words = here("run", more, "--every", "0.1", "--timeout", "60")
    assert "1 form, 1 part" in words.out
    assert "2 answers processed." in words.out
    assert "Next: fla-batch send" not in words.out
    assert words.err.count(": processed") == 2
    assert ": processed" not in words.out
    bad = write_csv(tmp_path / "bad.csv", [{"hours": "x"}])
    called = here("run", bad, "--every", "0.1")
    assert called.code == 1
    assert "Nothing was written to the outbox." in called.out


def test_run_tells_what_it_built_before_a_failure(
    fla: CommandLine, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLA_BATCH_GATEWAY__HOST_KEY", "SHA256:" + "A" * 43)
    rows = [{}, {"inss": inss(2), "hours": "x"}]
    path = write_csv(tmp_path / "two.csv", rows)
    called = fla.with_settings(ground.settings_file)("run", path, "--skip-blocked")
    assert called.code == 3
    assert "TrainingHours-002" in called.out
    assert "1 blocked declaration left out." in called.out


def test_interrupted(fla: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(listed.commands, "main", interrupt)
    called = fla("status")
    assert called.code == INTERRUPTED
    assert called.err.startswith("Interrupted.")


def test_our_own_mistake_is_told_as_ours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its traceback, for the report, but without a national number (S11)."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("worker 81511716525")

    monkeypatch.setattr(listed.commands, "main", fail)
    assert edge.run(["status"]) == OURS
    said = capsys.readouterr().err
    assert "This is a mistake in fla-batch itself" in said
    assert "81511716525" not in said
