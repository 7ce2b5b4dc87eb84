"""The exceptions of the project: a broken world, never bad data.

Bad data is a value (`findings.Anomaly`). Each class carries the exit code of the command line and
a one-line hint what to do next; `retryable` says whether trying again, with
nothing changed, makes sense. Foreign exceptions are translated once, in the module that owns
the library. `told` gives what a person reads of it, in their language.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Language

OUR_MISTAKE = "This is a mistake in fla-batch itself, not in your files. Please report it."
"""What to do about an exception that is none of these."""


class ErrorText(NamedTuple):
    """An exception as a person reads it: what is wrong, and what to do next."""

    sentence: str
    hint: str


class FlaBatchError(Exception):
    """Base of all. `str(error)` is one sentence for a person; it holds no secret and no INSS.

    A sentence that a finding has in three languages is given as Labels; all others are in English,
    and translated by `sentences.toml`.
    """

    exit_code: ClassVar[int] = 2
    hint: str = "Run the command with --help to see what it takes."
    retryable: ClassVar[bool] = False

    def __init__(self, message: str | Labels, *, hint: str | Labels | None = None) -> None:
        super().__init__(_english(message))
        self._message, self._hint = message, hint or ""
        if own := _english(self._hint):
            self.hint = own

    def told(self, language: Language) -> ErrorText:
        """What the terminal and the page show of it, in that language; not masked."""
        return ErrorText(
            *(
                (isinstance(given, Labels) and given.text(language))
                or translated(english, language)
                for given, english in ((self._message, str(self)), (self._hint, self.hint))
            )
        )


def _english(text: str | Labels) -> str:
    return text if isinstance(text, str) else text.text(Language.EN)


class UsageMistake(FlaBatchError):
    """The command or the call does not fit the state of things."""


class InputUnreadable(FlaBatchError):
    """A file from the user cannot be read at all; `file` and `row` say where it stopped."""

    exit_code = 1
    hint = "Open the file, mend it at that place, and run the command again."

    def __init__(
        self,
        message: str | Labels,
        *,
        file: str,
        row: int | None = None,
        hint: str | Labels | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.row = row


class BlockedByAnomalies(FlaBatchError):
    """There are blocking anomalies, so nothing was written or sent."""

    exit_code = 1
    hint = "Correct what is listed, or leave the blocked forms out with --skip-blocked."


class ConfigurationMistake(FlaBatchError):
    """A setting is missing, unknown or does not fit."""

    exit_code = 3
    hint = "Correct fla-batch.toml; `fla-batch init` writes one with every setting explained."


class ProfileMistake(ConfigurationMistake):
    """A profile's binding or XSD cannot be used."""

    hint = "Run `fla-batch schema check` on the profile; it lists every difference."


class KeyOrCertificateMistake(FlaBatchError):
    """A key or certificate is missing, unreadable, expired or does not fit the other."""

    exit_code = 3
    hint = "Check the [signing] section of fla-batch.toml and the files that it names."


class LoginRefused(FlaBatchError):
    """The server refused our technical user or key. Never retried."""

    exit_code = 3
    hint = "Check [gateway] user and key_file, and that the public key is registered on the portal."


class HostKeyMismatch(FlaBatchError):
    """The server's host key is unknown or changed. Refused before we authenticate."""

    exit_code = 3
    hint = (
        "Do not go on before the portal's help desk confirmed the new fingerprint; then set "
        "[gateway] host_key."
    )


class GatewayUnavailable(FlaBatchError):
    """The network or the server failed; worth another try."""

    exit_code = 4
    hint = "Try again later: `fla-batch send` and `fla-batch poll` go on where they stopped."
    retryable = True


class OutcomeUnknown(GatewayUnavailable):
    """The connection broke around GO: the batch may or may not have been sent."""

    hint = "Run `fla-batch poll`: the folder and the answer settle it. Do not build it again."
    retryable = False


class DiskTrouble(FlaBatchError):
    """Our own disk is full, over quota or read-only."""

    exit_code = 4
    hint = "Make room or correct the permissions, then run the same command again."


class WaitTimedOut(FlaBatchError):
    """Not all answers came within the time that the user set."""

    exit_code = 6
    hint = "Run `fla-batch poll` again later; nothing is lost."


class LedgerTrouble(FlaBatchError):
    """The ledger cannot be opened, is locked, or contradicts itself."""

    exit_code = 3
    hint = "Check [workspace] ledger, and that no other fla-batch is running on it."


class UnknownTransition(FlaBatchError):
    """An event that the life cycle does not know in that state."""

    exit_code = 3
    hint = "Nothing was changed. Keep the ledger and the outbox as they are and report this."
