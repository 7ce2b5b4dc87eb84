"""From a signer's certificate up to a configured root, all valid at one instant.

Source: RFC 5280 6.1, without policies and without revocation: no network is used while
answers are read. A critical extension that we do not know refuses the certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

MAX_CHAIN = 8
_KNOWN_EXTENSIONS = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)


def chain_fault(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> str | None:
    """Why `leaf` does not lead to one of `roots` at the instant `at`; None when it does."""
    fault = leaf_fault(leaf, at)
    if fault:
        return fault
    # Breadth first, each certificate once: a bundle of certificates that all sign each other
    # cannot make this take long.
    level, seen = [leaf], {leaf}
    for depth in range(MAX_CHAIN):
        if any(item in roots for item in level):
            return None
        parents = [
            issuer
            for issuer in [*roots, *others]
            if issuer not in seen and any(_issued(issuer, item, depth, at) for item in level)
        ]
        seen.update(parents)
        level = list(dict.fromkeys(parents))
    return "the certificate does not lead to a configured root"


def is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    """True within the time that a certificate was issued for."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def leaf_fault(leaf: x509.Certificate, at: datetime) -> str | None:
    """Why a certificate must not sign at the instant `at`, wherever it leads; None when it may."""
    if not is_valid(leaf, at):
        return f"the signer's certificate is not valid on {at:%Y-%m-%d}"
    return use_fault(leaf)


def use_fault(leaf: x509.Certificate) -> str | None:
    """Why a certificate is not meant to sign files, whatever the day; None when it is (S15)."""
    if not _extensions_known(leaf):
        return "the signer's certificate has a critical extension that is not known"
    usage = _usage(leaf)
    if usage and not (usage.digital_signature or usage.content_commitment):
        return "the signer's certificate is not meant for signatures"
    return None


def _issued(issuer: x509.Certificate, item: x509.Certificate, below: int, at: datetime) -> bool:
    """True when `issuer` is an authority, valid at `at`, that signed `item`."""
    if issuer.subject != item.issuer or not _is_authority(issuer, below):
        return False
    if not is_valid(issuer, at):
        return False
    try:
        item.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return _extensions_known(issuer)


def _is_authority(issuer: x509.Certificate, below: int) -> bool:
    """True when `issuer` may sign certificates, with `below` authorities under it."""
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    usage = _usage(issuer)
    long_enough = basic.path_length is None or below <= basic.path_length
    return basic.ca and long_enough and (usage is None or usage.key_cert_sign)


def _usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _extensions_known(certificate: x509.Certificate) -> bool:
    try:
        critical = [item.oid for item in certificate.extensions if item.critical]
    except (ValueError, x509.DuplicateExtension):
        return False
    return all(oid in _KNOWN_EXTENSIONS for oid in critical)
