"""Chains made certificate by certificate, each with one defect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fla_batch.signing.chain import MAX_CHAIN, chain_fault
from tests.signing.conftest import NOW

KEY = ec.generate_private_key(ec.SECP256R1())
NO_ROOT = "the certificate does not lead to a configured root"


@dataclass(frozen=True)
class Wanted:
    """A certificate to make; all of them share one key, so only names and marks tell."""

    subject: str
    issuer: str
    authority: bool = True
    path_length: int | None = None
    begin: datetime = NOW - timedelta(days=100)
    end: datetime = NOW + timedelta(days=100)
    signs: bool = True
    strange: bool = False
    serial: int = 1

    def made(self) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(self.subject))
            .issuer_name(_name(self.issuer))
            .public_key(KEY.public_key())
            .serial_number(self.serial)
            .not_valid_before(self.begin)
            .not_valid_after(self.end)
            .add_extension(x509.BasicConstraints(self.authority, self.path_length), critical=True)
            .add_extension(self._usage(), critical=True)
        )
        if self.strange:
            oid = x509.ObjectIdentifier("1.2.3.4")
            builder = builder.add_extension(x509.UnrecognizedExtension(oid, b"\x05\x00"), True)
        return builder.sign(KEY, hashes.SHA256())

    def _usage(self) -> x509.KeyUsage:
        signature, certificates = self.signs, self.signs and self.authority
        no = False
        return x509.KeyUsage(signature, no, True, no, no, certificates, no, no, no)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


ROOT = Wanted("root", "root")
MIDDLE = Wanted("middle", "root")
LEAF = Wanted("leaf", "middle", authority=False)


def fault(leaf: Wanted = LEAF, middle: Wanted = MIDDLE, root: Wanted = ROOT) -> str | None:
    return chain_fault(leaf.made(), [middle.made()], [root.made()], NOW)


def test_a_sound_chain_has_no_fault() -> None:
    assert fault() is None
    assert fault(middle=replace(MIDDLE, path_length=0)) is None
    assert fault(root=replace(ROOT, path_length=1)) is None


@pytest.mark.parametrize(
    "middle",
    [
        pytest.param(replace(MIDDLE, authority=False), id="no authority"),
        pytest.param(replace(MIDDLE, signs=False), id="may not sign certificates"),
        pytest.param(replace(MIDDLE, end=NOW - timedelta(days=1)), id="expired"),
        pytest.param(replace(MIDDLE, begin=NOW + timedelta(days=1)), id="not yet valid"),
        pytest.param(replace(MIDDLE, strange=True), id="unknown critical extension"),
        pytest.param(replace(MIDDLE, issuer="other"), id="issued by another"),
        pytest.param(replace(MIDDLE, subject="other"), id="another name"),
    ],
)
def test_a_defect_in_the_middle_breaks_the_chain(middle: Wanted) -> None:
    assert fault(middle=middle) == NO_ROOT


def test_a_root_that_allows_no_authority_below_it() -> None:
    assert fault(root=replace(ROOT, path_length=0)) == NO_ROOT


def test_an_expired_root_is_no_root() -> None:
    assert fault(root=replace(ROOT, end=NOW - timedelta(days=1))) == NO_ROOT


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        (replace(LEAF, end=NOW - timedelta(days=1)), "not valid on 2025-03-01"),
        (replace(LEAF, strange=True), "a critical extension that is not known"),
        (replace(LEAF, signs=False), "not meant for signatures"),
    ],
)
def test_a_defect_of_the_signer_is_told(leaf: Wanted, said: str) -> None:
    assert said in (fault(leaf=leaf) or "")


def test_the_same_name_with_another_key_is_not_the_issuer() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    root = ROOT.made()
    forged = (
        x509.CertificateBuilder()
        .subject_name(_name("leaf"))
        .issuer_name(_name("root"))
        .public_key(other.public_key())
        .serial_number(5)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(other, hashes.SHA256())
    )
    assert chain_fault(forged, [], [root], NOW) == NO_ROOT


def test_a_bundle_that_signs_itself_in_circles_comes_to_an_end() -> None:
    circle = [
        replace(ROOT, subject="middle", issuer="middle", serial=n).made() for n in range(2, 40)
    ]
    assert chain_fault(LEAF.made(), circle, [ROOT.made()], NOW) == NO_ROOT


def test_a_chain_is_followed_only_so_far() -> None:
    links = [Wanted(f"{n}", f"{n + 1}") for n in range(20)]
    long_one = [link.made() for link in links]
    leaf = replace(LEAF, issuer="0").made()
    for length, expected in ((MAX_CHAIN - 2, None), (MAX_CHAIN, NO_ROOT)):
        root = Wanted(f"{length}", f"{length}").made()
        assert chain_fault(leaf, long_one[:length], [root], NOW) == expected
