"""The CMS SignedData of an FS: assembled from a digest, and laid out in base64.

Source: RFC 5652 (5.1, 5.3, 5.4); the channel's rule for FS: detached, SHA-256, signer's
certificate included, base64 in lines of 76 characters each ended by CR.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding

from fla_batch.signing import cms_types as types
from fla_batch.signing.der import SET, constructed

COLUMNS = 76
LINE_END = b"\r"
# With NULL, as in every signature so far; RFC 5754 2 has readers take it with and without.
_SHA256 = types.DigestAlgorithm(algorithm=types.SHA256, parameters=asn1.Null())
# RFC 5754 3.2 names RSA signatures in CMS by the key's algorithm alone.
_SIGNATURE_ALGORITHMS = {
    "rsa": types.SignatureAlgorithm(algorithm=types.RSA, parameters=asn1.Null()),
    "ec": types.SignatureAlgorithm(algorithm=types.ECDSA_SHA256, parameters=None),
}


def signed_attributes(sha256: bytes, signed_at: datetime) -> list[types.SignedAttribute]:
    """The three attributes that are signed in place of the content (RFC 5652 5.3, 11)."""
    whole_second = signed_at.astimezone(UTC).replace(microsecond=0)
    return [
        _attribute(types.CONTENT_TYPE, types.DATA),
        _attribute(types.SIGNING_TIME, asn1.UTCTime(whole_second)),
        _attribute(types.MESSAGE_DIGEST, sha256),
    ]


def signed_bytes(attributes: Sequence[types.SignedAttribute]) -> bytes:
    """What of `attributes` is signed: a SET OF, not the [0] of the message (RFC 5652 5.4)."""
    return constructed(SET, b"".join(map(asn1.encode_der, attributes)))


def signed_data(
    attributes: list[types.SignedAttribute],
    signature: bytes,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    key_kind: str,
) -> bytes:
    """DER of the detached SignedData; `key_kind` is "rsa" or "ec"."""
    issuer = asn1.decode_der(asn1.TLV, certificate.issuer.public_bytes())
    signer = types.SignerInfo(
        version=1,
        sid=types.IssuerAndSerialNumber(issuer=issuer, serial_number=certificate.serial_number),
        digest_algorithm=_SHA256,
        signed_attrs=attributes,
        signature_algorithm=_SIGNATURE_ALGORITHMS[key_kind],
        signature=signature,
        unsigned_attrs=None,
    )
    content = types.SignedData(
        version=1,
        digest_algorithms=asn1.SetOf([_SHA256]),
        encap_content_info=types.EncapsulatedContentInfo(content_type=types.DATA, content=None),
        certificates=[_as_is(item.public_bytes(Encoding.DER)) for item in [certificate, *chain]],
        crls=None,
        signer_infos=asn1.SetOf([signer]),
    )
    return asn1.encode_der(
        types.ContentInfo(content_type=types.SIGNED_DATA, content=_as_is(asn1.encode_der(content)))
    )


def laid_out(der: bytes) -> bytes:
    """Base64 of `der` in lines of 76 characters, each of them ended by CR.

    >>> laid_out(bytes(60))[-8:]
    b'AA\\rAAAA\\r'
    """
    text = base64.b64encode(der)
    lines = (text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS))
    return b"".join(line + LINE_END for line in lines)


def _attribute(kind: x509.ObjectIdentifier, value: Any) -> types.SignedAttribute:
    return types.SignedAttribute(type=kind, values=asn1.SetOf([_as_is(asn1.encode_der(value))]))


def _as_is(der: bytes) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, der)
