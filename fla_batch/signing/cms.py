"""The CMS SignedData of an FS: assembled from a digest, and laid out in base64.

Source: RFC 5652 (5.1, 5.3, 5.4); the channel's rule for FS: detached, SHA-256, signer's
certificate included, base64 in lines of 76 characters each ended by CR. asn1crypto has no
types: what it gives stays within this module and `incoming`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms
from asn1crypto import core as asn1
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

COLUMNS = 76
LINE_END = b"\r"
# RFC 5754 3.2 names RSA signatures in CMS by the key's algorithm alone.
_SIGNATURE_ALGORITHMS = {"rsa": "rsassa_pkcs1v15", "ec": "sha256_ecdsa"}


def signed_attributes(sha256: bytes, signed_at: datetime) -> Any:
    """The three attributes that are signed in place of the content (RFC 5652 5.3, 11)."""
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [sha256]}),
            cms.CMSAttribute(
                {
                    "type": "signing_time",
                    "values": [cms.Time({"utc_time": asn1.UTCTime(_whole_second(signed_at))})],
                }
            ),
        ]
    )


def signed_data(
    attributes: Any,
    signature: bytes,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    key_kind: str,
) -> bytes:
    """DER of the detached SignedData; `key_kind` is "rsa" or "ec"."""
    own = _asn1_certificate(certificate)
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": own.issuer, "serial_number": own.serial_number}
                    )
                }
            ),
            "digest_algorithm": sha256,
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": _SIGNATURE_ALGORITHMS[key_kind]},
            "signature": signature,
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [own, *map(_asn1_certificate, chain)],
            "signer_infos": [signer],
        }
    )
    der: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return der


def laid_out(der: bytes) -> bytes:
    """Base64 of `der` in lines of 76 characters, each of them ended by CR.

    >>> laid_out(bytes(60))[-8:]
    b'AA\\rAAAA\\r'
    """
    text = base64.b64encode(der)
    lines = (text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS))
    return b"".join(line + LINE_END for line in lines)


def _asn1_certificate(certificate: x509.Certificate) -> Any:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _whole_second(signed_at: datetime) -> datetime:
    return signed_at.astimezone(UTC).replace(microsecond=0)
