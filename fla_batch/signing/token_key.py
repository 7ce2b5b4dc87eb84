"""A signing key on a token (PKCS#11: card, HSM) that never leaves it (S16, decision 1908).

Needs the extra `token` (python-pkcs11). A session is opened for each signature and closed after it:
cards are drawn and tokens time out between two batches. Source: PKCS#11 2.40, RFC 5652.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from fla_batch.signing.keys import SigningKey, fitting_use, load_certificates
from fla_batch.system.private_files import Password, password_from
from fla_batch.vocabulary.errors import KeyOrCertificateMistake

_HINT = "Check pkcs11_module, pkcs11_token and pkcs11_key in [signing], and that the card is in."


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a private key is: the library of the token, labels of token and key, and the PIN."""

    module: Path
    token: str
    label: str
    kind: str
    pin: Password = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """RSA PKCS#1 v1.5 or ECDSA (DER) over the SHA-256 of `content`, made by the token.

        Raises KeyOrCertificateMistake: no token, wrong PIN, no such key, refused.
        """
        pkcs11 = _library()
        with _session(self.module, self.token, self.pin) as session, _told(self.token):
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self.label)
            if self.kind == "rsa":
                signed: bytes = key.sign(content, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
                return signed
            # Not every token hashes for ECDSA; all of them sign a digest.
            raw: bytes = key.sign(sha256(content).digest(), mechanism=pkcs11.Mechanism.ECDSA)
            half = len(raw) // 2
            r, s = (int.from_bytes(part, "big") for part in (raw[:half], raw[half:]))
            return encode_dss_signature(r, s)


def load_token(
    module: Path,
    token: str,
    label: str,
    *,
    certificate_file: Path | None = None,
    password_env: str | None = None,
) -> SigningKey:
    """The key `label` on a token, with its certificate: that of the file, else the token's own.

    `password_env` names the variable that holds the PIN. Raises KeyOrCertificateMistake.
    """
    pin = password_from(password_env)
    found = load_certificates(certificate_file) if certificate_file else []
    found = found or _certificates(module, token, label, pin)
    leaf = found[0]
    fitting_use(leaf, certificate_file or Path(token))
    public = leaf.public_key()
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise KeyOrCertificateMistake(f"the certificate of token {token} is neither RSA nor EC")
    kind = "rsa" if isinstance(public, rsa.RSAPublicKey) else "ec"
    return SigningKey(leaf, tuple(found[1:]), TokenKey(module, token, label, kind, pin))


def _certificates(module: Path, token: str, label: str, pin: Password) -> list[x509.Certificate]:
    """The key's certificate on the token, and then the others there."""
    pkcs11 = _library()
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}
    with _session(module, token, pin) as session, _told(token):
        found = [
            (each[pkcs11.Attribute.LABEL] != label, bytes(each[pkcs11.Attribute.VALUE]))
            for each in session.get_objects(wanted)
        ]
    if not found or min(found)[0]:
        raise KeyOrCertificateMistake(
            f"token {token} holds no certificate with the label {label}",
            hint="Name it in [signing] certificate_file, or set pkcs11_key to its label.",
        )
    return [x509.load_der_x509_certificate(der) for _, der in sorted(found, key=lambda one: one[0])]


def _library() -> Any:
    try:
        import pkcs11
    except ModuleNotFoundError:
        raise KeyOrCertificateMistake(
            "a key on a token needs python-pkcs11, which is not installed",
            hint="pip install 'fla-batch[token]'",
        ) from None
    return pkcs11


@contextmanager
def _session(module: Path, token: str, pin: Password) -> Iterator[Any]:
    pkcs11 = _library()
    with _told(token):
        # The PIN is in no local variable: a traceback that prints them would show it.
        opened = pkcs11.lib(str(module)).get_token(token_label=token).open(user_pin=_text(pin))
    with opened as session:
        yield session


def _text(pin: Password) -> str | None:
    return None if pin.reveal() is None else (pin.reveal() or b"").decode()


@contextmanager
def _told(token: str) -> Iterator[None]:
    """The library's exceptions in words; without their frames, which may hold the PIN."""
    pkcs11 = _library()
    said = {
        pkcs11.PinIncorrect: "the PIN is wrong (each try counts: a card locks itself)",
        pkcs11.PinLocked: "the PIN is locked",
        pkcs11.NoSuchToken: "there is no such token",
        pkcs11.NoSuchKey: "it has no such key",
        pkcs11.TokenNotPresent: "no card is in the reader",
    }
    try:
        yield
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        why = next((text for kind, text in said.items() if isinstance(error, kind)), None)
        raise KeyOrCertificateMistake(
            f"token {token}: {why or type(error).__name__}", hint=_HINT
        ) from None
