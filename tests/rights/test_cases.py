"""Every case of the YAML files: the worked examples of the source and the hard ones."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fla_batch.rights.compute import Computation
from fla_batch.rights.right import (
    CommitteeRight,
    WorkerRight,
    decimal_text,
    factor_text,
    hours_centi,
    hours_text,
    plain_text,
)
from tests.rights.cases import Case, cases, computed, right_of

_WORKED = cases("worked_examples")
_OTHERS = cases("shares", "sizes", "factors")
_WORKED_SECTIONS = {
    "3.3.1.1",
    "3.3.1.2",
    "3.3.1.3",
    "3.3.1.4 a",
    "3.3.1.4 b",
    "3.3.1.5 a",
    "3.3.1.5 b",
    "3.3.1.5 c",
    "3.3.1.5 d",
    "3.3.1.5 e",
    "3.3.1.6",
    "3.3.1.7 a",
    "3.3.1.7 b",
    "3.3.1.7 c",
    "3.4",
    "2.2.1.1",
    "2.2.1.4",
}


def digits(value: Fraction, expected: str) -> str:
    """The value with as many decimals as the source prints."""
    places = len(expected.partition(".")[2])
    return decimal_text(value, places) if places else plain_text(value)


def observed(right: CommitteeRight, expected: Mapping[str, Any]) -> dict[str, Any]:
    """What the case expects of a joint committee, as computed."""
    amounts = right.amounts
    seen: dict[str, Any] = {
        "A": factor_text(right.factor.days, right.factor.hours),
        "hours": amounts.hours_hm,
        "regime": plain_text(Fraction(right.regime_centi, 100)),
        "basis": right.factor.basis.value,
        "notes": [note.value for note in right.factor.notes],
        "assumed": right.assumed,
        "supplement": right.supplement and right.supplement.hours_hm,
        "months": {
            month.month: plain_text(month.rate * 100)
            for share in right.shares
            for month in share.months
        },
        "projected": [
            month.month
            for share in right.shares
            for month in share.months
            if month.basis.value == "projected"
        ],
        "gaps": [
            month.month
            for share in right.shares
            for month in share.months
            if month.basis.value in ("gap", "gap-before")
        ],
    }
    if "BC" in expected:
        seen["BC"] = digits(right.bc, expected["BC"])
    if "decimal hours" in expected:
        seen["decimal hours"] = digits(amounts.hours, expected["decimal hours"])
    return {name: seen[name] for name in expected}


def check(expected: Mapping[str, Any], right: WorkerRight, computation: Computation) -> None:
    """Compare all that the case expects."""
    by_committee = {each.joint_committee: each for each in right.committees}
    for committee, wanted in expected.get("committees", {}).items():
        assert observed(by_committee[committee], wanted) == wanted
    if "committees" in expected:
        assert set(by_committee) == set(expected["committees"])
    seen = {
        "size": plain_text(right.size.value),
        "size basis": right.size.basis.value,
        "standing": right.standing.value,
        "total": hours_text(right.hours),
        "total in hundredths": hours_centi(right.hours),
        "findings": sorted({str(found.rule) for found in computation.anomalies}),
    }
    wanted = {name: value for name, value in expected.items() if name != "committees"}
    assert {name: seen[name] for name in wanted} == wanted


@pytest.mark.parametrize("case", _WORKED, ids=[case.name for case in _WORKED])
def test_worked_example(case: Case, tmp_path: Path) -> None:
    computation, rights = computed(tmp_path, case.fields)
    check(case.fields["expected"], right_of(rights), computation)


def test_all_seventeen_worked_examples_are_there() -> None:
    assert {case.fields["section"] for case in _WORKED} == _WORKED_SECTIONS
    assert len(_WORKED_SECTIONS) == 17


@pytest.mark.parametrize("case", _OTHERS, ids=[case.name for case in _OTHERS])
def test_case(case: Case, tmp_path: Path) -> None:
    computation, rights = computed(tmp_path, case.fields)
    expected = dict(case.fields["expected"])
    if expected.pop("not computed", False):
        assert rights == []
        assert {str(each.reason.rule) for each in computation.not_computed()} == set(
            expected["findings"]
        )
        return
    check(expected, right_of(rights), computation)
