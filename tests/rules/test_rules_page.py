"""docs/concepts/rules.md lists every rule, and each does what it says there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from fla_batch.models import DECLARATIONS, Declaration
from fla_batch.rules import RULES, photo_guards
from fla_batch.rules.base import rules_of
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b
from tests.counts import count
from tests.mutations import mutated
from tests.rules.test_history import Remembered
from tests.sound import SOUND

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "rules.md"
WITH_HISTORY = {rule.name for rule in rules_of(photo_guards)}


class Row(NamedTuple):
    """A row of the table."""

    anomaly_class: str
    meanings: set[str]
    change: str


def rows() -> dict[str, Row]:
    pattern = r"^\| `([a-z-]+)` \| (\w+) \| ([0-9, ]+) \| [^|]+ \| `([^`]+)` \| [^|]+ \|$"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: Row(kind, set(codes.split(", ")), change) for name, kind, codes, change in found}


def test_every_rule_is_listed() -> None:
    # One function tells both deletions.
    assert sorted(rows().keys() - {"delete-empty"}) == sorted(rule.name for rule in RULES)


@pytest.mark.parametrize("name", rows())
def test_the_change_is_told_of(name: str) -> None:
    row = rows()[name]
    told = [each for each in _told(row.change, name in WITH_HISTORY) if each.rule == name]
    assert {each.anomaly_class for each in told} == {row.anomaly_class}
    assert {each.error_id.rpartition("-")[2] for each in told} <= row.meanings


@pytest.mark.parametrize("kind", SOUND)
def test_without_the_change_nothing_is_told(kind: FormKind) -> None:
    assert b.found(SOUND[kind](1)) == []


def _told(change: str, with_history: bool) -> list[Anomaly]:
    sound, changed = _changed(change)
    context = replace(b.CONTEXT, history=Remembered(sound)) if with_history else b.CONTEXT
    return b.found(changed, context)


def _changed(change: str) -> tuple[Declaration, Declaration]:
    """A sound declaration, and the same with a change as the page writes it."""
    rights = change.startswith("trainingRights")
    kind = FormKind.TRAINING_RIGHTS if rights else FormKind.TRAININGS
    sound = SOUND[kind](1)
    document = sound.to_json()
    path, operator, value = re.fullmatch(r"(\S+) ([=*]) (.+)", change).groups()  # type: ignore[union-attr]
    *steps, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
    place: Any = document
    for step in steps:
        place = place[step]
    place[last] = place[last][:1] * int(value) if operator == "*" else json.loads(value)
    return sound, DECLARATIONS[kind].model_validate_json(json.dumps(document))


def test_classes_and_meanings_are_those_that_are_seen() -> None:
    seen: dict[str, tuple[set[str], set[str]]] = {name: (set(), set()) for name in rows()}
    for anomaly in _many():
        classes, meanings = seen[anomaly.rule or ""]
        classes.add(anomaly.anomaly_class)
        meanings.add(anomaly.error_id.rpartition("-")[2])
    listed = {name: ({row.anomaly_class}, row.meanings) for name, row in rows().items()}
    assert seen == listed


def _many() -> Iterator[Anomaly]:
    for name, row in rows().items():
        yield from _told(row.change, name in WITH_HISTORY)
    random = Random(1)
    for kind in SOUND:
        for _ in range(count(1_500, 20_000)):
            yield from b.found(mutated(SOUND[kind](1), random))
