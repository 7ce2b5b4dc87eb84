"""Each fault of answers does what its name says, and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from lxml import etree

from fla_batch.answers.notification import read_forms
from fla_batch.sandbox.answer_faults import ANSWER_FAULTS, SOUND
from fla_batch.signing.keys import SigningKey, load_pem
from fla_batch.signing.signer import Signer
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.signing.verify_signature import verify_file
from tests.sandbox.practice import NOW, NewPractice, Practice, manual

A1, N1 = "ACRF.999999.20250301.00001.S", "NOTI.999999.20250301.00002.S"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    files = throwaway_certificate(tmp_path / "certificate", now=NOW, key_type="ec")
    return load_pem(files.key_file, files.certificate_file)


def answered(new_practice: NewPractice, fault: str, key: SigningKey | None = None) -> Practice:
    """A portal with that fault, after one sound batch."""
    signer = Signer(key) if key else None
    practice = new_practice(fault=ANSWER_FAULTS.get(fault, SOUND), signer=signer)
    practice.send(manual("PutTraining_input.json"))
    return practice


def names(practice: Practice) -> list[str]:
    if not practice.outbox.is_dir():
        return []
    return sorted(path.name for path in practice.outbox.iterdir())


def both(kind: str, *, of: tuple[str, ...] = (A1, N1)) -> list[str]:
    return [f"{kind}.{name}" for name in of]


def test_without_a_fault_each_answer_has_its_go(new_practice: NewPractice) -> None:
    assert names(answered(new_practice, "none")) == sorted([*both("FO"), *both("GO")])


def test_twice_under_two_names(new_practice: NewPractice, key: SigningKey) -> None:
    practice = answered(new_practice, "answer-twice", key)

    again = ("ACRF.999999.20250301.Z0001.S", "NOTI.999999.20250301.Z0002.S")
    assert names(practice) == sorted(
        name for kind in ("FO", "FS", "GO") for name in both(kind, of=(A1, N1, *again))
    )
    for first, second in zip((A1, N1), again, strict=True):
        for kind in ("FO", "FS"):
            content = (practice.outbox / f"{kind}.{first}").read_bytes()
            assert (practice.outbox / f"{kind}.{second}").read_bytes() == content


def test_the_acknowledgement_comes_after_the_notification(new_practice: NewPractice) -> None:
    practice = new_practice(fault=ANSWER_FAULTS["answer-out-of-order"])
    refused = practice.new_batch()
    practice.put(refused.go(1))
    practice.portal.process(practice.environment, str(refused.go(1)))
    assert names(practice) == []

    practice.send(manual("PutTraining_input.json"))

    acknowledgements = [path.name for path in practice.received("ACRF")]
    assert len(acknowledgements) == 2
    acknowledged_at = (practice.outbox / acknowledgements[1]).stat().st_ctime_ns
    (notification,) = practice.received("NOTI")
    assert notification.stat().st_ctime_ns <= acknowledged_at


def test_without_go(new_practice: NewPractice) -> None:
    assert names(answered(new_practice, "answer-without-go")) == sorted(both("FO"))


@pytest.mark.parametrize("signed", [True, False])
def test_badly_signed(new_practice: NewPractice, key: SigningKey, *, signed: bool) -> None:
    practice = answered(new_practice, "answer-badly-signed", key if signed else None)

    for name in (A1, N1):
        signature = (practice.outbox / f"FS.{name}").read_bytes()
        fo = practice.outbox / f"FO.{name}"
        assert not verify_file(signature, fo, roots=[key.certificate], at=NOW).valid
        etree.parse(str(fo))


def test_zipped_and_signed_as_a_zip(new_practice: NewPractice, key: SigningKey) -> None:
    practice = answered(new_practice, "answer-zipped", key)

    assert names(practice) == sorted([*both("CO"), *both("FS"), *both("GO")])
    packed = practice.outbox / f"CO.{N1}"
    signature = (practice.outbox / f"FS.{N1}").read_bytes()
    assert verify_file(signature, packed, roots=[key.certificate], at=NOW).valid
    with zipfile.ZipFile(packed) as archive:
        (entry,) = archive.namelist()
        with archive.open(entry) as stream:
            assert [form.accepted for form in read_forms(stream)] == [True]  # type: ignore[arg-type]


def test_truncated_before_it_was_signed(new_practice: NewPractice, key: SigningKey) -> None:
    practice = answered(new_practice, "answer-truncated", key)

    for name in (A1, N1):
        fo = practice.outbox / f"FO.{name}"
        signature = (practice.outbox / f"FS.{name}").read_bytes()
        assert verify_file(signature, fo, roots=[key.certificate], at=NOW).valid
        with pytest.raises(etree.XMLSyntaxError):
            etree.parse(str(fo))


def test_hours_late(new_practice: NewPractice) -> None:
    practice = new_practice(fault=ANSWER_FAULTS["answer-hours-late"])
    go_name = str(practice.new_batch().go(1))
    practice.put(go_name)
    practice.portal.on_closed(practice.environment.folder_in, go_name, practice.inbox / go_name)

    with pytest.raises(TimeoutError):
        practice.portal.settle(timeout_s=0.01)
    assert names(practice) == []


def test_never(new_practice: NewPractice) -> None:
    practice = answered(new_practice, "answer-never")

    assert names(practice) == []
    assert list((practice.portal.state / "staging").iterdir()) == []
