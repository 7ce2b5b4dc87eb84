"""Each code of the gateway is provoked by the delivery that it is meant for, and by no other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fla_batch.channel.delivery import Delivery, DeliveryLimits, PartFacts, files_of
from fla_batch.channel.gateway_checks import CHECKS, check
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.terms import Environment

TODAY = date(2025, 3, 1)
STEM = "FLAD.123456.20250301.00001"
ALL_IS_WELL = PartFacts(
    well_formed=True,
    schema_known=True,
    root_known=True,
    fits_schema=True,
    forms=3,
    forms_fit_name=True,
    signature_valid=True,
    certificate_fits_holder=True,
    sender_authorised=True,
    employers_authorised=True,
)


def delivery(*names: str, folder: str = "IN", size: int = 900) -> Delivery:
    """A delivery of files of that size; a GO is empty."""
    files = [(name, 0 if name.startswith("GO") else size) for name in names]
    return Delivery(folder, "123456", files)


def batch(stem: str = STEM, environment: str = "R", total: str = "1") -> list[str]:
    """FI, FS and GO of a batch with one part."""
    tail = f"{stem}.{environment}.{total}"
    return [f"FI.{tail}.1", f"FS.{tail}.1", f"GO.{tail}"]


def sized(fi: int, fs: int) -> Delivery:
    """A sound batch whose FI and FS have those sizes."""
    names = batch()
    return Delivery("IN", "123456", list(zip(names, (fi, fs, 0), strict=True)))


@dataclass(frozen=True)
class Fault:
    """A delivery that is not in order, and all codes that it must come back with."""

    delivery: Delivery
    codes: Sequence[str]
    parts: Sequence[PartFacts] = ()
    used: frozenset[str] = frozenset()
    limits: DeliveryLimits = field(default_factory=DeliveryLimits)


SOUND = delivery(*batch())


def content(code: str, **changes: Any) -> Fault:
    """A sound batch of which the second part has that fact."""
    return Fault(SOUND, [code], parts=[ALL_IS_WELL, replace(ALL_IS_WELL, **changes)])


FAULTS = {
    "GO with a field too many": Fault(delivery(*batch()[:2], f"GO.{STEM}.R.1.1"), ["107"]),
    "GO with an application of three letters": Fault(
        delivery(*batch()[:2], "GO.FLA.123456.20250301.00001.R.1"), ["107"]
    ),
    "FI without its part": Fault(delivery(f"FI.{STEM}.R.1", *batch()[1:]), ["131"]),
    "FI with a sender of five digits": Fault(
        delivery("FI.FLAD.12345.20250301.00001.R.1.1", *batch()[1:]), ["131"]
    ),
    "FS with an empty field": Fault(
        delivery(batch()[0], "FS.FLAD.123456.20250301..R.1.1", batch()[2]), ["132"]
    ),
    "a stray file": Fault(delivery(*batch(), "notes.txt"), ["129"]),
    "another account": Fault(replace(SOUND, sender="654321"), ["108"]),
    "date of six digits": Fault(delivery(*batch("FLAD.123456.250301.00001")), ["109"]),
    "date with letters": Fault(delivery(*batch("FLAD.123456.2025MA01.00001")), ["109"]),
    "30 February": Fault(delivery(*batch("FLAD.123456.20250230.00001")), ["110"]),
    "tomorrow": Fault(delivery(*batch("FLAD.123456.20250302.00001")), ["111"]),
    "too long ago": Fault(delivery(*batch("FLAD.123456.20250129.00001")), ["126"]),
    "sequence of four": Fault(delivery(*batch("FLAD.123456.20250301.0001")), ["112"]),
    "sequence zero": Fault(delivery(*batch("FLAD.123456.20250301.00000")), ["127"]),
    "sequence in small letters": Fault(delivery(*batch("FLAD.123456.20250301.0000a")), ["367"]),
    "parts in two digits": Fault(delivery(*batch(total="01")), ["114"]),
    "parts as a letter": Fault(delivery(*batch(total="A")), ["115", "120", "122", "123", "124"]),
    "no parts": Fault(delivery(*batch(total="0")), ["116", "120", "122", "123", "124"]),
    "more parts than allowed": Fault(
        delivery(
            *(f"{kind}.{STEM}.R.3.{part}" for kind in ("FI", "FS") for part in "123"),
            f"GO.{STEM}.R.3",
        ),
        ["128"],
        limits=DeliveryLimits(max_parts=2),
    ),
    "environment X": Fault(delivery(*batch(environment="X")), ["117"]),
    "R in INTEST": Fault(delivery(*batch(), folder="INTEST"), ["118"]),
    "T in IN": Fault(delivery(*batch(environment="T")), ["119"]),
    "S in INTEST": Fault(delivery(*batch(environment="S"), folder="INTEST"), ["257"]),
    "an FI of another environment": Fault(delivery(f"FI.{STEM}.T.1.1", *batch()[1:]), ["119"]),
    "no GO": Fault(delivery(*batch()[:2]), ["130"]),
    "an FI too few": Fault(
        delivery(f"FI.{STEM}.R.2.1", f"FS.{STEM}.R.2.1", f"FS.{STEM}.R.2.2", f"GO.{STEM}.R.2"),
        ["120"],
    ),
    "an FI too many": Fault(delivery(*batch(), f"FI.{STEM}.R.1.2"), ["120", "123"]),
    "no signature": Fault(delivery(batch()[0], batch()[2]), ["122"]),
    "FI numbered 2 of 1": Fault(delivery(f"FI.{STEM}.R.1.2", *batch()[1:]), ["123"]),
    "FI numbered 0": Fault(delivery(f"FI.{STEM}.R.1.0", *batch()[1:]), ["123"]),
    "FI of another total": Fault(delivery(f"FI.{STEM}.R.2.1", *batch()[1:]), ["123"]),
    "FS numbered A": Fault(delivery(batch()[0], f"FS.{STEM}.R.1.A", batch()[2]), ["124"]),
    "name used before": Fault(SOUND, ["133"], used=frozenset({f"GO.{STEM}.R.1"})),
    "empty FI": Fault(sized(0, 900), ["134"]),
    "empty FS": Fault(sized(900, 0), ["134"]),
    "GO alone": Fault(delivery(f"GO.{STEM}.R.1"), ["142", "120", "122"]),
    "file too large": Fault(sized(100_000_001, 900), ["184"]),
    "files too large together": Fault(
        sized(90_000_000, 90_000_000), ["509"], limits=DeliveryLimits(max_batch_bytes=179_999_999)
    ),
    "signature invalid": content("125", signature_valid=False),
    "certificate of another": content("153", certificate_fits_holder=False),
    "sender not authorised": content("103", sender_authorised=False),
    "employer of another": content("101", employers_authorised=False),
    "not well-formed": content("102", well_formed=False),
    "unknown schema": content("088", schema_known=False),
    "unknown root": content("089", root_known=False),
    "breaks the schema": content("312", fits_schema=False),
    "no form": content("157", forms=0),
    "other form than the name": content("158", forms_fit_name=False),
    "too many forms": content("172", forms=50_001),
}


def run(fault: Fault) -> list[str]:
    return check(
        fault.delivery,
        today=TODAY,
        used=fault.used.__contains__,
        limits=fault.limits,
        parts=fault.parts,
    )


@pytest.mark.parametrize("defect", FAULTS)
def test_a_fault_comes_back_with_its_codes_and_no_others(defect: str) -> None:
    fault = FAULTS[defect]
    assert run(fault) == [f"ACRF-{code}" for code in fault.codes]


@pytest.mark.parametrize("code", CHECKS)
def test_every_code_is_provoked_on_its_own_or_with_what_follows_from_it(code: str) -> None:
    assert any(fault.codes[0] == code for fault in FAULTS.values())


@pytest.mark.parametrize("code", CHECKS)
def test_every_code_has_a_meaning_in_three_languages(code: str) -> None:
    label = catalogue.label_of(f"ACRF-{code}")
    assert label.en
    assert label.fr
    assert label.nl


SPECIFIED = """107 131 132 108 109 110 111 126 112 127 367 114 115 116 128 117 118 119 257
    120 122 123 124 130 133 134 142 102 088 089 312 157 158 125 153 103 101 184 509 172"""


def test_the_table_holds_every_code_of_the_channel() -> None:
    assert CHECKS.keys() - {"129"} == set(SPECIFIED.split())


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize("total", [1, 2, 9])
def test_a_sound_batch_has_no_fault(environment: Environment, total: int) -> None:
    tail = f"{STEM}.{environment.value}.{total}"
    parts = range(1, total + 1)
    names = [f"{kind}.{tail}.{part}" for kind in ("FI", "FS") for part in parts]
    sound = delivery(*names, f"GO.{tail}", folder=environment.folder_in)
    facts = [ALL_IS_WELL, PartFacts()]
    assert check(sound, today=TODAY, parts=facts) == []


@pytest.mark.parametrize("environment", ["T", "S"])
def test_signatures_are_not_asked_for_outside_production(environment: str) -> None:
    fi, _, go = batch(environment=environment)
    unsigned = delivery(fi, go, folder=Environment(environment).folder_in)
    assert check(unsigned, today=TODAY) == []


def test_a_batch_may_be_as_old_as_the_limit_and_as_large() -> None:
    assert check(delivery(*batch("FLAD.123456.20250130.00001")), today=TODAY) == []
    assert check(sized(100_000_000, 900), today=TODAY) == []
    at_limit = [replace(ALL_IS_WELL, forms=50_000)]
    assert check(SOUND, today=TODAY, parts=at_limit) == []
    assert check(sized(500, 500), today=TODAY, limits=DeliveryLimits(max_batch_bytes=1000)) == []


def test_a_cancellation_beside_the_batch_is_no_fault() -> None:
    assert check(delivery(*batch(), f"TD.{STEM}.R.1"), today=TODAY) == []


def test_several_faults_come_back_together_in_the_order_of_the_table() -> None:
    wrong = Fault(
        Delivery("INTEST", "654321", [("FI.FLAD.123456.20250302.00000.R.1.1", 0)]),
        ["108", "111", "127", "118", "130", "134", "102"],
        parts=[PartFacts(well_formed=False)],
    )
    assert run(wrong) == [f"ACRF-{code}" for code in wrong.codes]


@pytest.mark.parametrize("defect", FAULTS)
def test_the_order_of_the_files_does_not_matter(defect: str) -> None:
    fault = FAULTS[defect]
    for seed in range(5):
        files = list(fault.delivery.files)
        random.Random(seed).shuffle(files)
        shuffled = replace(fault, delivery=replace(fault.delivery, files=files))
        assert run(shuffled) == run(fault)


_fields = st.sampled_from(
    ["", "FI", "FS", "GO", "TD", "FO", "FLAD", "123456", "20250301", "99999999", "00001", "R", "S"]
) | st.text(max_size=9)
_names = st.lists(_fields, max_size=9).map(".".join) | st.text()


@settings(deadline=None)
@given(st.lists(st.tuples(_names, st.integers(min_value=0)), max_size=6))
def test_no_name_whatever_breaks_a_check(files: list[tuple[str, int]]) -> None:
    found = check(Delivery("IN", "123456", files), today=TODAY)
    assert found == sorted(set(found), key=[f"ACRF-{code}" for code in CHECKS].index)


def test_the_files_of_a_go_are_those_of_its_batch_whatever_their_tail() -> None:
    go = f"GO.{STEM}.R.1"
    belonging = [f"FI.{STEM}.R.1.1", f"FI.{STEM}.S.2.1", f"FS.{STEM}", go, f"TD.{STEM}.R.1"]
    others = ["notes.txt", f"FI.{STEM}9.R.1.1", "FI.FLAD.123456.20250301.00002.R.1.1"]
    listing = [(name, 1) for name in [*reversed(belonging), *others]]
    assert files_of(go, listing) == sorted((name, 1) for name in belonging)
