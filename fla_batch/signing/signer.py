"""Making an FS: a detached signature over the exact bytes of an FI part.

Only the FI's SHA-256 is needed, so memory does not grow with the file: hash while writing, or
let `sha256_of` read it. Signing twice gives different bytes: sign once, store, send the stored
bytes on every retry.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from fla_batch.signing import cms
from fla_batch.signing.keys import SigningKey, load_pem, load_pkcs12
from fla_batch.signing.token_key import TokenKey
from fla_batch.signing.verify_signature import own_signature_fault
from fla_batch.vocabulary.errors import KeyOrCertificateMistake


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """Makes the content of FS files, with a key that lies in a file or on a token."""

    key: SigningKey

    def __repr__(self) -> str:
        return f"Signer({self.key.certificate.subject.rfc4514_string()!r})"

    def sign(self, sha256: bytes, *, signed_at: datetime) -> bytes:
        """The FS for an FI with digest `sha256` (32 bytes), signed at `signed_at` (aware).

        Raises KeyOrCertificateMistake when the certificate is not valid at that instant or the
        signature just made does not verify.
        """
        if len(sha256) != hashlib.sha256().digest_size:
            raise ValueError("a SHA-256 digest has 32 bytes")
        self.key.require_valid(signed_at)
        der = self._signed_data(sha256, signed_at)
        fault = own_signature_fault(der, sha256, signed_at)
        if fault:
            raise KeyOrCertificateMistake(f"the signature just made does not verify: {fault}")
        return cms.laid_out(der)

    def warning(self, now: datetime) -> str | None:
        """A sentence for the user when the certificate ends within 30 days of `now`."""
        return self.key.expiry_warning(now)

    def _signed_data(self, sha256: bytes, signed_at: datetime) -> bytes:
        attributes = cms.signed_attributes(sha256, signed_at)
        to_sign = cms.signed_bytes(attributes)
        key = self.key.private_key
        if isinstance(key, TokenKey):
            kind, value = key.kind, key.sign(to_sign)
        elif isinstance(key, rsa.RSAPrivateKey):
            kind, value = "rsa", key.sign(to_sign, padding.PKCS1v15(), hashes.SHA256())
        else:
            kind, value = "ec", key.sign(to_sign, ec.ECDSA(hashes.SHA256()))
        return cms.signed_data(attributes, value, self.key.certificate, self.key.chain, kind)


def load_signer(
    *,
    pkcs12_file: Path | None = None,
    key_file: Path | None = None,
    certificate_file: Path | None = None,
    password_env: str | None = None,
) -> Signer:
    """The signer of a PKCS#12 file, or of a key and its certificate.

    Raises KeyOrCertificateMistake when neither or both are given, or they cannot be used.
    """
    if pkcs12_file and not (key_file or certificate_file):
        return Signer(load_pkcs12(pkcs12_file, password_env=password_env))
    if key_file and certificate_file and not pkcs12_file:
        return Signer(load_pem(key_file, certificate_file, password_env=password_env))
    raise KeyOrCertificateMistake(
        "signing needs either pkcs12_file, or key_file together with certificate_file"
    )


def sha256_of(path: Path) -> bytes:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def sign_file(signer: Signer, path: Path, *, signed_at: datetime) -> bytes:
    """The FS for the FI at `path`, in constant memory."""
    return signer.sign(sha256_of(path), signed_at=signed_at)
