"""S15: the signing key fits its use, by the rules by which others will check the signature."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fla_batch.signing.keys import SigningKey
from fla_batch.signing.signer import Signer, load_signer
from fla_batch.signing.verify_signature import verify
from fla_batch.vocabulary.errors import KeyOrCertificateMistake
from tests.real_parts import real_part
from tests.signing.conftest import NOW

_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def certificate_for(
    key: ec.EllipticCurvePrivateKey, *uses: str, critical: bool = True
) -> x509.Certificate:
    """A certificate of that key whose key usage is `uses`; none at all for no uses."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "use")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
    )
    if uses:
        usage = x509.KeyUsage(**{use: use in uses for use in _USES})
        builder = builder.add_extension(usage, critical=critical)
    return builder.sign(key, hashes.SHA256())


def write(folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(pem)
    (folder / "key.pem").chmod(0o600)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def load(folder: Path) -> Signer:
    return load_signer(key_file=folder / "key.pem", certificate_file=folder / "certificate.pem")


@pytest.mark.parametrize(
    "uses",
    [(), ("digital_signature",), ("content_commitment",), ("digital_signature", "key_agreement")],
)
def test_s15_a_key_that_is_meant_for_signatures_signs(
    tmp_path: Path, uses: tuple[str, ...]
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_for(key, *uses)
    write(tmp_path, key, certificate)
    fs = load(tmp_path).sign(bytes(32), signed_at=NOW)
    assert verify(fs, lambda _: bytes(32), roots=[certificate], at=NOW).valid


@pytest.mark.parametrize("uses", [("key_agreement",), ("key_cert_sign", "crl_sign")])
@pytest.mark.parametrize("critical", [True, False])
def test_s15_a_key_for_another_use_is_refused_when_it_is_loaded(
    tmp_path: Path, uses: tuple[str, ...], critical: bool
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    write(tmp_path, key, certificate_for(key, *uses, critical=critical))
    with pytest.raises(KeyOrCertificateMistake, match="not meant for signatures") as raised:
        load(tmp_path)
    assert raised.value.exit_code == 3
    assert "nonRepudiation" in raised.value.hint


def test_s15_what_others_would_refuse_we_do_not_hand_out() -> None:
    """The self-check looks at the certificate as others do, however the signer came by it."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = Signer(SigningKey(certificate_for(key, "key_agreement"), (), key))
    with pytest.raises(KeyOrCertificateMistake, match="not meant for signatures"):
        signer.sign(bytes(32), signed_at=NOW)


def test_s15_a_key_for_rsa_pss_only_is_refused(tmp_path: Path) -> None:
    """Signed as PKCS#1 v1.5 it would be refused by everybody else."""
    openssl = real_part("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    commands = [
        ["genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key)],
        [
            "req",
            "-x509",
            "-new",
            "-key",
            str(key),
            "-subj",
            "/CN=pss",
            "-days",
            "9",
            "-out",
            str(certificate),
        ],
    ]
    for command in commands:
        subprocess.run([openssl, *command], check=True, capture_output=True)
    key.chmod(0o600)
    with pytest.raises(KeyOrCertificateMistake, match="RSA-PSS"):
        load(tmp_path)
