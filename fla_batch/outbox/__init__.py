"""The outbox on disk: what we send, whole batches or none; what we received, never overwritten.

`<R|T|S>/<batch>/` holds `sent/` (FI, FS, GO), `received/` (FO, FS, GO as they came) and
`manifest.json`; `<R|T|S>/inbox/` the answers whose batch is not known (yet); `quarantine/` what
could not be trusted or read. Folders 0700, files 0600: they hold national numbers (S12).
"""

from fla_batch.outbox.audit import audit
from fla_batch.outbox.inbox import Arrival, Inbox, Kept
from fla_batch.outbox.manifest import Manifest, OutboxDamaged, SentFile
from fla_batch.outbox.outbox import Fault, Outbox
from fla_batch.outbox.quarantine import Quarantine, Quarantined
from fla_batch.outbox.staging import StagedBatch

__all__ = [
    "Arrival",
    "Fault",
    "Inbox",
    "Kept",
    "Manifest",
    "Outbox",
    "OutboxDamaged",
    "Quarantine",
    "Quarantined",
    "SentFile",
    "StagedBatch",
    "audit",
]
