"""Clean and faulty are never wrong: over constructs of an XSD and their combinations.

Each XSD is drafted and checked. A clean verdict is held against declarations that the rules
accept: all are valid by both engines and read back equal. A faulty one has a witness among them.
With its limits accepted by name, exactly those are held back that are such witnesses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from fla_batch.message import Profile, load
from fla_batch.message.conformity import Conformity, ProfileVerdict, Standing, examined
from fla_batch.message.draft_text import draft_profile
from fla_batch.models import Declaration
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import Language
from tests.counts import COUNTED, count
from tests.message import verdict_witness as witness
from tests.message.xsd_constructs import CONSTRUCTS, Construct, DoesNotFit, made_of

GENERATED = 20
TRANSLATED = (Language.FR, Language.NL)
OF_AN_ENGINE = ("sample-invalid", "not-checked")
"""Kinds whose text is what an engine says."""
NOT_JUDGED = "unjudged-payload"
"""Where no engine looks there is no witness: that alone is the fault."""


def chosen() -> list[tuple[Construct, ...]]:
    """Single constructs, pairs and triples of different groups: a seeded sample, or many."""
    random = Random(11)
    singles = [(each,) for each in CONSTRUCTS]
    pairs = [pair for pair in combinations(CONSTRUCTS, 2) if pair[0].group != pair[1].group]
    triples = (tuple(random.sample(CONSTRUCTS, 3)) for _ in range(10_000))
    apart = [each for each in triples if len({one.group for one in each}) == 3]
    return [
        *random.sample(singles, count(8, len(singles))),
        *random.sample(pairs, count(8, 500)),
        *apart[: count(4, 200)],
    ]


def received(constructs: Iterable[Construct], folder: Path) -> list[Path]:
    """The XSDs as files; those that are included stand in folders of their own."""
    files = made_of(list(constructs))
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [folder / name for name in files if "/" not in name]


@pytest.mark.timeout(14_400)
def test_a_verdict_has_its_witness(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for number, constructs in enumerate(chosen()):
        folder = tmp_path / str(number)
        name = " + ".join(each.name for each in constructs)
        try:
            schemas = received(constructs, folder / "received")
            profile = load(draft_profile(schemas, None, folder / "mine").folder)
            strict = witness.without_limits(profile)
            found = examined(strict)
        except DoesNotFit:
            seen["do not go together"] += 1
            continue
        except ProfileMistake as error:
            seen["refused"] += 1
            wrong += [] if error.hint else [f"{name}: refused without advice: {error}"]
            continue
        seen[found.verdict.value] += 1
        bodies = [
            witness.with_extra(profile, each) if each.kind in profile.shapes else each
            for each in witness.accepted(GENERATED)
        ]
        wrong += [f"{name}: {each}" for each in _judged(strict, found, bodies, folder)]
        wrong += [f"{name}: {each}" for each in _told_badly(found)]
        if found.verdict is not ProfileVerdict.CLEAN:
            accepted = with_all_limits(strict, found)
            if accepted is not None:
                seen["with limits accepted"] += 1
                wrong += [f"{name}: {each}" for each in _held(accepted, strict, bodies, folder)]
    record_property(COUNTED, ", ".join(f"{number} {what}" for what, number in seen.items()))
    assert not wrong, "\n".join(wrong)
    assert seen["clean"]
    assert seen["faulty"]


def _judged(
    strict: Profile, found: Conformity, bodies: list[Declaration], folder: Path
) -> Iterator[str]:
    """What contradicts the verdict."""
    shown = witness.witness(strict, bodies, folder)
    broken = bool(shown.bad or witness.kinds_without_form(strict))
    if found.verdict is ProfileVerdict.CLEAN and broken:
        yield f"clean, but {shown.said[:2]}"
    if found.verdict is not ProfileVerdict.FAULTY or broken:
        return
    crowded = witness.witness(strict, list(witness.crowds()), folder, other_engine=False)
    breaking = [each for each in found.differences if each.breaks]
    if not crowded.bad and not any(each.kind == NOT_JUDGED for each in breaking):
        yield f"faulty without a witness: {[each.text for each in breaking]}"


def _told_badly(found: Conformity) -> Iterator[str]:
    """Every error has a place and says what to do."""
    for each in found.differences:
        if each.breaks and not (each.advice and (each.where or each.kind == "unbound")):
            yield f"{each.kind} without place or advice: {each.text}"
        if each.breaks and " object at 0x" in each.text:
            yield f"no words for a user: {each.text}"
        if each.kind not in OF_AN_ENGINE and each.text in map(each.text_in, TRANSLATED):
            yield f"English only: {each.text}"


def with_all_limits(strict: Profile, found: Conformity) -> Profile | None:
    """The profile with all its limits accepted by name; None when it has errors besides."""
    open_ones = [each for each in found.differences if each.breaks]
    if any(each.standing is Standing.ERROR for each in open_ones):
        return None
    names = {
        each: {one.name for one in open_ones if one.accepted_in == each}
        for each in ("drop", "narrower", "undecided")
    }
    return replace(
        strict,
        drop=strict.drop | names["drop"],
        narrower=frozenset(names["narrower"]),
        undecided=frozenset(names["undecided"]),
    )


def _held(
    accepted: Profile, strict: Profile, bodies: list[Declaration], folder: Path
) -> Iterator[str]:
    """With its limits accepted it is clean, and holds back what it has to, and nothing else."""
    again = examined(accepted)
    if again.verdict is not ProfileVerdict.CLEAN:
        yield f"not clean with all limits: {[e.text for e in again.differences if e.breaks]}"
        return
    blocked = witness.held_back(accepted, bodies)
    free = [body for body, held in zip(bodies, blocked, strict=True) if not held]
    held_back = [
        body
        for body, held in zip(bodies, blocked, strict=True)
        if held and body.kind in accepted.shapes
    ]
    # What is undecided of a whole file, as a key is, is judged of each file: no declaration alone.
    if all(":" in name for name in accepted.undecided):
        sent = witness.witness(accepted, free, folder)
        if sent.bad:
            yield f"sent, and bad: {sent.said[:2]}"
    kept = witness.witness(strict, held_back, folder, other_engine=False)
    if len(kept.bad) < kept.forms:
        yield f"held back without need: {kept.forms - len(kept.bad)} of {kept.forms}"


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda each: each.name)
def test_a_construct_is_an_xsd(construct: Construct) -> None:
    files = made_of([construct])
    assert files != made_of([])
