"""Signing key and certificate, from PKCS#12 or PEM, checked against each other and the day.

The certificate of a real batch is a qualified one, in a PKCS#12 file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from fla_batch.signing.chain import use_fault
from fla_batch.system.private_files import password_from, read_private_file, read_public_file
from fla_batch.vocabulary.errors import KeyOrCertificateMistake

if TYPE_CHECKING:
    from fla_batch.signing.token_key import TokenKey

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
EXPIRY_WARNING = timedelta(days=30)
MIN_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, the certificate that it fits, and the chain that goes with them.

    The key itself, or where on a token it is.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private_key: PrivateKey | TokenKey = field(repr=False)

    def require_valid(self, now: datetime) -> None:
        """Raise KeyOrCertificateMistake unless the certificate is valid at `now` (aware)."""
        if now < self.certificate.not_valid_before_utc:
            raise KeyOrCertificateMistake(
                f"the signing certificate is valid only from "
                f"{self.certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
                hint="Check the clock of this machine, or wait until then.",
            )
        end = self.certificate.not_valid_after_utc
        if now > end:
            raise KeyOrCertificateMistake(
                f"the signing certificate expired on {end:%Y-%m-%d}",
                hint="Get a new certificate, register it on the portal, and set it in [signing].",
            )

    def expiry_warning(self, now: datetime) -> str | None:
        """A sentence for the user when the certificate is no longer valid in 30 days."""
        end = self.certificate.not_valid_after_utc
        if end > now + EXPIRY_WARNING:
            return None
        return f"the signing certificate expires on {end:%Y-%m-%d}: order the next one now"


def load_pkcs12(path: Path, *, password_env: str | None = None) -> SigningKey:
    """The key, certificate and chain of a PKCS#12 file.

    Raises KeyOrCertificateMistake: file open to others, wrong password, no key, no certificate,
    or a certificate of another key.
    """
    password = password_from(password_env)
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            read_private_file(path), password.reveal()
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The cause is dropped on purpose: its frames hold the password and the key.
        raise _not_opened(path, "PKCS#12 file") from None
    if certificate is None:
        raise KeyOrCertificateMistake(f"{path} holds no certificate that fits its key")
    return _fitted(key, [certificate, *others], path)


def load_pem(
    key_file: Path, certificate_file: Path, *, password_env: str | None = None
) -> SigningKey:
    """The key of one PEM file and the certificates of another, in any order.

    Raises KeyOrCertificateMistake as `load_pkcs12` does.
    """
    key = load_pem_key(key_file, password_env=password_env)
    return _fitted(key, load_certificates(certificate_file), certificate_file)


def load_pem_key(path: Path, *, password_env: str | None = None) -> object:
    """The private key of a PEM file, without a certificate. Raises KeyOrCertificateMistake."""
    password = password_from(password_env)
    try:
        return serialization.load_pem_private_key(read_private_file(path), password.reveal())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _not_opened(path, "PEM key") from None


def load_certificates(path: Path) -> list[x509.Certificate]:
    """All certificates of a PEM file. Raises KeyOrCertificateMistake when there is none."""
    try:
        return x509.load_pem_x509_certificates(read_public_file(path))
    except ValueError as error:
        raise KeyOrCertificateMistake(
            f"{path} holds no certificate in PEM form",
            hint="Convert it with `openssl x509 -inform DER -in FILE -out FILE.pem`.",
        ) from error


def _not_opened(path: Path, what: str) -> KeyOrCertificateMistake:
    return KeyOrCertificateMistake(
        f"{path} cannot be opened: it is no {what}, or the password does not fit",
        hint="Check the file and the variable that password_env names.",
    )


def _fitted(key: object, certificates: Sequence[x509.Certificate], path: Path) -> SigningKey:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyOrCertificateMistake(f"{path}: the signing key is neither RSA nor EC")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < MIN_RSA_BITS:
        raise KeyOrCertificateMistake(f"{path}: an RSA key needs {MIN_RSA_BITS} bits or more")
    fitting = [item for item in certificates if item.public_key() == key.public_key()]
    if not fitting:
        raise KeyOrCertificateMistake(
            f"no certificate in {path} fits the signing key",
            hint="Take key and certificate from the same delivery, or use the PKCS#12 file.",
        )
    certificate = fitting[0]
    fitting_use(certificate, path)
    return SigningKey(certificate, tuple(item for item in certificates if item != certificate), key)


def fitting_use(certificate: x509.Certificate, path: Path) -> None:
    """Raises KeyOrCertificateMistake for a certificate that is not meant to sign so (S15)."""
    if certificate.public_key_algorithm_oid == x509.PublicKeyAlgorithmOID.RSASSA_PSS:
        raise KeyOrCertificateMistake(
            f"{path}: the key may sign by RSA-PSS only, which the portal is not known to take",
            hint="Ask for a certificate with a plain RSA key (rsaEncryption) or an ECC key.",
        )
    if fault := use_fault(certificate):
        raise KeyOrCertificateMistake(
            f"{path}: {fault}",
            hint="Take a certificate whose key usage is digitalSignature or nonRepudiation.",
        )
