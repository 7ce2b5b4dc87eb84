"""Signatures from outside: made here by OpenSSL in the forms that a portal may send."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fla_batch.signing.incoming import MAX_SIGNATURE_BYTES
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.signer import load_signer, sign_file
from fla_batch.signing.throwaway import ThrowawayCertificate, throwaway_certificate
from fla_batch.signing.verify_signature import SignatureVerdict, verify, verify_file
from tests.real_parts import real_part
from tests.signing.conftest import NOW


@pytest.fixture(params=["rsa", "ec"])
def files(request: pytest.FixtureRequest) -> ThrowawayCertificate:
    made: ThrowawayCertificate = request.getfixturevalue(f"{request.param}_files")
    return made


def by_openssl(files: ThrowawayCertificate, fi: Path, *options: str, form: str = "DER") -> bytes:
    command: list[str | Path] = [
        real_part("openssl"),
        "cms",
        "-sign",
        "-binary",
        "-outform",
        form,
        "-in",
        fi,
    ]
    command += ["-signer", files.certificate_file, "-inkey", files.key_file, *options]
    return subprocess.run(command, capture_output=True, check=True).stdout


def verdict_on(
    signature: bytes, fi: Path, files: ThrowawayCertificate, at: datetime = NOW
) -> SignatureVerdict:
    return verify_file(signature, fi, roots=load_certificates(files.root_file), at=at)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="as is"),
        pytest.param(["-md", "sha384"], id="SHA-384"),
        pytest.param(["-md", "sha512"], id="SHA-512"),
        pytest.param(["-cades"], id="CAdES"),
        pytest.param(["-noattr"], id="without signed attributes"),
        pytest.param(["-keyid"], id="signer by key identifier"),
    ],
)
def test_valid_signatures_of_openssl(
    files: ThrowawayCertificate, fi: Path, options: Sequence[str]
) -> None:
    signature = by_openssl(files, fi, *options)
    verdict = verdict_on(signature, fi, files)
    assert verdict == SignatureVerdict(True, None, "CN=Throw-away signer,C=BE")
    fi.write_bytes(fi.read_bytes() + b" ")
    assert not verdict_on(signature, fi, files).valid


def test_rsa_pss(rsa_files: ThrowawayCertificate, fi: Path) -> None:
    signature = by_openssl(rsa_files, fi, "-keyopt", "rsa_padding_mode:pss")
    assert verdict_on(signature, fi, rsa_files).valid
    fi.write_bytes(b"other")
    assert verdict_on(signature, fi, rsa_files).reason == "the file is not the one that was signed"


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(lambda der: der, id="DER"),
        pytest.param(base64.b64encode, id="one line"),
        pytest.param(base64.encodebytes, id="LF"),
        pytest.param(lambda der: base64.encodebytes(der).replace(b"\n", b"\r"), id="CR"),
        pytest.param(lambda der: base64.encodebytes(der).replace(b"\n", b"\r\n"), id="CR LF"),
        pytest.param(
            lambda der: b"-----BEGIN CMS-----\n" + base64.encodebytes(der) + b"-----END CMS-----\n",
            id="PEM",
        ),
    ],
)
def test_every_wrapping_is_read(
    ec_files: ThrowawayCertificate, fi: Path, wrapped: Callable[[bytes], bytes]
) -> None:
    assert verdict_on(wrapped(by_openssl(ec_files, fi)), fi, ec_files).valid


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["-nodetach"], "the signature is not detached"),
        (["-nocerts"], "the signer's certificate is not included"),
        (["-md", "sha1"], "a digest that is not accepted"),
    ],
)
def test_invalid_forms_have_their_reason(
    rsa_files: ThrowawayCertificate, fi: Path, options: Sequence[str], reason: str
) -> None:
    verdict = verdict_on(by_openssl(rsa_files, fi, *options), fi, rsa_files)
    assert not verdict.valid
    assert reason in (verdict.reason or "")


def test_a_stranger_with_the_same_name_is_not_trusted(
    files: ThrowawayCertificate, fi: Path, tmp_path: Path
) -> None:
    stranger = throwaway_certificate(tmp_path / "stranger", now=NOW, key_type="ec")
    signature = sign_file(load_signer(pkcs12_file=stranger.pkcs12_file), fi, signed_at=NOW)
    verdict = verdict_on(signature, fi, files)
    assert verdict.reason == "the certificate does not lead to a configured root"
    assert verify_file(signature, fi, roots=[], at=NOW).reason == verdict.reason


def test_a_self_signed_certificate_is_valid_only_when_it_is_a_root(
    fi: Path, tmp_path: Path
) -> None:
    own = throwaway_certificate(tmp_path / "own", now=NOW, key_type="ec", self_signed=True)
    signature = sign_file(load_signer(pkcs12_file=own.pkcs12_file), fi, signed_at=NOW)
    assert verdict_on(signature, fi, own).valid
    assert not verify_file(signature, fi, roots=[], at=NOW).valid


def test_a_leaf_cannot_issue_certificates(fi: Path, tmp_path: Path) -> None:
    leaf = throwaway_certificate(tmp_path / "leaf", now=NOW, key_type="ec", self_signed=True)
    openssl, forged = real_part("openssl"), tmp_path / "forged"
    forged.mkdir()
    subprocess.run(
        f"{openssl} req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc "
        "-keyout key.pem -out csr.pem -subj /CN=forged".split(),
        cwd=forged,
        check=True,
        capture_output=True,
    )
    subprocess.run(
        f"{openssl} x509 -req -in csr.pem -CA {leaf.certificate_file} "
        f"-CAkey {leaf.key_file} -set_serial 7 -out certificate.pem".split(),
        cwd=forged,
        check=True,
        capture_output=True,
    )
    files = ThrowawayCertificate(
        forged / "key.pem", forged / "certificate.pem", forged / "none", leaf.root_file
    )
    (forged / "key.pem").chmod(0o600)
    verdict = verdict_on(by_openssl(files, fi), fi, files, at=datetime.now(tz=NOW.tzinfo))
    assert verdict.reason == "the certificate does not lead to a configured root"


@pytest.mark.parametrize("days", [-2, 366])
def test_the_chain_has_to_be_valid_at_the_instant(
    files: ThrowawayCertificate, fi: Path, days: int
) -> None:
    signature = sign_file(load_signer(pkcs12_file=files.pkcs12_file), fi, signed_at=NOW)
    verdict = verdict_on(signature, fi, files, at=NOW + timedelta(days=days))
    assert (
        verdict.reason
        == f"the signer's certificate is not valid on {NOW + timedelta(days=days):%Y-%m-%d}"
    )


def test_a_second_signature_has_to_be_valid_too(
    rsa_files: ThrowawayCertificate, ec_files: ThrowawayCertificate, fi: Path
) -> None:
    signature = by_openssl(
        rsa_files, fi, "-signer", str(ec_files.certificate_file), "-inkey", str(ec_files.key_file)
    )
    both = load_certificates(rsa_files.root_file) + load_certificates(ec_files.root_file)
    assert verify_file(signature, fi, roots=both, at=NOW).valid
    assert not verify_file(signature, fi, roots=both[:1], at=NOW).valid
    assert not verify_file(signature, fi, roots=both[1:], at=NOW).valid


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x30",
        b"no base64!",
        b"MIIB",
        base64.b64encode(b"\x30\x03\x02\x01\x01"),
        b"0" * (MAX_SIGNATURE_BYTES + 1),
    ],
    ids=["empty", "one byte", "text", "cut", "other ASN.1", "too large"],
)
def test_what_is_no_signature_is_told(content: bytes) -> None:
    verdict = verify(content, lambda _name: bytes(32), roots=[], at=NOW)
    assert not verdict.valid
    assert (verdict.reason or "").startswith("the signature cannot be read: ")


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x30", b"\x30\x80", b"\x30\x82\x01\x00"]))
def test_random_bytes_never_crash(noise: bytes, start: bytes) -> None:
    assert not verify(start + noise, lambda _name: bytes(32), roots=[], at=NOW).valid


@pytest.fixture(scope="module")
def signed(ec_files: ThrowawayCertificate) -> tuple[bytes, list[x509.Certificate]]:
    digest = hashlib.sha256(b"content").digest()
    fs = load_signer(pkcs12_file=ec_files.pkcs12_file).sign(digest, signed_at=NOW)
    return base64.b64decode(fs.replace(b"\r", b"")), load_certificates(ec_files.root_file)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_a_changed_byte_never_crashes_and_never_passes_for_other_content(
    signed: tuple[bytes, list[x509.Certificate]], position: int, flip: int
) -> None:
    der, roots = signed
    changed = bytearray(der)
    changed[position % len(der)] ^= flip
    other = hashlib.sha256(b"other content").digest()
    verdict = verify(bytes(changed), lambda _name: other, roots=roots, at=NOW)
    assert not verdict.valid
    assert verdict.reason


@given(cut=st.integers(min_value=0, max_value=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_signature_never_passes(
    signed: tuple[bytes, list[x509.Certificate]], cut: int
) -> None:
    der, roots = signed
    content = hashlib.sha256(b"content").digest()
    assert verify(der, lambda _name: content, roots=roots, at=NOW).valid
    assert not verify(der[: -cut - 1], lambda _name: content, roots=roots, at=NOW).valid
