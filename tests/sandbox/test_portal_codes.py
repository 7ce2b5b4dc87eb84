"""Each code of the gateway, provoked through the portal and found in the acknowledgement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fla_batch.channel.delivery import DeliveryLimits
from fla_batch.channel.gateway_checks import CHECKS
from fla_batch.sandbox.sender import Sender
from fla_batch.signing.keys import load_pem
from fla_batch.signing.signer import Signer, sign_file
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.vocabulary.terms import Environment
from tests.sandbox.practice import NOW, SENDER, NewPractice, Practice, manual

Provoke = Callable[[Practice], str]
"""Puts files into the IN folder; returns the name of the GO."""

RIGHTS = "PutTrainingRight_input.json"
TRAININGS = "PutTraining_input.json"


def message(practice: Practice) -> bytes:
    return practice.message(manual(RIGHTS))


def named(stem: str, *, parts: str = "1", number: str = "1", fs: str | None = None) -> Provoke:
    """A sound message under names with `stem` (APPL.SENDER.DATE.SEQUENCE.E)."""

    def provoke(practice: Practice) -> str:
        practice.put(f"FI.{stem}.{parts}.{number}", message(practice))
        if fs is not None:
            practice.put(f"FS.{fs}", b"x")
        practice.put(f"GO.{stem}.{parts}")
        return f"GO.{stem}.{parts}"

    return provoke


def holding(content: Callable[[Practice], bytes]) -> Provoke:
    """A sound name with other content."""

    def provoke(practice: Practice) -> str:
        batch = practice.new_batch()
        practice.put(batch.fi(1, 1), content(practice))
        practice.put(batch.go(1))
        return str(batch.go(1))

    return provoke


def replaced(old: bytes, new: bytes) -> Provoke:
    return holding(lambda practice: message(practice).replace(old, new))


def signed(practice: Practice, content: bytes, *, by: str = "Sender") -> str:
    files = throwaway_certificate(practice.folder / by, now=NOW, common_name=by, key_type="ec")
    signer = Signer(load_pem(files.key_file, files.certificate_file))
    batch = practice.new_batch()
    fi = practice.inbox / str(batch.fi(1, 1))
    fi.write_bytes(content)
    practice.put(batch.fs(1, 1), sign_file(signer, fi, signed_at=NOW))
    practice.put(batch.go(1))
    return str(batch.go(1))


def sound(practice: Practice) -> str:
    return holding(message)(practice)


def signed_then_changed(practice: Practice) -> str:
    go_name = signed(practice, message(practice))
    fi = next(practice.inbox.glob("FI.*"))
    fi.write_bytes(fi.read_bytes() + b"\n")
    return go_name


def used_before(practice: Practice) -> str:
    go_name = practice.send(manual(RIGHTS))
    practice.acknowledged()
    practice.verdicts()
    practice.put(go_name.replace("GO.", "FI.") + ".1", message(practice))
    practice.put(go_name)
    return go_name


def without_fi(practice: Practice) -> str:
    go_name = str(practice.new_batch().go(1))
    practice.put(go_name)
    return go_name


def with_stranger(practice: Practice) -> str:
    batch = practice.new_batch()
    practice.put(batch.fi(1, 1), message(practice))
    practice.put(f"FX.{batch}.1.1")
    practice.put(batch.go(1))
    return str(batch.go(1))


def two_parts_numbered_alike(kind: str) -> Provoke:
    def provoke(practice: Practice) -> str:
        batch = practice.new_batch()
        for prefix in ("FI", "FS"):
            practice.put(f"{prefix}.{batch}.2.1", message(practice))
            practice.put(f"{prefix}.{batch}.2.{3 if prefix == kind else 2}", message(practice))
        practice.put(batch.go(2))
        return str(batch.go(2))

    return provoke


def no_forms(practice: Practice) -> bytes:
    whole = message(practice)
    start, end = whole.index(b"<Form>"), whole.index(b"</Form>") + len(b"</Form>")
    return whole[:start] + whole[end:]


STEM = f"FLAD.{SENDER}.20250301.00001.S"
CASES: dict[str, Provoke] = {
    "107": named("FLAD.12.20250301.00001.S"),
    "131": named("FLAD.12.20250301.00001.S"),
    "132": named(STEM, fs=STEM),
    "129": with_stranger,
    "108": named("FLAD.654321.20250301.00001.S"),
    "109": named(f"FLAD.{SENDER}.2025031.00001.S"),
    "110": named(f"FLAD.{SENDER}.20250230.00001.S"),
    "111": named(f"FLAD.{SENDER}.20250302.00001.S"),
    "126": named(f"FLAD.{SENDER}.20240301.00001.S"),
    "112": named(f"FLAD.{SENDER}.20250301.0001.S"),
    "127": named(f"FLAD.{SENDER}.20250301.00000.S"),
    "367": named(f"FLAD.{SENDER}.20250301.0000a.S"),
    "114": named(STEM, parts="10"),
    "115": named(STEM, parts="A"),
    "116": named(STEM, parts="0"),
    "128": named(STEM, parts="12"),
    "117": named(f"FLAD.{SENDER}.20250301.00001.X"),
    "118": named(f"FLAD.{SENDER}.20250301.00001.R"),
    "119": named(f"FLAD.{SENDER}.20250301.00001.T"),
    "120": named(STEM, parts="2"),
    "123": two_parts_numbered_alike("FI"),
    "124": two_parts_numbered_alike("FS"),
    "133": used_before,
    "134": holding(lambda _: b""),
    "142": without_fi,
    "184": holding(lambda practice: message(practice) + b" " * 20_000),
    "509": two_parts_numbered_alike("FI"),
    "125": signed_then_changed,
    "153": lambda practice: signed(practice, message(practice), by="Somebody else"),
    "103": sound,
    "101": sound,
    "102": replaced(b"</FLA>", b"</FLA"),
    "088": replaced(b"FLA_20251.xsd", b"FLA_19991.xsd"),
    "089": replaced(b"FLA ", b"ALF "),
    "312": replaced(b"<CalendarYear>2024", b"<CalendarYear>1224"),
    "157": holding(no_forms),
    "158": replaced(b"FLA001", b"FLA999"),
    "172": holding(lambda practice: practice.message(manual(RIGHTS), manual(TRAININGS))),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "184": {"limits": DeliveryLimits(max_file_bytes=10_000)},
    "509": {"limits": DeliveryLimits(max_batch_bytes=2_000)},
    "153": {"sender": Sender(SENDER, holder="CN=Sender,C=BE")},
    "103": {"sender": Sender(SENDER, authorised=False)},
    "101": {"sender": Sender(SENDER, employers=frozenset({"0400767772"}))},
    "172": {"limits": DeliveryLimits(max_forms=1)},
}
ELSEWHERE = {"122", "130", "257"}


@pytest.mark.parametrize("code", CASES)
def test_each_code_comes_back_in_a_negative_acknowledgement(
    code: str, new_practice: NewPractice
) -> None:
    practice = new_practice(**OPTIONS.get(code, {}))
    go_name = CASES[code](practice)

    practice.portal.process(practice.environment, go_name)

    answer = practice.acknowledged()
    assert answer.refused
    assert f"ACRF-{code}" in answer.error_ids
    assert answer.file_name == go_name
    assert practice.verdicts() == []


def test_every_code_of_the_table_is_provoked() -> None:
    assert set(CASES) | ELSEWHERE == set(CHECKS)


def test_a_file_without_its_go_is_refused_at_the_end_of_the_day(practice: Practice) -> None:
    batch = practice.new_batch()
    practice.put(batch.fi(1, 1), message(practice))

    practice.portal.refuse_without_go(practice.environment)

    answer = practice.acknowledged()
    assert answer.error_ids == ("ACRF-130",)
    assert answer.file_name == str(batch.fi(1, 1))


def test_a_simulation_outside_its_folder(new_practice: NewPractice) -> None:
    practice = new_practice(environment=Environment.CIRCUIT_TEST)
    go_name = named(STEM)(practice)

    practice.portal.process(practice.environment, go_name)

    assert practice.acknowledged().error_ids == ("ACRF-257",)


def test_production_wants_a_signature(new_practice: NewPractice) -> None:
    practice = new_practice(environment=Environment.PRODUCTION)
    practice.send(manual(RIGHTS))

    assert practice.acknowledged().error_ids == ("ACRF-122",)


def test_production_takes_a_signed_batch(new_practice: NewPractice) -> None:
    practice = new_practice(environment=Environment.PRODUCTION)
    go_name = signed(practice, message(practice))

    practice.portal.process(practice.environment, go_name)

    assert practice.acknowledged().accepted
    assert [form.accepted for form in practice.verdicts()] == [True]


def test_a_signature_must_lead_to_a_root_when_there_are_roots(new_practice: NewPractice) -> None:
    practice = new_practice(roots=[])
    go_name = signed(practice, message(practice))

    practice.portal.process(practice.environment, go_name)

    assert practice.acknowledged().error_ids == ("ACRF-125",)


def test_several_faults_come_back_together(practice: Practice) -> None:
    stem = f"FLAD.654321.{date(2025, 3, 2):%Y%m%d}.00001.S"
    practice.put(f"FI.{stem}.1.1", b"<FLA>")
    practice.put(f"FS.{stem}.1.1", b"no signature")
    practice.put(f"GO.{stem}.1")

    practice.portal.process(practice.environment, f"GO.{stem}.1")

    assert practice.acknowledged().error_ids == (
        "ACRF-108",
        "ACRF-111",
        "ACRF-125",
        "ACRF-102",
    )
