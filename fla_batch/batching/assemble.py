"""The files of one batch: each FI written, validated as it lies on disk, and signed; then GO."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fla_batch.batching.arrange import Part
from fla_batch.batching.form_store import Spool
from fla_batch.message import MessageShape, MessageWriter
from fla_batch.message.xsd_verdict import SchemaCheck, SchemaValidator
from fla_batch.outbox.staging import StagedBatch
from fla_batch.signing.signer import Signer
from fla_batch.system.cores import cores
from fla_batch.vocabulary.errors import BlockedByAnomalies
from fla_batch.vocabulary.filenames import FileName
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import Verdict


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
    """What every part needs. Without a signer no FS is made (circuit test and simulation)."""

    shape: MessageShape
    writer: MessageWriter
    validator: SchemaValidator
    signer: Signer | None

    @property
    def around(self) -> int:
        """See `FillsBatches`."""
        return len(self.writer.head) + len(self.writer.foot)

    @contextmanager
    def filling(
        self, staged: StagedBatch, parts: list[Part], spool: Spool, at: datetime
    ) -> Iterator[Filling]:
        """Write all files of a batch: every FI, validated, every FS, and GO last.

        The parts are made in threads, as many at a time as there are cores, and the caller may
        do something else meanwhile; it must call `finish`. When the body raises, what is under
        way comes to its end and what is not begun is dropped.
        """
        total = len(parts)
        names = [staged.batch.fi(number, total) for number in range(1, total + 1)]
        staged.expect(names)
        pool = ThreadPoolExecutor(cores(), thread_name_prefix="part")
        try:
            digests = [
                pool.submit(self._part, staged, name, forms, spool)
                for name, forms in zip(names, parts, strict=True)
            ]
            yield Filling(self, staged, digests, at)
        finally:
            pool.shutdown(cancel_futures=True)

    def _part(self, staged: StagedBatch, name: FileName, forms: Part, spool: Spool) -> bytes:
        with staged.file(name) as file:
            file.write(self.writer.head)
            for piece in spool.contents(forms):
                file.write(piece)
            file.write(self.writer.foot)
        path = staged.path(name)
        _require_valid(self.validator.check(path), path)
        return bytes.fromhex(file.facts.sha256)


@dataclass(frozen=True, slots=True)
class Filling:
    """A batch whose parts are being made."""

    assembler: Assembler
    staged: StagedBatch
    digests: list[Future[bytes]]
    at: datetime

    def finish(self) -> None:
        """Wait for the parts, then write FS and GO.

        Raises NotValid, DiskTrouble, KeyOrCertificateMistake; nothing of the batch is then kept.
        """
        staged, signer, total = self.staged, self.assembler.signer, len(self.digests)
        found = [digest.result() for digest in self.digests]
        if signer is not None:
            for number, digest in enumerate(found, start=1):
                name = staged.batch.fs(number, total)
                staged.write(name, signer.sign(digest, signed_at=self.at))
        staged.write(staged.batch.go(total), b"")


def _require_valid(check: SchemaCheck, path: Path) -> None:
    """Only valid is sent; "not checked" is not valid (R24)."""
    if check.verdict is Verdict.VALID:
        return
    if check.verdict is Verdict.NOT_CHECKED:
        raise NotValid(f"{path.name} could not be checked against {check.schema}: {check.why}", [])
    anomalies = [error.to_anomaly(path.name) for error in check.errors]
    raise NotValid(f"{path.name} breaks {check.schema} in {check.total} places", anomalies)
