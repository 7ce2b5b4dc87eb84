"""The ledger: an append-only record of what was built, sent and answered.

SQLite by default, PostgreSQL by URL for several machines. This package is the only one that
imports SQLAlchemy; import it where it is used. docs/reference/ledger.md describes the tables.
"""

from fla_batch.ledger.by_worker import FoundAnomalies
from fla_batch.ledger.database import NoLedger
from fla_batch.ledger.integrity import Contradiction, Reader, Rebuilt
from fla_batch.ledger.ledger import HeldLock, Ledger
from fla_batch.ledger.locks import Holder, LockHeld
from fla_batch.ledger.records import (
    Acceptance,
    AlikeVerdicts,
    AnomalyRow,
    AnswerFile,
    AnswerOutcome,
    AnswerRow,
    BatchChange,
    BatchRecord,
    BatchRow,
    Change,
    Changes,
    Consultation,
    ConsultationRow,
    EventRow,
    FormChange,
    FormLine,
    FormRecord,
    FormRow,
    FoundForm,
    NewestState,
    Photo,
    PhotoRecord,
    UnmatchedChange,
    UnmatchedRow,
)

__all__ = [
    "Acceptance",
    "AlikeVerdicts",
    "AnomalyRow",
    "AnswerFile",
    "AnswerOutcome",
    "AnswerRow",
    "BatchChange",
    "BatchRecord",
    "BatchRow",
    "Change",
    "Changes",
    "Consultation",
    "ConsultationRow",
    "Contradiction",
    "EventRow",
    "FormChange",
    "FormLine",
    "FormRecord",
    "FormRow",
    "FoundAnomalies",
    "FoundForm",
    "HeldLock",
    "Holder",
    "Ledger",
    "LockHeld",
    "NewestState",
    "NoLedger",
    "Photo",
    "PhotoRecord",
    "Reader",
    "Rebuilt",
    "UnmatchedChange",
    "UnmatchedRow",
]
