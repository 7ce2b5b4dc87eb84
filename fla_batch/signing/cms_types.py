"""What a detached CMS signature is made of, in the names of RFC 5652, and as ASN.1 says it.

RFC 5652 3 to 5 and 11 (SignedData), RFC 4055 3.1 (RSA-PSS), RFC 5035 4 (ESSCertIDv2). What is not
looked into is a TLV. `cms` makes these and `incoming` reads them (decision 1915).
"""

from __future__ import annotations

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

DATA = ObjectIdentifier("1.2.840.113549.1.7.1")
SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
SIGNING_TIME = ObjectIdentifier("1.2.840.113549.1.9.5")
SIGNING_CERTIFICATE_V2 = ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
MGF1 = ObjectIdentifier("1.2.840.113549.1.1.8")
RSA = ObjectIdentifier("1.2.840.113549.1.1.1")
RSA_PSS = ObjectIdentifier("1.2.840.113549.1.1.10")
ECDSA_SHA256 = ObjectIdentifier("1.2.840.10045.4.3.2")
SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")


@asn1.sequence
class DigestAlgorithm:
    """Of a digest: its name; parameters are NULL or absent."""

    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class MaskAlgorithm:
    """MGF1 and the digest that it uses."""

    algorithm: ObjectIdentifier
    parameters: DigestAlgorithm | None


@asn1.sequence
class PssParameters:
    """Of RSA-PSS; what is absent is SHA-1, MGF1 with SHA-1, and 20 bytes."""

    hash_algorithm: Annotated[DigestAlgorithm | None, asn1.Explicit(0)]
    mask_gen_algorithm: Annotated[MaskAlgorithm | None, asn1.Explicit(1)]
    salt_length: Annotated[int | None, asn1.Explicit(2)]
    trailer_field: Annotated[int | None, asn1.Explicit(3)]


@asn1.sequence
class SignatureAlgorithm:
    """Of a signature: a scheme, or a scheme and a digest."""

    algorithm: ObjectIdentifier
    parameters: asn1.Null | PssParameters | None


@asn1.sequence
class SignedAttribute:
    """Something that is signed beside the content, or in its place."""

    type: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class IssuerAndSerialNumber:
    """A certificate, by who issued it."""

    issuer: asn1.TLV
    serial_number: int


@asn1.sequence
class SignerInfo:
    """One signer's part."""

    version: int
    sid: IssuerAndSerialNumber | Annotated[bytes, asn1.Implicit(0)]
    digest_algorithm: DigestAlgorithm
    signed_attrs: Annotated[list[SignedAttribute] | None, asn1.Implicit(0)]
    signature_algorithm: SignatureAlgorithm
    signature: bytes
    unsigned_attrs: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]


@asn1.sequence
class EncapsulatedContentInfo:
    """What was signed: its type, and not the content itself when the signature is detached."""

    content_type: ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class SignedData:
    """Signers and the certificates that go with them."""

    version: int
    digest_algorithms: asn1.SetOf[DigestAlgorithm]
    encap_content_info: EncapsulatedContentInfo
    certificates: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    crls: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    signer_infos: asn1.SetOf[SignerInfo]


@asn1.sequence
class ContentInfo:
    """The outermost."""

    content_type: ObjectIdentifier
    content: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class EssCertIdV2:
    """The digest of a certificate; SHA-256 unless it is said."""

    hash_algorithm: DigestAlgorithm | None
    cert_hash: bytes
    issuer_serial: list[asn1.TLV] | None


@asn1.sequence
class SigningCertificateV2:
    """Names the signer's certificate (CAdES)."""

    certs: list[EssCertIdV2]
    policies: list[asn1.TLV] | None
