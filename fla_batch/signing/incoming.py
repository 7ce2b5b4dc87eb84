"""Reading a CMS signature from outside: bytes -> plain values, with cryptography's types.

Accepts DER or BER, or base64 with any wrapping and with or without PEM lines. Everything that is no
detached SignedData raises Unreadable. Source: RFC 5652; CAdES adds only attributes to it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat import asn1

from fla_batch.signing import cms_types as types
from fla_batch.signing.cms import signed_bytes
from fla_batch.signing.der import SEQUENCE, as_der

MAX_SIGNATURE_BYTES = 1_000_000
MAX_CERTIFICATES = 50
_PEM_LINES = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]{1,20}-----")
_SEQUENCE = bytes([SEQUENCE])
_DIGEST_NAMES = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SCHEMES = {
    # The scheme, and the digest where the name of the algorithm says it.
    "1.2.840.113549.1.1.1": ("rsassa_pkcs1v15", None),
    "1.2.840.113549.1.1.5": ("rsassa_pkcs1v15", "sha1"),
    "1.2.840.113549.1.1.11": ("rsassa_pkcs1v15", "sha256"),
    "1.2.840.113549.1.1.12": ("rsassa_pkcs1v15", "sha384"),
    "1.2.840.113549.1.1.13": ("rsassa_pkcs1v15", "sha512"),
    "1.2.840.10045.4": ("ecdsa", None),
    "1.2.840.10045.4.1": ("ecdsa", "sha1"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
}
# RFC 4055 3.1: what the parameters of RSA-PSS mean when they are absent.
_SHA1 = types.DigestAlgorithm(
    algorithm=x509.ObjectIdentifier("1.3.14.3.2.26"), parameters=asn1.Null()
)
_SHA256 = types.DigestAlgorithm(algorithm=types.SHA256, parameters=None)
_MGF1_SHA1 = types.MaskAlgorithm(algorithm=types.MGF1, parameters=_SHA1)
_SALT_BYTES = 20

_Attributes = dict[x509.ObjectIdentifier, list[asn1.TLV]]


class Unreadable(ValueError):
    """The bytes are no detached CMS signature that we can check."""


class SignatureOfOne(NamedTuple):
    """One signer's part; `signed_attributes` is the DER that was signed, or None."""

    certificate: x509.Certificate
    digest_name: str
    scheme: str
    scheme_digest_name: str
    salt_bytes: int
    signature: bytes
    signed_attributes: bytes | None
    content_type: x509.ObjectIdentifier | None
    message_digest: bytes | None
    certificate_hashes: tuple[tuple[str, bytes], ...]


class IncomingSignature(NamedTuple):
    """All that is needed to judge a detached signature."""

    signers: tuple[SignatureOfOne, ...]
    certificates: tuple[x509.Certificate, ...]


def read_signature(content: bytes) -> IncomingSignature:
    """The signature in `content`. Raises Unreadable, and nothing else."""
    if len(content) > MAX_SIGNATURE_BYTES:
        raise Unreadable(f"larger than {MAX_SIGNATURE_BYTES} bytes")
    binary = _binary(content)
    try:
        return _read_der(as_der(binary))
    except Unreadable:
        raise
    except (ValueError, TypeError) as error:
        raise Unreadable(f"no CMS signature ({error})") from error


def _binary(content: bytes) -> bytes:
    if content[:1] == _SEQUENCE:
        return content
    text = b"".join(_PEM_LINES.sub(b"", content).split())
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Unreadable("neither DER nor base64") from error


def _read_der(der: bytes) -> IncomingSignature:
    envelope = asn1.decode_der(types.ContentInfo, der)
    if envelope.content_type != types.SIGNED_DATA:
        raise Unreadable("CMS, but no SignedData")
    data = envelope.content.parse(types.SignedData)
    if data.encap_content_info.content is not None:
        raise Unreadable("the signature is not detached")
    certificates = _certificates(data.certificates or [])
    signers = tuple(_signer(item, certificates) for item in data.signer_infos.as_list())
    if not signers:
        raise Unreadable("no signer")
    return IncomingSignature(signers, certificates)


