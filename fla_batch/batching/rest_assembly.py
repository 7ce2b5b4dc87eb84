"""The file of one batch for REST: a body a form, each on its line, in the ledger's order.

The rules judged the bodies; there is no schema to validate them by and nothing to sign (decision
1321).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fla_batch.account.rest_calls import BODIES, body_bytes
from fla_batch.batching.arrange import Part
from fla_batch.batching.form_store import Spool
from fla_batch.message import MessageShape
from fla_batch.outbox.staging import StagedBatch


@dataclass(frozen=True, slots=True)
class RestAssembler:
    """See `assemble.FillsBatches`."""

    shape: MessageShape
    around = 0

    @contextmanager
    def filling(
        self,
        staged: StagedBatch,
        parts: list[Part],
        spool: Spool,
        at: datetime,  # noqa: ARG002 - a body has no time of its own
    ) -> Iterator[RestFilling]:
        """Write the bodies, in `finish`."""
        yield RestFilling(staged, parts, spool)


@dataclass(frozen=True, slots=True)
class RestFilling:
    """See `assemble.BatchBeingFilled`."""

    staged: StagedBatch
    parts: list[Part]
    spool: Spool

    def finish(self) -> None:
        """Write the one file. Raises DiskTrouble."""
        with self.staged.document(BODIES) as file:
            for part in self.parts:
                for note in self.spool.notes(part):
                    file.write(body_bytes(json.loads(note.body)) + b"\n")
