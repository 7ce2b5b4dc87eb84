"""Judging a detached signature: value, digest and certificate chain; the verdict is a value.

Source: RFC 5652 5.4 to 5.6. A CAdES time stamp is not evaluated: the caller states the
instant at which the certificates have to be valid.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from fla_batch.signing.chain import chain_fault, leaf_fault
from fla_batch.signing.cms_types import DATA
from fla_batch.signing.incoming import SignatureOfOne, Unreadable, read_signature

# What may be signed with; SHA-1 and MD5 are left out because others can forge them.
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

DigestOf = Callable[[str], bytes]


class SignatureVerdict(NamedTuple):
    """Valid, or the reason why not; `signed_by` is the subject of the first signer."""

    valid: bool
    reason: str | None = None
    signed_by: str | None = None


def verify_file(
    signature: bytes, path: Path, *, roots: Sequence[x509.Certificate], at: datetime
) -> SignatureVerdict:
    """The verdict on `signature` (DER or base64) over the bytes of `path`, read in pieces.

    `roots` are the trusted certificates, `at` (aware) the instant at which the chain has to be
    valid. Never raises for what the signature holds; OSError when `path` cannot be read.
    """

    def digest_of(name: str) -> bytes:
        with path.open("rb") as file:
            return hashlib.file_digest(file, name).digest()

    return verify(signature, digest_of, roots=roots, at=at)


def verify(
    signature: bytes, digest_of: DigestOf, *, roots: Sequence[x509.Certificate], at: datetime
) -> SignatureVerdict:
    """As `verify_file`; `digest_of` gives the content's digest by name, such as "sha256"."""
    try:
        read = read_signature(signature)
    except Unreadable as error:
        return SignatureVerdict(False, f"the signature cannot be read: {error}")
    signed_by = read.signers[0].certificate.subject.rfc4514_string()
    for signer in read.signers:
        reason = _fault(signer, digest_of)
        try:
            reason = reason or chain_fault(signer.certificate, read.certificates, roots, at)
        except ValueError:
            reason = "a certificate of the signature cannot be read"
        if reason:
            return SignatureVerdict(False, reason, signed_by)
    return SignatureVerdict(True, None, signed_by)


def own_signature_fault(der: bytes, sha256: bytes, at: datetime) -> str | None:
    """Why the signature that we made at `at` is no good; None when it verifies.

    By the rules that others apply to it, but for the roots, which are theirs (S15).
    """
    try:
        read = read_signature(der)
    except Unreadable as error:
        return str(error)
    faults = (
        _fault(item, {"sha256": sha256}.__getitem__) or leaf_fault(item.certificate, at)
        for item in read.signers
    )
    return next(filter(None, faults), None)


def _fault(signer: SignatureOfOne, digest_of: DigestOf) -> str | None:
    if signer.digest_name not in _DIGESTS or signer.scheme_digest_name not in _DIGESTS:
        return "the signature uses a digest that is not accepted"
    digest = digest_of(signer.digest_name)
    if signer.signed_attributes is not None:
        attribute_fault = _attribute_fault(signer, digest)
        if attribute_fault:
            return attribute_fault
        digest = hashlib.new(signer.scheme_digest_name, signer.signed_attributes).digest()
    elif signer.scheme_digest_name != signer.digest_name:
        return "the signature uses two different digests"
    try:
        _check_value(signer, digest)
    except InvalidSignature:
        return "the signature value does not fit"
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "the signature's algorithm is not accepted"
    return None


def _attribute_fault(signer: SignatureOfOne, digest: bytes) -> str | None:
    if signer.content_type != DATA:
        return "the signed content type is not plain data"
    if not hmac.compare_digest(signer.message_digest or b"", digest):
        return "the file is not the one that was signed"
    der = signer.certificate.public_bytes(Encoding.DER)
    for name, value in signer.certificate_hashes:
        if name not in _DIGESTS or hashlib.new(name, der).digest() != value:
            return "the signature names another certificate than the one that it carries"
    return None


def _check_value(signer: SignatureOfOne, digest: bytes) -> None:
    """Raise InvalidSignature, ValueError or TypeError unless the value signs `digest`."""
    key = signer.certificate.public_key()
    algorithm = _DIGESTS[signer.scheme_digest_name]
    hashed = Prehashed(algorithm)
    if isinstance(key, rsa.RSAPublicKey) and signer.scheme == "rsassa_pkcs1v15":
        key.verify(signer.signature, digest, padding.PKCS1v15(), hashed)
    elif isinstance(key, rsa.RSAPublicKey) and signer.scheme == "rsassa_pss":
        pss = padding.PSS(padding.MGF1(algorithm), signer.salt_bytes)
        key.verify(signer.signature, digest, pss, hashed)
    elif isinstance(key, ec.EllipticCurvePublicKey) and signer.scheme == "ecdsa":
        key.verify(signer.signature, digest, ec.ECDSA(hashed))
    else:
        raise TypeError("key and signature scheme do not go together")
