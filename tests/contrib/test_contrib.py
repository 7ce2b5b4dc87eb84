"""What is shipped for running it unattended is parsed, and so is every command line in it."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import man_page
from tests.parsed_lines import parsed

CONTRIB = Path(__file__).parents[2] / "contrib"
UNITS = sorted((CONTRIB / "systemd").iterdir())
CRON = re.compile(r"(\S+ \S+ \S+ \S+ \S+) (\S+) (.+)")
COMPOSE = CONTRIB / "container" / "compose.yaml"


def unit(path: Path) -> list[tuple[str, str, str]]:
    """(section, key, value) of a unit file: keys may stand several times."""
    found, section = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, sign, value = line.partition("=")
            assert sign, line
            assert section, line
            found.append((section, key, value))
    return found


@pytest.mark.parametrize("path", UNITS, ids=[path.name for path in UNITS])
def test_a_unit_is_one(path: Path) -> None:
    configparser.RawConfigParser(strict=False).read_string(path.read_text(encoding="utf-8"))
    values = unit(path)
    commands_of = [value for _, key, value in values if key == "ExecStart"]
    for value in commands_of:
        parsed(value.removeprefix("/usr/bin/env "))
    named = [value for _, key, value in values if key == "Unit"]
    assert all((path.parent / name).is_file() for name in named)
    assert bool(commands_of) == (path.suffix == ".service")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    binary = shutil.which("systemd-analyze")
    if binary is None:
        pytest.skip("systemd-analyze is not here; the units are parsed by the test above")
    for path in UNITS:
        shutil.copy(path, tmp_path)
    done = subprocess.run(
        [binary, "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [
        line for line in done.stderr.splitlines() if "fla-batch" in line and "Unknown" in line
    ]
    assert complaints == []


def test_the_cron_lines() -> None:
    lines = (CONTRIB / "cron" / "fla-batch").read_text(encoding="utf-8").splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and "=" not in line[:12]]
    assert len(jobs) == 2
    for job in jobs:
        found = CRON.fullmatch(job)
        assert found, job
        for part in re.split(" && |; ", found[3]):
            if part.startswith("fla-batch"):
                parsed(part.partition(" >")[0])


def test_a_batch_in_doubt_stops_no_poll() -> None:
    """`send` ends with 4 as long as a batch is in doubt, and often only an answer settles it.

    systemd starts nothing after a command that failed, nor does a shell after `&&`.
    """
    of_service = unit(CONTRIB / "systemd" / "fla-batch-poll.service")
    started = [shlex.split(value) for _, key, value in of_service if key == "ExecStart"]
    assert [words[2] for words in started] == ["poll", "send"]
    cron = (CONTRIB / "cron" / "fla-batch").read_text(encoding="utf-8")
    assert cron.index("fla-batch poll") < cron.index("; fla-batch send")


def test_the_compose_file() -> None:
    document = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    poll = document["services"]["poll"]
    parsed(shlex.join(["fla-batch", *poll["command"]]))
    variables = [name for name in poll["environment"] if name.startswith("FLA_BATCH_")]
    from fla_batch.configuration.loading import load

    settings = load(None, environ={name: poll["environment"][name] for name in variables})
    assert settings.workspace.ledger.startswith("postgresql+psycopg://")
    volumes = [each for service in document["services"].values() for each in service["volumes"]]
    named = {each.partition(":")[0] for each in volumes if not each.startswith(".")}
    assert named == set(document["volumes"])
    built = (COMPOSE.parent / poll["build"]["context"]).resolve()
    assert (built / poll["build"]["dockerfile"]).is_file()


def test_the_containerfile_copies_what_there_is() -> None:
    root = CONTRIB.parent
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "ENTRYPOINT", "CMD"}
    text = (CONTRIB / "container" / "Containerfile").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        instruction, _, rest = line.partition(" ")
        assert instruction in known, line
        if instruction == "COPY" and "--from" not in rest:
            assert all((root / name).exists() for name in rest.split()[:-1]), line
    assert "USER 10001" in text


def test_the_man_page_is_made_from_the_help() -> None:
    page = man_page.PAGE.read_text(encoding="utf-8")
    assert page == man_page.written(), "run python -m tests.cli.regenerate"
    assert ".SS fla\\-batch doctor\n" in page


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["fla-batch", "st"], {"status"}),
        (["fla-batch", "build", "--skip"], {"--skip-blocked"}),
        (["fla-batch", "check", "--lang", "f"], {"fr"}),
        (["fla-batch", "rights", "comp"], {"compute"}),
    ],
)
def test_bash_completes(words: list[str], offered: set[str]) -> None:
    """What bash itself offers, with the script as the guide says to load it."""
    line = f'eval "$(_FLA_BATCH_COMPLETE=bash_source {sys.executable} -m fla_batch.cli)"'
    program = Path(sys.executable).with_name("fla-batch")
    line = line.replace(f"{sys.executable} -m fla_batch.cli", str(program))
    script = (
        f"{line}; COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; "
        '_fla_batch_completion fla-batch; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = f"{program.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert set(done.stdout.split()) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_their_script(shell: str) -> None:
    program = Path(sys.executable).with_name("fla-batch")
    done = subprocess.run(
        [program],
        env=os.environ | {"_FLA_BATCH_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "_fla_batch_completion" in done.stdout
