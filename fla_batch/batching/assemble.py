"""The files of one batch: each FI written, validated as it lies on disk, and signed; then GO."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fla_batch.batching.arrange import Part
from fla_batch.batching.spool import Spool
from fla_batch.binding import MessageWriter
from fla_batch.errors import BlockedByAnomalies
from fla_batch.filenames import FileName
from fla_batch.findings import Anomaly
from fla_batch.outbox.staging import StagedBatch
from fla_batch.schema import SchemaCheck, SchemaValidator
from fla_batch.signing.signer import Signer
from fla_batch.terms import Verdict


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


@dataclass(frozen=True, slots=True)
class Assembler:
    """What every part needs. Without a signer no FS is made (circuit test and simulation)."""

    writer: MessageWriter
    validator: SchemaValidator
    signer: Signer | None

    def fill(self, staged: StagedBatch, parts: list[Part], spool: Spool, at: datetime) -> None:
        """Write all files of a batch: every FI, validated, every FS, and GO last.

        Raises NotValid, DiskTrouble, KeyOrCertificateMistake; nothing of the batch is then kept.
        """
        name, total = staged.batch, len(parts)
        digests = [
            self._part(staged, name.fi(number, total), forms, spool)
            for number, forms in enumerate(parts, start=1)
        ]
        if self.signer is not None:
            for number, digest in enumerate(digests, start=1):
                staged.write(name.fs(number, total), self.signer.sign(digest, signed_at=at))
        staged.write(name.go(total), b"")

    def _part(self, staged: StagedBatch, name: FileName, forms: Part, spool: Spool) -> bytes:
        with staged.file(name) as file:
            file.write(self.writer.head)
            for piece in spool.contents(forms):
                file.write(piece)
            file.write(self.writer.foot)
        path = staged.path(name)
        _require_valid(self.validator.check(path), path)
        return bytes.fromhex(file.facts.sha256)


def _require_valid(check: SchemaCheck, path: Path) -> None:
    """Only valid is sent; "not checked" is not valid (R24)."""
    if check.verdict is Verdict.VALID:
        return
    if check.verdict is Verdict.NOT_CHECKED:
        raise NotValid(f"{path.name} could not be checked against {check.schema}: {check.why}", [])
    anomalies = [error.to_anomaly(path.name) for error in check.errors]
    raise NotValid(f"{path.name} breaks {check.schema} in {check.total} places", anomalies)
