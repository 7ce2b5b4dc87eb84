"""The files of one batch: each FI written, validated as it lies on disk, and signed; then GO."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fla_batch.batching.arrange import Part
from fla_batch.batching.form_store import Spool
from fla_batch.batching.make_part import VALIDATORS, MadePart, PartOrder, make_part
from fla_batch.message import MessageShape, MessageWriter
from fla_batch.message.xsd_verdict import SchemaCheck, SchemaValidator
from fla_batch.outbox.staging import StagedBatch
from fla_batch.signing.signer import Signer
from fla_batch.system.workforce import Workforce, let_go
from fla_batch.vocabulary.errors import BlockedByAnomalies
from fla_batch.vocabulary.filenames import FileName
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import FormKind, Verdict


class NotValid(BlockedByAnomalies):
    """A part breaks the XSD, or could not be checked: nothing of the batch is kept.

    `anomalies` are what the XSD says; empty when the check could not be made.
    """

    hint = (
        "Compare the profile with its XSD: fla-batch schema check. Declarations that pass the "
        "rules and not the XSD show a difference between the two."
    )

    def __init__(self, message: str, anomalies: list[Anomaly]) -> None:
        super().__init__(message)
        self.anomalies = anomalies


class FillsBatches(Protocol):
    """Writes what a channel sends of batches of one message."""

    @property
    def shape(self) -> MessageShape:
        """The message."""
        ...

    @property
    def around(self) -> int:
        """Bytes of each part besides its forms."""
        ...

    def filling(
        self, staged: StagedBatch, parts: list[Part], spool: Spool, at: datetime
    ) -> AbstractContextManager[BatchBeingFilled]:
        """Begin, in a `with`; `finish` inside it ends well."""
        ...


class BatchBeingFilled(Protocol):
    """A batch whose files are being written."""

    def finish(self) -> None:
        """Everything is written, and whole. Raises NotValid, DiskTrouble."""
        ...


@dataclass(frozen=True, slots=True)
class Assembler:
    """What every part needs. Without a signer no FS is made (circuit test and simulation).

    `profile` is the folder that another worker finds the XSD in, `kind` one of its message.
    """

    shape: MessageShape
    writer: MessageWriter
    validator: SchemaValidator
    signer: Signer | None
    profile: str
    kind: FormKind
    workforce: Workforce
    key: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def around(self) -> int:
        """See `FillsBatches`."""
        return sum(map(len, self.writer.around(10**9)))  # no header counts more

    @contextmanager
    def filling(
        self, staged: StagedBatch, parts: list[Part], spool: Spool, at: datetime
    ) -> Iterator[Filling]:
        """Write all files of a batch: every FI, validated, every FS, and GO last.

        The workforce makes the parts, and the caller may do something else meanwhile; it must
        call `finish`. When the body raises, what is under way comes to its end and what is not
        begun is dropped.
        """
        total = len(parts)
        names = [staged.batch.fi(number, total) for number in range(1, total + 1)]
        staged.expect(names)
        begun: list[Future[MadePart]] = []
        with VALIDATORS.lent(self.key, self.validator):
            try:
                for name, forms in zip(names, parts, strict=True):
                    head, foot = self.writer.around(len(forms))
                    order = PartOrder(
                        staged.path(name),
                        head,
                        foot,
                        list(spool.extents(forms)),
                        self.profile,
                        self.kind,
                        self.key,
                    )
                    begun.append(self.workforce.submit(make_part, order))
                yield Filling(self, staged, names, begun, at)
            finally:
                let_go(begun)


@dataclass(frozen=True, slots=True)
class Filling:
    """A batch whose parts are being made."""

    assembler: Assembler
    staged: StagedBatch
    names: list[FileName]
    begun: list[Future[MadePart]]
    at: datetime

    def finish(self) -> None:
        """Wait for the parts, then write FS and GO.

        Raises NotValid, DiskTrouble, KeyOrCertificateMistake, WorkersLost; nothing of the batch is
        then kept.
        """
        staged, signer, total = self.staged, self.assembler.signer, len(self.names)
        digests = []
        for name, begun in zip(self.names, self.begun, strict=True):
            made = self.assembler.workforce.outcome(begun)
            _require_valid(made.check, str(name))
            staged.note(name, made.facts)
            digests.append(bytes.fromhex(made.facts.sha256))
        if signer is not None:
            for number, digest in enumerate(digests, start=1):
                fs = staged.batch.fs(number, total)
                staged.write(fs, signer.sign(digest, signed_at=self.at))
        staged.write(staged.batch.go(total), b"")


def _require_valid(check: SchemaCheck, name: str) -> None:
    """Only valid is sent; "not checked" is not valid (R24)."""
    if check.verdict is Verdict.VALID:
        return
    if check.verdict is Verdict.NOT_CHECKED:
        raise NotValid(f"{name} could not be checked against {check.schema}: {check.why}", [])
    anomalies = [error.to_anomaly(name) for error in check.errors]
    raise NotValid(f"{name} breaks {check.schema} in {check.total} places", anomalies)
