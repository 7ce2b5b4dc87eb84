"""Reading a CMS signature from outside: bytes -> plain values, with cryptography's types.

Accepts DER, or base64 with any wrapping and with or without PEM lines. Everything that is no
detached SignedData raises Unreadable. Source: RFC 5652; CAdES adds only attributes to it.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, tsp
from asn1crypto.core import Void
from cryptography import x509

MAX_SIGNATURE_BYTES = 1_000_000
MAX_CERTIFICATES = 50
_PEM_LINES = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]{1,20}-----")
_DER_SEQUENCE = b"\x30"
_SET_OF = b"\x31"


class Unreadable(ValueError):
    """The bytes are no detached CMS signature that we can check."""


@dataclass(frozen=True, slots=True)
class SignatureOfOne:
    """One signer's part; `signed_attributes` is the DER that was signed, or None."""

    certificate: x509.Certificate
    digest_name: str
    scheme: str
    scheme_digest_name: str
    salt_bytes: int
    signature: bytes
    signed_attributes: bytes | None
    content_type: str | None
    message_digest: bytes | None
    certificate_hashes: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class IncomingSignature:
    """All that is needed to judge a detached signature."""

    signers: tuple[SignatureOfOne, ...]
    certificates: tuple[x509.Certificate, ...]


def read_signature(content: bytes) -> IncomingSignature:
    """The signature in `content`. Raises Unreadable, and nothing else."""
    if len(content) > MAX_SIGNATURE_BYTES:
        raise Unreadable(f"larger than {MAX_SIGNATURE_BYTES} bytes")
    der = _as_der(content)
    try:
        return _read_der(der)
    except Unreadable:
        raise
    except Exception as error:
        # asn1crypto parses as it goes and lets nearly every kind of exception out; whatever
        # it is, the bytes are then no signature, and refusing them is the safe side.
        raise Unreadable(f"no CMS signature ({type(error).__name__})") from error


def _as_der(content: bytes) -> bytes:
    if content[:1] == _DER_SEQUENCE:
        return content
    text = b"".join(_PEM_LINES.sub(b"", content).split())
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Unreadable("neither DER nor base64") from error


def _read_der(der: bytes) -> IncomingSignature:
    envelope = cms.ContentInfo.load(der, strict=True)
    if envelope["content_type"].native != "signed_data":
        raise Unreadable("CMS, but no SignedData")
    data = envelope["content"]
    if not isinstance(data["encap_content_info"]["content"], Void):
        raise Unreadable("the signature is not detached")
    certificates = _certificates(data["certificates"])
    signers = tuple(_signer(item, certificates) for item in data["signer_infos"])
    if not signers:
        raise Unreadable("no signer")
    return IncomingSignature(signers, certificates)


def _certificates(bundle: Any) -> tuple[x509.Certificate, ...]:
    found = [choice.chosen.dump() for choice in bundle if choice.name == "certificate"]
    if len(found) > MAX_CERTIFICATES:
        raise Unreadable(f"more than {MAX_CERTIFICATES} certificates")
    return tuple(certificate for certificate in map(_certificate, found) if certificate)


def _certificate(der: bytes) -> x509.Certificate | None:
    """The certificate, or None when a part that is needed later cannot be read.

    cryptography parses these parts only when they are asked for; a bundle may hold one that
    nobody needs, so it is left out and does not spoil the others.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.subject.rfc4514_string()
        _ = (certificate.issuer, certificate.extensions)
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except (ValueError, x509.DuplicateExtension):
        return None
    return certificate


def _signer(info: Any, certificates: tuple[x509.Certificate, ...]) -> SignatureOfOne:
    algorithm = info["signature_algorithm"]
    digest_name = info["digest_algorithm"]["algorithm"].native
    scheme = algorithm.signature_algo
    salt_bytes = 0
    scheme_digest_name = digest_name
    if scheme == "rsassa_pss":
        scheme_digest_name, salt_bytes = _pss_parameters(algorithm["parameters"])
    elif algorithm["algorithm"].native not in ("rsassa_pkcs1v15", "ecdsa"):
        scheme_digest_name = algorithm.hash_algo
    attributes = info["signed_attrs"]
    known = _attributes(attributes)
    return SignatureOfOne(
        certificate=_certificate_of(info["sid"], certificates),
        digest_name=digest_name,
        scheme=scheme,
        scheme_digest_name=scheme_digest_name,
        salt_bytes=salt_bytes,
        signature=info["signature"].native,
        signed_attributes=_signed_bytes(attributes),
        content_type=_single(known, "content_type"),
        message_digest=_single(known, "message_digest"),
        certificate_hashes=_certificate_hashes(known),
    )


def _pss_parameters(parameters: Any) -> tuple[str, int]:
    mask = parameters["mask_gen_algorithm"]
    digest_name = parameters["hash_algorithm"]["algorithm"].native
    same = mask["parameters"]["algorithm"].native == digest_name
    if mask["algorithm"].native != "mgf1" or not same:
        raise Unreadable("RSA-PSS with two different digests")
    return digest_name, parameters["salt_length"].native


def _signed_bytes(attributes: Any) -> bytes | None:
    raw: bytes = attributes.dump()
    # RFC 5652 5.4: what is signed carries the tag of SET OF, not the [0] of the message.
    return _SET_OF + raw[1:] if raw else None


def _attributes(attributes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for attribute in () if isinstance(attributes, Void) else attributes:
        kind = attribute["type"].native
        if kind in known:
            raise Unreadable("a signed attribute occurs twice")
        known[kind] = attribute["values"]
    return known


def _single(known: dict[str, Any], kind: str) -> Any:
    values = known.get(kind)
    if values is None:
        return None
    if len(values) != 1:
        raise Unreadable(f"{len(values)} values of {kind}")
    return values[0].native


def _certificate_hashes(known: dict[str, Any]) -> tuple[tuple[str, bytes], ...]:
    """Digest name and value of the first ESSCertIDv2, which names the signer's certificate."""
    values = known.get("signing_certificate_v2")
    if values is None:
        return ()
    parsed = tsp.SigningCertificateV2.load(values[0].dump())
    first = parsed["certs"][0]
    name = algos.DigestAlgorithm.load(first["hash_algorithm"].dump())["algorithm"].native
    return ((name, first["cert_hash"].native),)


def _certificate_of(
    identifier: Any, certificates: tuple[x509.Certificate, ...]
) -> x509.Certificate:
    for certificate in certificates:
        if identifier.name == "issuer_and_serial_number":
            issuer = identifier.chosen["issuer"].dump()
            serial = identifier.chosen["serial_number"].native
            if (issuer, serial) == (certificate.issuer.public_bytes(), certificate.serial_number):
                return certificate
        elif identifier.chosen.native == _key_identifier(certificate):
            return certificate
    raise Unreadable("the signer's certificate is not included")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return extension.value.digest
