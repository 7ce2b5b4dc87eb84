"""The files of one batch for REST: a body a form, each on its line, in the ledger's order; and
what the ledger keeps of each form, for a ledger that is lost (R30).

The rules judged the bodies; there is no schema to validate them by and nothing to sign (decision
1321).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fla_batch.account.rest_calls import BODIES, body_bytes
from fla_batch.batching.arrange import Part
from fla_batch.batching.form_store import Note, Spool
from fla_batch.message import MessageShape
from fla_batch.outbox.manifest import FORMS, OutboxDamaged
from fla_batch.outbox.staging import StagedBatch
from fla_batch.system.files import disk_errors

KEPT = Note._fields[: Note._fields.index("body") + 1]
"""The parts of a form that are kept beside the bodies, after the number of its part."""


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
        """Write both files. Raises DiskTrouble."""
        with self.staged.document(BODIES) as file:
            for part in self.parts:
                for note in self.spool.notes(part):
                    file.write(body_bytes(json.loads(note.body)) + b"\n")
        with self.staged.document(FORMS) as file:
            for number, part in enumerate(self.parts, start=1):
                for note in self.spool.notes(part):
                    file.write(json.dumps([number, *note[: len(KEPT)]]).encode() + b"\n")


def kept_forms(path: Path) -> Iterator[tuple[int, Note]]:
    """Part and form, in their order, as a batch for REST keeps them. Raises OutboxDamaged."""
    with disk_errors("read", path), path.open("rb") as lines:
        for line in lines:
            try:
                part, *values = json.loads(line)
                yield int(part), Note(**dict(zip(KEPT, values, strict=True)))
            except (ValueError, TypeError) as error:
                raise OutboxDamaged(f"{path.name} is damaged") from error
