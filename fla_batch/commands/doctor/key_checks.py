"""Keys and certificates: they open, fit each other and their use, and are valid on the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fla_batch.commands.doctor.diagnosis import Diagnosis, Surroundings
from fla_batch.signing.chain import is_valid
from fla_batch.signing.keys import EXPIRY_WARNING
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def signing_key(around: Surroundings) -> Iterator[Diagnosis]:
    """The key of [signing] opens, is for its owner alone, and fits its certificate (S10, S15)."""
    section = around.settings.signing
    if around.settings.uses_rest:
        yield around.skipped("signing-key", "signing-over-rest")
    elif section.is_set:
        public = around.signer.key.certificate.public_key()
        kind = "RSA" if "RSA" in type(public).__name__ else "EC"
        yield around.ok("signing-key", "signing-key-opens", kind=kind)
    elif around.settings.environment is Environment.PRODUCTION:
        yield around.error("signing-key", "signing-key-missing")
    else:
        yield around.ok("signing-key", "signing-key-unneeded")


def certificate(around: Surroundings) -> Iterator[Diagnosis]:
    """Valid today, and in 30 days (S9)."""
    if not _signs(around):
        yield around.skipped("certificate", "signing-key-unneeded")
        return
    found, now = around.signer.key.certificate, around.clock()
    begin, end = found.not_valid_before_utc, found.not_valid_after_utc
    parts = {"begin": f"{begin:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}", "subject": _holder(found)}
    if now < begin:
        yield around.error("certificate", "certificate-not-yet", **parts)
    elif now > end:
        yield around.error("certificate", "certificate-expired", **parts)
    elif end <= now + EXPIRY_WARNING:
        yield around.warning("certificate", "certificate-ends", days=(end - now).days, **parts)
    else:
        yield around.ok("certificate", "certificate-valid", **parts)


def certificate_chain(around: Surroundings) -> Iterator[Diagnosis]:
    """Who issued it, and that the issuers between it and a root go with the signature."""
    if not _signs(around):
        yield around.skipped("certificate-chain", "signing-key-unneeded")
        return
    key = around.signer.key
    leaf = key.certificate
    issuer = next((each for each in key.chain if each.subject == leaf.issuer), None)
    name = leaf.issuer.rfc4514_string()
    if leaf.subject == leaf.issuer:
        production = around.settings.environment is Environment.PRODUCTION
        found = around.error if production else around.warning
        yield found("certificate-chain", "chain-self-signed")
    elif issuer is None:
        yield around.warning("certificate-chain", "chain-incomplete", issuer=name)
    elif not is_valid(issuer, around.clock()):
        end = f"{issuer.not_valid_after_utc:%Y-%m-%d}"
        yield around.error("certificate-chain", "chain-expired", issuer=name, end=end)
    else:
        yield around.ok("certificate-chain", "chain-whole", issuer=name)


def trial_signature(around: Surroundings) -> Iterator[Diagnosis]:
    """A signature is made and verified, as for each batch."""
    import hashlib

    if not _signs(around):
        yield around.skipped("signature", "signing-key-unneeded")
        return
    digest = hashlib.sha256(b"fla-batch doctor").digest()
    around.signer.sign(digest, signed_at=around.clock())
    yield around.ok("signature", "signature-made")


def login_key(around: Surroundings) -> Iterator[Diagnosis]:
    """The key of [gateway] opens and is for its owner alone (S10)."""
    from fla_batch.channel.userkey import WEAK_RSA_BITS, load_user_key

    section = around.settings.gateway
    if around.settings.uses_rest or section.key_file is None:
        yield around.skipped("login-key", "gateway-unused")
        return
    key = load_user_key(section.key_file, password_env=section.key_password_env)
    parts = {"kind": key.get_name(), "bits": key.get_bits(), "file": section.key_file}
    if key.get_name() == "ssh-rsa" and key.get_bits() < WEAK_RSA_BITS:
        yield around.warning("login-key", "login-key-weak", **parts)
    else:
        yield around.ok("login-key", "login-key-opens", **parts)


def rest_key(around: Surroundings) -> Iterator[Diagnosis]:
    """[rest] says who we are and where, and its key opens."""
    from fla_batch.channel.rest_token import client_key

    if not around.settings.uses_rest:
        yield around.skipped("rest-key", "rest-unused")
        return
    section = around.settings.rest
    section.require_usable(around.settings.environment)
    key = client_key(section)
    yield around.ok("rest-key", "rest-key-opens", bits=key.key_size, client=section.client_id)


def _signs(around: Surroundings) -> bool:
    return around.settings.signing.is_set and not around.settings.uses_rest


def _holder(certificate: Certificate) -> str:
    """The certificate's name without serial numbers: that of a Belgian one is a national number."""
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else "?"
