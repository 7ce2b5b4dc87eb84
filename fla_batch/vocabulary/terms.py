"""The closed lists of the field, as enums.

Sources: the channel's file names and folders (portal's public documents, shared by all its
batch messages) and the coded zones of the REST manual of 31/01/2025, 3.3.3.1 and 3.3.4.1.
"""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum

NO_SENDER = "000000"
"""Stands for a sender number where none is needed: over REST, and in samples."""


class Environment(StrEnum):
    """Where a batch goes: production, circuit test or simulation."""

    PRODUCTION = "R"
    CIRCUIT_TEST = "T"
    SIMULATION = "S"

    @property
    def folder_in(self) -> str:
        """Folder on the server for what we send.

        >>> Environment.SIMULATION.folder_in, Environment.PRODUCTION.folder_out
        ('INTEST-S', 'OUT')
        """
        return "IN" + _FOLDER_SUFFIXES[self]

    @property
    def folder_out(self) -> str:
        """Folder on the server for what we receive."""
        return "OUT" + _FOLDER_SUFFIXES[self]


_FOLDER_SUFFIXES = {
    Environment.PRODUCTION: "",
    Environment.CIRCUIT_TEST: "TEST",
    Environment.SIMULATION: "TEST-S",
}


class FileKind(StrEnum):
    """The first part of every file name of the channel."""

    FI = "FI"  # the declaration message
    FS = "FS"  # the signature of an FI or FO
    GO = "GO"  # empty; starts the processing
    TD = "TD"  # empty; cancels, before GO is processed
    FO = "FO"  # an answer for us
    CO = "CO"  # an answer as a ZIP that holds one file


class FormKind(StrEnum):
    """What a form of the message declares or asks. The value is our name, not the XML's."""

    TRAINING_RIGHTS = "trainingRights"
    TRAININGS = "trainings"
    ASK_CREDIT = "askCredit"
    ASK_RIGHTS = "askRights"
    ASK_TRAININGS = "askTrainings"
    ASK_TO_VALIDATE = "askToValidate"
    ASK_CHANGED_RIGHTS = "askChangedRights"

    @property
    def is_declaration(self) -> bool:
        """True for the two annual photos, False for questions."""
        return self in (FormKind.TRAINING_RIGHTS, FormKind.TRAININGS)

    @property
    def is_list(self) -> bool:
        """True for questions about all workers of an employer: they name no worker."""
        return self in (FormKind.ASK_TO_VALIDATE, FormKind.ASK_CHANGED_RIGHTS)

    @property
    def is_of_a_year(self) -> bool:
        """True for what names one worker and one calendar year."""
        return not self.is_list and self is not FormKind.ASK_CREDIT


class Language(StrEnum):
    """Languages of labels and messages."""

    EN = "en"
    FR = "fr"
    NL = "nl"


class AnomalyClass(StrEnum):
    """Class of an anomaly, as the portal's NOTIFICATION and the REST manual 3.4.1 use it."""

    BLOCKING = "B"
    PERCENTAGE = "P"
    NO_PERCENTAGE = "NP"
    WARNING = "W"
    NON_BLOCKING = "NB"
    DEDUCTION = "D"
    INVESTIGATION = "I"


class AnomalyOrigin(StrEnum):
    """Who found the anomaly: this tool or the platform."""

    LOCAL = "local"
    REMOTE = "remote"


class RightType(StrEnum):
    """Kinds of training right (REST manual 3.3.7.1 B)."""

    LEGAL = "LEGAL"
    SECTOR = "SECTOR"
    EMPLOYER = "EMPLOYER"


class RightSource(StrEnum):
    """Who entered a right; read-only (REST manual 3.3.3.1 D)."""

    EMPLOYER = "EMPLOYER"
    PROVIDER = "PROVIDER"
    FLA = "FLA"


class ProcessingState(StrEnum):
    """State of a training that a provider registered (REST manual 3.3.4.1 D)."""

    TO_VALIDATE = "toValidate"
    VALIDATED = "validated"
    ALL = "all"


class ResultCode(StrEnum):
    """Verdict on a form in a NOTIFICATION; any other text is 'not accepted'."""

    REFUSED = "0"
    ACCEPTED = "1"
    PROPOSAL = "2"
    PROVISIONAL = "3"
    TIME_OUT = "4"


class TrainingStatus(IntEnum):
    """Status of a training period (REST manual 3.3.4.1 D)."""

    FOLLOWED = 1
    NOT_FOLLOWED = 2
    UNSUITABLE = 3
    RESERVED = 4


class Scope(IntEnum):
    """Whether a training counts within the Federal Learning Account."""

    INSIDE = 1
    OUTSIDE = 2


class Certificate(IntEnum):
    """Whether a training leads to a certificate."""

    NO = 1
    YES = 2


class Verdict(Enum):
    """Outcome of a check. Only VALID may be sent; a check that crashed is NOT_CHECKED."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_CHECKED = "not checked"
