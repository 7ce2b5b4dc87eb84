from __future__ import annotations

import base64
import hashlib
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from fla_batch.signing.cms import laid_out
from fla_batch.signing.keys import SigningKey, load_certificates, load_pem, load_pkcs12
from fla_batch.signing.signer import Signer, load_signer, sha256_of, sign_file
from fla_batch.signing.throwaway import ThrowawayCertificate, throwaway_certificate
from fla_batch.signing.verify_signature import verify_file
from fla_batch.vocabulary.errors import KeyOrCertificateMistake
from tests.canary import shown_by
from tests.real_parts import real_part
from tests.signing.conftest import NOW, PASSWORD


@pytest.fixture(params=["rsa", "ec"])
def files(request: pytest.FixtureRequest) -> ThrowawayCertificate:
    made: ThrowawayCertificate = request.getfixturevalue(f"{request.param}_files")
    return made


@pytest.fixture(params=["pkcs12", "pem"])
def signer(request: pytest.FixtureRequest, files: ThrowawayCertificate) -> Signer:
    if request.param == "pkcs12":
        return load_signer(pkcs12_file=files.pkcs12_file)
    return load_signer(key_file=files.key_file, certificate_file=files.certificate_file)


def openssl_accepts(fs: bytes, content: Path, folder: Path) -> bool:
    der = folder / "sig.der"
    der.write_bytes(base64.b64decode(fs.replace(b"\r", b""), validate=True))
    command: list[str | Path] = [
        real_part("openssl"),
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
    ]
    command += ["-in", der, "-content", content, "-noverify", "-out", os.devnull]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_openssl_accepts_and_sees_one_changed_byte(
    signer: Signer, fi: Path, tmp_path: Path
) -> None:
    fs = sign_file(signer, fi, signed_at=NOW)
    assert openssl_accepts(fs, fi, tmp_path)
    content = bytearray(fi.read_bytes())
    content[-1] ^= 1
    fi.write_bytes(content)
    assert not openssl_accepts(fs, fi, tmp_path)


def test_openssl_follows_the_chain_to_the_root(
    files: ThrowawayCertificate, fi: Path, tmp_path: Path
) -> None:
    fs = sign_file(load_signer(pkcs12_file=files.pkcs12_file), fi, signed_at=NOW)
    der = tmp_path / "sig.der"
    der.write_bytes(base64.b64decode(fs.replace(b"\r", b"")))
    command: list[str | Path] = [
        real_part("openssl"),
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        der,
    ]
    command += ["-content", fi, "-CAfile", files.root_file, "-purpose", "any"]
    command += ["-attime", str(int(NOW.timestamp())), "-out", os.devnull]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


def test_layout_is_76_columns_each_ended_by_cr(signer: Signer, fi: Path) -> None:
    fs = sign_file(signer, fi, signed_at=NOW)
    lines = fs.split(b"\r")
    assert lines.pop() == b""
    assert all(len(line) == 76 for line in lines[:-1])
    assert 0 < len(lines[-1]) <= 76
    assert b"\n" not in fs


@pytest.mark.parametrize(
    ("length", "golden"),
    [
        (0, b""),
        (1, b"AA==\r"),
        (57, b"A" * 76 + b"\r"),
        (58, b"A" * 76 + b"\rAA==\r"),
        (114, (b"A" * 76 + b"\r") * 2),
    ],
)
def test_layout_golden(length: int, golden: bytes) -> None:
    assert laid_out(bytes(length)) == golden


def test_rsa_signature_depends_on_digest_and_time_only(rsa_files: ThrowawayCertificate) -> None:
    signer = load_signer(pkcs12_file=rsa_files.pkcs12_file)
    digest = hashlib.sha256(b"content").digest()
    first = signer.sign(digest, signed_at=NOW)
    assert signer.sign(digest, signed_at=NOW + timedelta(microseconds=5)) == first
    assert signer.sign(digest, signed_at=NOW + timedelta(seconds=1)) != first


