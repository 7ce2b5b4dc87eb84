"""The ledger: an append-only record of what was built, sent and answered.

SQLite by default, PostgreSQL by URL for several machines. This package is the only one that
imports SQLAlchemy; import it where it is used. docs/reference/ledger.md describes the tables.
"""

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.records import (
    AnswerFile,
    BatchChange,
    BatchRecord,
    BatchRow,
    Change,
    Consultation,
    EventRow,
    FormChange,
    FormRecord,
    FormRow,
    FoundForm,
    Photo,
    PhotoRecord,
    UnmatchedChange,
)

__all__ = [
    "AnswerFile",
    "BatchChange",
    "BatchRecord",
    "BatchRow",
    "Change",
    "Consultation",
    "EventRow",
    "FormChange",
    "FormRecord",
    "FormRow",
    "FoundForm",
    "Ledger",
    "Photo",
    "PhotoRecord",
    "UnmatchedChange",
]