def _certificates(bundle: Sequence[asn1.TLV]) -> tuple[x509.Certificate, ...]:
    # The other choices (RFC 5652 10.2.2) carry tags of their own.
    found = [asn1.encode_der(item) for item in bundle if item.tag_bytes == _SEQUENCE]
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
    except (ValueError, x509.DuplicateExtension, x509.InvalidVersion):
        return None
    return certificate


def _signer(info: types.SignerInfo, certificates: tuple[x509.Certificate, ...]) -> SignatureOfOne:
    digest_name = _digest_name(info.digest_algorithm)
    scheme, scheme_digest_name, salt_bytes = _scheme(info.signature_algorithm)
    known = _attributes(info.signed_attrs or [])
    kind, digest = (_single(known, each) for each in (types.CONTENT_TYPE, types.MESSAGE_DIGEST))
    return SignatureOfOne(
        certificate=_certificate_of(info.sid, certificates),
        digest_name=digest_name,
        scheme=scheme,
        scheme_digest_name=scheme_digest_name or digest_name,
        salt_bytes=salt_bytes,
        signature=info.signature,
        signed_attributes=signed_bytes(info.signed_attrs) if info.signed_attrs else None,
        content_type=kind.parse(x509.ObjectIdentifier) if kind else None,
        message_digest=digest.parse(bytes) if digest else None,
        certificate_hashes=_certificate_hashes(known),
    )


def _digest_name(algorithm: types.DigestAlgorithm) -> str:
    """As hashlib calls it; the number of one that nobody here takes."""
    number = algorithm.algorithm.dotted_string
    return _DIGEST_NAMES.get(number, number)


def _scheme(algorithm: types.SignatureAlgorithm) -> tuple[str, str | None, int]:
    """The scheme, its digest where it names one, and bytes of salt."""
    if algorithm.algorithm == types.RSA_PSS:
        if not isinstance(algorithm.parameters, types.PssParameters):
            raise Unreadable("RSA-PSS without parameters")
        return "rsassa_pss", *_pss_parameters(algorithm.parameters)
    number = algorithm.algorithm.dotted_string
    return *_SCHEMES.get(number, (number, None)), 0


def _pss_parameters(parameters: types.PssParameters) -> tuple[str, int]:
    mask = parameters.mask_gen_algorithm or _MGF1_SHA1
    digest_name = _digest_name(parameters.hash_algorithm or _SHA1)
    same = mask.parameters and _digest_name(mask.parameters) == digest_name
    if mask.algorithm != types.MGF1 or not same:
        raise Unreadable("RSA-PSS with two different digests")
    salt_bytes = parameters.salt_length
    return digest_name, _SALT_BYTES if salt_bytes is None else salt_bytes


def _attributes(attributes: Sequence[types.SignedAttribute]) -> _Attributes:
    known: _Attributes = {}
    for attribute in attributes:
        if attribute.type in known:
            raise Unreadable("a signed attribute occurs twice")
        known[attribute.type] = attribute.values.as_list()
    return known


def _single(known: _Attributes, kind: x509.ObjectIdentifier) -> asn1.TLV | None:
    values = known.get(kind)
    if values is None:
        return None
    if len(values) != 1:
        raise Unreadable(f"{len(values)} values of {kind.dotted_string}")
    return values[0]


def _certificate_hashes(known: _Attributes) -> tuple[tuple[str, bytes], ...]:
    """Digest name and value of the first ESSCertIDv2, which names the signer's certificate."""
    value = _single(known, types.SIGNING_CERTIFICATE_V2)
    if value is None:
        return ()
    first = value.parse(types.SigningCertificateV2).certs[:1]
    return tuple((_digest_name(each.hash_algorithm or _SHA256), each.cert_hash) for each in first)


def _certificate_of(
    identifier: types.IssuerAndSerialNumber | bytes, certificates: tuple[x509.Certificate, ...]
) -> x509.Certificate:
    for certificate in certificates:
        if isinstance(identifier, bytes):
            if identifier == _key_identifier(certificate):
                return certificate
        elif (asn1.encode_der(identifier.issuer), identifier.serial_number) == (
            certificate.issuer.public_bytes(),
            certificate.serial_number,
        ):
            return certificate
    raise Unreadable("the signer's certificate is not included")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return extension.value.digest