def test_only_a_sha256_digest_is_signed(rsa_files: ThrowawayCertificate) -> None:
    signer = load_signer(pkcs12_file=rsa_files.pkcs12_file)
    with pytest.raises(ValueError, match="32 bytes"):
        signer.sign(b"short", signed_at=NOW)


_SIGN_BIG = """
import resource, sys
from datetime import datetime, UTC
from pathlib import Path
from fla_batch.signing.signer import load_signer, sign_file
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.verify_signature import verify_file
pkcs12, big, root = map(Path, sys.argv[1:])
now = datetime(2025, 3, 1, tzinfo=UTC)
signer = load_signer(pkcs12_file=pkcs12)
signer.sign(bytes(32), signed_at=now)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
fs = sign_file(signer, big, signed_at=now)
verdict = verify_file(fs, big, roots=load_certificates(root), at=now)
assert verdict.valid, verdict
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_r13_signing_and_verifying_300_mb_takes_constant_memory(
    ec_files: ThrowawayCertificate, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(300_000_000)
    command: list[str | Path] = [
        sys.executable,
        "-c",
        _SIGN_BIG,
        ec_files.pkcs12_file,
        big,
        ec_files.root_file,
    ]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env={"LC_ALL": "C"})
    grown_kb = int(done.stdout) // (1024 if sys.platform == "darwin" else 1)
    assert grown_kb < 20_000


def test_s9_expired_or_not_yet_valid_certificate_does_not_sign(tmp_path: Path) -> None:
    files = throwaway_certificate(tmp_path, now=NOW, key_type="ec", days=10)
    signer = load_signer(pkcs12_file=files.pkcs12_file)
    signer.sign(bytes(32), signed_at=NOW + timedelta(days=9))
    with pytest.raises(KeyOrCertificateMistake, match="expired on 2025-03-11") as caught:
        signer.sign(bytes(32), signed_at=NOW + timedelta(days=11))
    assert "new certificate" in caught.value.hint
    with pytest.raises(KeyOrCertificateMistake, match="valid only from 2025-02-28 12:30 UTC"):
        signer.sign(bytes(32), signed_at=NOW - timedelta(days=2))


def test_s9_an_end_within_30_days_is_a_warning(tmp_path: Path) -> None:
    files = throwaway_certificate(tmp_path, now=NOW, key_type="ec", days=40)
    signer = load_signer(pkcs12_file=files.pkcs12_file)
    assert signer.warning(NOW) is None
    assert signer.warning(NOW + timedelta(days=9, hours=23)) is None
    warning = signer.warning(NOW + timedelta(days=10))
    assert warning == "the signing certificate expires on 2025-04-10: order the next one now"


def test_s9_key_has_to_fit_the_certificate(
    rsa_files: ThrowawayCertificate, ec_files: ThrowawayCertificate
) -> None:
    with pytest.raises(KeyOrCertificateMistake, match=r"no certificate in .* fits"):
        load_signer(key_file=ec_files.key_file, certificate_file=rsa_files.certificate_file)


def test_s9_a_signature_that_does_not_verify_is_never_handed_out(
    rsa_files: ThrowawayCertificate, ec_files: ThrowawayCertificate
) -> None:
    mixed = SigningKey(
        load_certificates(ec_files.certificate_file)[0],
        (),
        load_pkcs12(rsa_files.pkcs12_file).private_key,
    )
    with pytest.raises(KeyOrCertificateMistake, match="just made does not verify"):
        Signer(mixed).sign(bytes(32), signed_at=NOW)


def test_chain_of_the_pkcs12_goes_into_the_signature(
    rsa_files: ThrowawayCertificate, fi: Path
) -> None:
    roots = load_certificates(rsa_files.root_file)
    assert load_pkcs12(rsa_files.pkcs12_file).chain == tuple(roots)
    fs = sign_file(load_signer(pkcs12_file=rsa_files.pkcs12_file), fi, signed_at=NOW)
    assert verify_file(fs, fi, roots=roots, at=NOW).valid


def test_certificates_of_a_pem_file_may_come_in_any_order(
    rsa_files: ThrowawayCertificate, tmp_path: Path
) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(rsa_files.root_file.read_bytes() + rsa_files.certificate_file.read_bytes())
    key = load_pem(rsa_files.key_file, both)
    assert key.certificate == load_certificates(rsa_files.certificate_file)[0]
    assert key.chain == tuple(load_certificates(rsa_files.root_file))


@pytest.mark.parametrize("form", ["pkcs12", "pem"])
def test_password_comes_from_the_named_variable(
    locked_files: ThrowawayCertificate, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("P12_PASSWORD", PASSWORD)
    load_form(form, locked_files, "P12_PASSWORD").sign(bytes(32), signed_at=NOW)


@pytest.mark.parametrize("form", ["pkcs12", "pem"])
@pytest.mark.parametrize("defect", ["wrong", "missing", "not set", "open", "garbage", "gone"])
def test_s10_what_cannot_be_opened_is_told_without_any_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, defect: str
) -> None:
    files = throwaway_certificate(tmp_path, now=NOW, key_type="ec", password=PASSWORD)
    monkeypatch.setenv("P12_PASSWORD", PASSWORD if defect != "wrong" else "x" + PASSWORD)
    variable = None if defect == "missing" else "P12_PASSWORD"
    path = files.pkcs12_file if form == "pkcs12" else files.key_file
    if defect == "not set":
        monkeypatch.delenv("P12_PASSWORD")
    elif defect == "open":
        path.chmod(0o604)
    elif defect == "garbage":
        path.write_bytes(b"no key")
    elif defect == "gone":
        path.unlink()
    with pytest.raises(KeyOrCertificateMistake) as caught:
        load_form(form, files, variable)
    shown = shown_by(caught.value)
    assert "load_signer" in shown
    assert PASSWORD not in shown
    assert "PRIVATE KEY" not in shown
    assert caught.value.hint
    if defect == "open":
        assert str(path) in str(caught.value)
        assert "chmod 600" in caught.value.hint


def test_s10_nothing_secret_in_representations(
    locked_files: ThrowawayCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P12_PASSWORD", PASSWORD)
    signer = load_form("pkcs12", locked_files, "P12_PASSWORD")
    assert repr(signer) == "Signer('CN=Throw-away signer,C=BE')"
    key = load_pkcs12(locked_files.pkcs12_file, password_env="P12_PASSWORD")
    assert "private_key" not in repr(key)


def load_form(form: str, files: ThrowawayCertificate, variable: str | None) -> Signer:
    if form == "pkcs12":
        return load_signer(pkcs12_file=files.pkcs12_file, password_env=variable)
    return load_signer(
        key_file=files.key_file, certificate_file=files.certificate_file, password_env=variable
    )


def test_either_pkcs12_or_key_with_certificate(rsa_files: ThrowawayCertificate) -> None:
    p12, key = rsa_files.pkcs12_file, rsa_files.key_file
    for pkcs12_file, key_file in ((None, None), (None, key), (p12, key)):
        with pytest.raises(KeyOrCertificateMistake, match="either pkcs12_file, or key_file"):
            load_signer(pkcs12_file=pkcs12_file, key_file=key_file)


def test_a_file_without_certificate_is_told(rsa_files: ThrowawayCertificate) -> None:
    with pytest.raises(KeyOrCertificateMistake, match="holds no certificate in PEM form"):
        load_certificates(rsa_files.key_file)


def test_throwaway_files_are_for_their_owner_only(rsa_files: ThrowawayCertificate) -> None:
    for path in (rsa_files.key_file, rsa_files.pkcs12_file, rsa_files.certificate_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_sha256_of_is_that_of_the_exact_bytes(fi: Path) -> None:
    assert sha256_of(fi) == hashlib.sha256(fi.read_bytes()).digest()
