"""Both forms of every rule are equal: what its columns clear, its function finds nothing in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from fla_batch.models import DECLARATIONS, Declaration
from fla_batch.rules import RULES, RuleContext, clear
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b
from tests.columns import as_columns
from tests.counts import COUNTED, count
from tests.mutations import mutated
from tests.rules.test_history import Remembered
from tests.sound import SOUND

Record = Callable[[str, object], None]
HISTORY = Remembered(b.trainings())
CONTEXT = replace(b.CONTEXT, history=HISTORY)
CONTEXTS = (CONTEXT, b.CONTEXT)


def changed(kind: FormKind, seed: int, many: int) -> list[Declaration]:
    """Sound declarations with up to three changes each."""
    random = Random(seed)
    found: list[Declaration] = []
    for _ in range(many):
        declaration = SOUND[kind](random.randint(1, 3))
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            declaration = mutated(declaration, random)
        found.append(declaration)
    return found


def questions(
    kind: FormKind, declarations: list[Declaration], context: RuleContext
) -> dict[str, set[int]]:
    """Rule -> the declarations that its column form does not clear."""
    found = clear(kind, as_columns(DECLARATIONS[kind], declarations), context).questions
    return {rule.name: set(found.get(rule.name, ())) for rule in RULES}


@pytest.mark.parametrize("kind", SOUND)
def test_what_is_sound_is_cleared_of_every_rule(kind: FormKind) -> None:
    asked = questions(kind, [SOUND[kind](worker) for worker in range(1, 9)], b.CONTEXT)
    assert {name: found for name, found in asked.items() if found} == {}


@pytest.mark.parametrize("kind", SOUND)
def test_what_a_form_clears_its_function_finds_nothing_in(
    kind: FormKind, record_property: Record
) -> None:
    rounds, each = count(3, 30), 400
    cleared, found = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for seed in range(2 * rounds):
        context = CONTEXTS[seed % 2]
        declarations = changed(kind, seed, each)
        asked = questions(kind, declarations, context)
        for rule in RULES:
            for index, declaration in enumerate(declarations):
                findings = list(rule(declaration, context))
                cleared[rule.name, context is CONTEXT] += index not in asked[rule.name]
                found[rule.name, context is CONTEXT] += bool(findings)
                assert not findings or index in asked[rule.name], (rule.name, declaration)
    for rule in RULES:
        # A form that asked of nearly everything, with a history and without, would be none.
        shares = [
            cleared[rule.name, known] / (rounds * each - found[rule.name, known])
            for known in (True, False)
        ]
        assert max(shares) >= 0.6, (rule.name, shares)
    record_property(
        COUNTED,
        f"{kind.value}: {2 * rounds * each:,} declarations, {len(RULES)} rules, "
        f"{cleared.total():,} cleared, {found.total():,} found, 0 cleared wrongly",
    )


def test_every_rule_finds_something_in_what_is_changed() -> None:
    """Or the test above would prove nothing of it."""
    silent = {rule.name for rule in RULES}
    for kind in SOUND:
        for seed in range(3):
            for declaration in changed(kind, seed, 400):
                context = replace(CONTEXT, history=Remembered(SOUND[kind](1)))
                silent -= {
                    rule.name
                    for rule in RULES
                    if rule.name in silent and any(rule(declaration, context))
                }
    assert silent == set()
