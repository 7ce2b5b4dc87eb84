"""R38: no command breaks another.

A workspace with declarations, questions, refusals, blocked rows and answers with gaps; then every
command after every other one (pairs; in `.ci/long` every three), and none ends with 70.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fla_batch.cli.commands import COMMANDS
from fla_batch.sandbox.ground import Ground
from fla_batch.sandbox.seed import load_seed
from tests.command_line import CommandLine, write_csv
from tests.counts import COUNTED, count
from tests.e2e.servers import now

pytestmark = pytest.mark.timeout(7200)
EXAMPLES = Path(__file__).parents[2] / "fla_batch" / "sandbox" / "examples"
EMPLOYER, WORKER = "0880820673", "81511716525"
ABSENT = "0999999922"
ABOUT = ("--company-id", EMPLOYER, "--inss", WORKER)
LENGTH, PIECES = count(2, 3), count(1, 20)
"""How many commands stand side by side, and in how many workspaces: a long history takes longer."""
Words = tuple[str, ...]

SEQUENCED: tuple[Words, ...] = (
    ("check", "good.csv"),
    ("build", "good.csv"),
    ("build", "refused.csv", "--skip-blocked"),
    ("send",),
    ("poll",),
    ("run", "again.csv", "--every", "0.1", "--timeout", "20"),
    ("cancel", "{refused}"),
    ("status",),
    ("anomalies",),
    ("correct", "{refused}", "mended.csv"),
    ("replay",),
    ("purge", "--older-than", "30"),
    ("ledger", "verify"),
    ("account", "export", "-o", "accounts"),
    ("rescue", "--offline", "-o", "rescued"),
    ("report", "-o", "report.html"),
    ("ask", "credit", *ABOUT),
    ("ask", "trainings", *ABOUT, "--year", "2024", "--processing-state", "all"),
    ("ask", "rights", *ABOUT, "--year", "2024", "--show"),
    ("trainings", "validate", "--company-id", EMPLOYER, "--all", "-o", "chosen.json"),
)
"""Those that read or write the workspace; the batches in braces are those of the beginning."""
ONCE: tuple[Words, ...] = (
    ("rescue", "-o", "asked", "--every", "0.1", "--timeout", "30"),
    ("credit", "forecast", "good.csv"),
    ("rights", "compute"),
    ("schema", "list"),
    ("template", "rights", "empty.csv"),
    ("columns", "draft", "good.csv"),
    ("init", "new.toml"),
    ("validate", "nothing.xml"),
    ("ledger", "rebuild"),
    ("doctor",),
    ("status", "{refused}"),
    ("ask", "to-validate", "--company-id", EMPLOYER, "--show"),
    ("ask", "changed-rights", "--company-id", EMPLOYER, "--modified-from", "2024-01-01"),
)
"""Those that look at nothing that others write, or as another one does: after all of them once."""
ELSEWHERE = frozenset({"demo", "sandbox", "ui"})
"""They make and serve a place of their own."""


def in_turn(count: int, length: int) -> Iterator[int]:
    """Numbers below `count` in which every `length` of them stand side by side once.

    The Lyndon words whose length divides `length`, one after the other (de Bruijn's sequence).

    >>> list(in_turn(2, 2)), list(in_turn(3, 2))
    ([0, 0, 1, 1, 0], [0, 0, 1, 0, 2, 1, 1, 2, 2, 0])
    """
    first: list[int] = []
    for word in _lyndon_words(count, length):
        if not length % len(word):
            if len(first) < length - 1:
                first += word[: length - 1 - len(first)]
            yield from word
    yield from first


def _lyndon_words(count: int, longest: int) -> Iterator[list[int]]:
    word = [-1]
    while word:
        word[-1] += 1
        yield list(word)
        size = len(word)
        while len(word) < longest:
            word.append(word[-size])
        while word and word[-1] == count - 1:
            word.pop()


@pytest.fixture
def fla(fla: CommandLine, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    # What the test takes out of an answer makes its signature wrong; it goes with it.
    monkeypatch.setenv("FLA_BATCH_ANSWERS__REQUIRE_SIGNATURE", "false")
    return fla.with_settings(ground.settings_file)


def played(fla: CommandLine, ground: Ground, folder: Path) -> str:
    """A workspace where everything has happened once; the name of the batch that was refused."""
    write_csv(folder / "good.csv", [{"inss": WORKER}])
    write_csv(folder / "again.csv", [{"inss": WORKER, "hours": "3.8"}])
    refused = [{"companyId": ABSENT}, {"trainingResult": "9"}]
    write_csv(folder / "refused.csv", refused)
    write_csv(folder / "mended.csv", [{"inss": WORKER, "companyId": EMPLOYER}])
    load_seed(EXAMPLES / "sandbox-seed.json").sow(ground.platform, on=now().date())
    wait = ("--every", "0.1", "--timeout", "60")
    examples = [EXAMPLES / "trainings-2024.csv", EXAMPLES / "rights-2024.json"]
    assert fla("run", *examples, *wait).code in (0, 1)
    assert fla("run", "refused.csv", "--skip-blocked", *wait).code == 1
    batches = fla("status", "--json").document["batches"]
    name = [row["name"] for row in batches if row["refused"]][-1]
    for kind in (("credit",), ("trainings", "--year", "2024"), ("rights", "--year", "2024")):
        assert fla("ask", kind[0], *ABOUT, *kind[1:]).code == 0
        ground.portal.settle()
        take_out(ground, rb"<CalendarYear>\d+</CalendarYear>")
        assert fla("poll").code == 0
    assert fla("ask", "credit", "--company-id", ABSENT, "--inss", WORKER, "--watch", "0.1").code
    return str(name)


def take_out(ground: Ground, pattern: bytes) -> None:
    """Answers to questions on the server lose the first thing of that pattern."""
    out = ground.folder / "portal" / "OUTTEST-S"
    for signature in out.glob("FS.FLAA.*"):
        path = signature.with_name(f"FO{signature.name[2:]}")
        path.write_bytes(re.sub(pattern, b"", path.read_bytes()))
        signature.unlink()


@pytest.mark.parametrize("piece", range(PIECES))
def test_r38_every_command_after_every_other(
    piece: int, fla: CommandLine, ground: Ground, tmp_path: Path, record_property: Any
) -> None:
    refused = played(fla, ground, tmp_path)
    done: list[Words] = []
    for number in pieces(list(in_turn(len(SEQUENCED), LENGTH)))[piece]:
        words = tuple(word.format(refused=refused) for word in SEQUENCED[number])
        called = fla(*words)
        done.append(words)
        assert called.code != 70, (done[-LENGTH:], called.said)
        assert called.code in range(8), (done[-LENGTH:], called.code)
    for template in ONCE:
        words = tuple(word.format(refused=refused) for word in template)
        assert fla(*words).code in range(8), words
    record_property(COUNTED, f"{len(done)} commands, every {LENGTH} side by side, none with 70")


def pieces(whole: list[int]) -> list[list[int]]:
    """`whole` in PIECES, each with the last ones of the piece before: all side by side once."""
    size = -(-len(whole) // PIECES)
    return [whole[max(0, at - LENGTH + 1) : at + size] for at in range(0, len(whole), size)]


def test_the_pieces_lose_no_neighbours() -> None:
    whole = list(in_turn(len(SEQUENCED), LENGTH))
    seen = {tuple(p[at : at + LENGTH]) for p in pieces(whole) for at in range(len(p) - LENGTH + 1)}
    assert len(seen) == len(SEQUENCED) ** LENGTH


def test_every_command_is_among_them() -> None:
    tried = {words[0] for words in (*SEQUENCED, *ONCE)}
    assert COMMANDS.keys() - tried - ELSEWHERE == set()
    assert tried <= COMMANDS.keys()


@pytest.mark.parametrize(("numbers", "length"), [(2, 2), (5, 2), (4, 3), (19, 2)])
def test_every_few_stand_side_by_side_once(numbers: int, length: int) -> None:
    row = list(in_turn(numbers, length))
    seen = [tuple(row[at : at + length]) for at in range(len(row) - length + 1)]
    assert len(seen) == len(set(seen)) == numbers**length
