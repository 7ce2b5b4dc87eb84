"""Certificates to throw away, for the demo, the sandbox and the tests. Never trusted by anyone.

A small authority signs a leaf, as a real qualified certificate is signed; with
`self_signed=True` the leaf signs itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from fla_batch.signing.keys import PrivateKey
from fla_batch.system.private_files import write_private_file

KeyType = Literal["rsa", "ec"]


@dataclass(frozen=True, slots=True)
class ThrowawayCertificate:
    """Where the files lie; `root_file` is what a verifier has to trust."""

    key_file: Path
    certificate_file: Path
    pkcs12_file: Path
    root_file: Path


def throwaway_certificate(
    folder: Path,
    *,
    now: datetime,
    key_type: KeyType = "rsa",
    days: int = 365,
    password: str | None = None,
    self_signed: bool = False,
    common_name: str = "Throw-away signer",
) -> ThrowawayCertificate:
    """Write key, certificate, PKCS#12 and root to `folder`, readable by the owner only.

    Valid from one day before `now` (aware) to `days` after it, which may be negative for an
    expired one. `password`, if any, protects both the PEM key and the PKCS#12 file.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = _new_key(key_type)
    period = (now - timedelta(days=1 + max(-days, 0)), now + timedelta(days=days))
    subject = _name(common_name)
    if self_signed:
        leaf = root = _certificate(subject, subject, key, key, period, authority=False)
    else:
        root_key, issuer = _new_key(key_type), _name("Throw-away root")
        root = _certificate(issuer, issuer, root_key, root_key, period, authority=True)
        leaf = _certificate(subject, issuer, key, root_key, period, authority=False)
    return _written(folder, key, leaf, root, password)


def _new_key(key_type: KeyType) -> PrivateKey:
    if key_type == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    issuer_key: PrivateKey,
    period: tuple[datetime, datetime],
    *,
    authority: bool,
) -> x509.Certificate:
    begin, end = period
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _written(
    folder: Path,
    key: PrivateKey,
    leaf: x509.Certificate,
    root: x509.Certificate,
    password: str | None,
) -> ThrowawayCertificate:
    files = ThrowawayCertificate(
        folder / "key.pem", folder / "certificate.pem", folder / "signer.p12", folder / "root.pem"
    )
    protection: KeySerializationEncryption = NoEncryption()
    if password is not None:
        protection = BestAvailableEncryption(password.encode())
    others = [root] if root is not leaf else None
    contents = {
        files.key_file: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection),
        files.certificate_file: leaf.public_bytes(Encoding.PEM),
        files.pkcs12_file: pkcs12.serialize_key_and_certificates(
            b"fla-batch throw-away", key, leaf, others, protection
        ),
        files.root_file: root.public_bytes(Encoding.PEM),
    }
    for path, content in contents.items():
        write_private_file(path, content)
    return files
