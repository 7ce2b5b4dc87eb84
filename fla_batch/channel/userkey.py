"""The private key that logs us in: one file, no agent, no default keys."""

from __future__ import annotations

import io
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from fla_batch.system.private_files import Password, keys_of, password_from, read_private_file
from fla_batch.vocabulary.errors import KeyOrCertificateMistake

_HINT = "Check [gateway] key_file and the variable that key_password_env names."
WEAK_RSA_BITS = 2048
"""An RSA key of fewer bits is refused by newer servers."""
_PUTTY = b"PuTTY-User-Key-File"


def load_user_key(path: Path, *, password_env: str | None = None) -> paramiko.PKey:
    """The RSA, ECDSA or Ed25519 key in `path`, in OpenSSH or PEM form.

    Raises KeyOrCertificateMistake: unreadable, open to others, password missing or wrong,
    PuTTY's own form, another kind of key.
    """
    with keys_of("gateway"):
        in_putty_form = read_private_file(path).startswith(_PUTTY)
    if in_putty_form:
        raise KeyOrCertificateMistake(
            f"{path} is in PuTTY's own form",
            hint=f"Convert it: puttygen {path} -O private-openssh -o NEW_FILE",
        )
    return _as_paramiko(_opened(path, password_from(password_env)), path)


def _opened(path: Path, password: Password) -> object:
    # The key's bytes are kept in no variable and the causes are dropped: a traceback that
    # prints locals would show them.
    for load in (serialization.load_ssh_private_key, serialization.load_pem_private_key):
        try:
            return load(read_private_file(path), password.reveal())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
    raise KeyOrCertificateMistake(
        f"{path} cannot be opened: it is no private key, or its password is missing, wrong or "
        "not needed",
        hint=_HINT,
    )


def _as_paramiko(key: object, path: Path) -> paramiko.PKey:
    if isinstance(key, rsa.RSAPrivateKey):
        return paramiko.RSAKey(key=key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return paramiko.ECDSAKey(vals=(key, key.public_key()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return paramiko.Ed25519Key(file_obj=io.StringIO(openssh_form(key).decode()))
    raise KeyOrCertificateMistake(f"{path} is neither an RSA, ECDSA nor Ed25519 key", hint=_HINT)


def openssh_form(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    """A private key as OpenSSH writes it, without a password."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
