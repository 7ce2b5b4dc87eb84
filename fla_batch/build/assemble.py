"""The files of one batch: each FI written, validated as it lies on disk, and signed; then GO."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fla_batch.binding import MessageWriter
from fla_batch.build.arrange import Part
from fla_batch.build.spool import Spool
from fla_batch.errors import BlockedByAnomalies
from fla_batch.filenames import BatchName
from fla_batch.files import new_private_file
from fla_batch.findings import Anomaly
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

    def files(
        self, folder: Path, name: BatchName, parts: list[Part], spool: Spool, at: datetime
    ) -> Iterator[Path]:
        """Write all files of a batch into `folder`, FI by FI, GO last; gives each as it is whole.

        Raises NotValid, DiskTrouble, KeyOrCertificateMistake; what was written until then is the
        caller's to remove.
        """
        total = len(parts)
        for number, forms in enumerate(parts, start=1):
            fi = folder / str(name.fi(number, total))
            digest = self._write(fi, forms, spool)
            _require_valid(self.validator.check(fi), fi)
            yield fi
            if self.signer is not None:
                fs = folder / str(name.fs(number, total))
                with new_private_file(fs) as file:
                    file.write(self.signer.sign(digest, signed_at=at))
                yield fs
        go = folder / str(name.go(total))
        with new_private_file(go):
            pass
        yield go

    def _write(self, path: Path, forms: Part, spool: Spool) -> bytes:
        with new_private_file(path) as file:
            file.write(self.writer.head)
            for piece in spool.contents(forms):
                file.write(piece)
            file.write(self.writer.foot)
        return bytes.fromhex(file.facts.sha256)


def _require_valid(check: SchemaCheck, path: Path) -> None:
    """Only valid is sent; "not checked" is not valid (R24)."""
    if check.verdict is Verdict.VALID:
        return
    if check.verdict is Verdict.NOT_CHECKED:
        raise NotValid(f"{path.name} could not be checked against {check.schema}: {check.why}", [])
    anomalies = [error.to_anomaly(path.name) for error in check.errors]
    raise NotValid(f"{path.name} breaks {check.schema} in {check.total} places", anomalies)
