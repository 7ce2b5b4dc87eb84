"""Key files and passwords: read so that no message, repr or traceback can show them.

Callers pass the result straight into the function that needs it and keep it in no local
variable: tracebacks that print locals would show it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fla_batch.system.plain_texts import plain_bytes
from fla_batch.system.portable import AS_IT_IS, give_mode, is_open_to_others
from fla_batch.vocabulary.errors import KeyOrCertificateMistake


class Password:
    """A password, or none, that shows itself only to `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes | None) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Password(hidden)" if self._value is not None else "Password(none)"

    def reveal(self) -> bytes | None:
        """The bytes themselves; None when there is no password."""
        return self._value


def password_from(variable: str | None) -> Password:
    """The password in environment variable `variable`; no password when that is None.

    Raises KeyOrCertificateMistake when the variable is not set.

    >>> password_from(None)
    Password(none)
    """
    if variable is None:
        return Password(None)
    if variable not in os.environ:
        raise KeyOrCertificateMistake(
            f"the environment variable {variable}, which should hold a password, is not set",
            hint=f"Set {variable} in the environment of this command, not on its command line.",
        )
    return Password(os.environ[variable].encode())


@contextmanager
def keys_of(section: str) -> Iterator[None]:
    """Hints within name that section; else they name the one whose keys sign batches."""
    try:
        yield
    except KeyOrCertificateMistake as error:
        hint = f"Check the [{section}] section of fla-batch.toml and the files that it names."
        usual = error.hint == KeyOrCertificateMistake.hint
        error.hint = hint if usual else error.hint.replace("[signing]", f"[{section}]")
        raise


def read_private_file(path: Path) -> bytes:
    """The bytes of a key file that only its owner may read.

    Raises KeyOrCertificateMistake when it is missing, unreadable or open to others.
    """
    try:
        # One descriptor for both, so that the file checked is the file read.
        with path.open("rb") as file:
            if is_open_to_others(os.fstat(file.fileno())):
                raise KeyOrCertificateMistake(
                    f"the key file {path} can be read or changed by others than its owner",
                    hint=f"chmod 600 {path}, and think of the key as known if it lay open long.",
                )
            return plain_bytes(file.read())
    except OSError as error:
        raise _unreadable(path, error) from error


def read_public_file(path: Path) -> bytes:
    """The bytes of a certificate file. Raises KeyOrCertificateMistake when it cannot be read."""
    try:
        return plain_bytes(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from error


def write_private_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, which from its first byte on only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | AS_IT_IS, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        give_mode(descriptor, 0o600)
        file.write(content)


def _unreadable(path: Path, error: OSError) -> KeyOrCertificateMistake:
    return KeyOrCertificateMistake(f"cannot read {path}: {error.strerror}")
