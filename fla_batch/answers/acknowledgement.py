"""ACRF: was the file received? One form per acknowledged file.

The verdict is ResultCode alone: 1 accepted, anything else is not. TypeForm says FA or PA
whatever the verdict. Source: the portal's ACRF message.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from fla_batch.answers.blocks import (
    FileReference,
    NoForm,
    PortalHeader,
    Zones,
    read_file_reference,
    read_header,
    result_code,
)
from fla_batch.system import xmlsafe
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin, ResultCode

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT = "ACRF"
IDENTIFICATION = "ACRF001"


class Acknowledgement(NamedTuple):
    """The portal's verdict on one file. `result_code` is empty when it is missing."""

    header: PortalHeader
    file_reference: FileReference | None
    result_code: str
    error_ids: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """True for ResultCode 1 and for nothing else."""
        return self.result_code == ResultCode.ACCEPTED

    @property
    def refused(self) -> bool:
        """True for ResultCode 0. A code that is neither is unrecognised, not refused."""
        return self.result_code == ResultCode.REFUSED

    @property
    def file_name(self) -> str | None:
        """The GO or FI name that the portal gives."""
        return self.file_reference.file_name if self.file_reference else None

    @property
    def ticket(self) -> str | None:
        """The portal's number of the file: 13 characters as seen, 20 allowed."""
        return self.file_reference.reference_nbr if self.file_reference else None

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """One anomaly per error id, repeated ones once; blocking unless the file is accepted."""
        anomaly_class = AnomalyClass.WARNING if self.accepted else AnomalyClass.BLOCKING
        return tuple(
            Anomaly(
                anomaly_class,
                error_id,
                label=catalogue.label_of(error_id),
                origin=AnomalyOrigin.REMOTE,
            )
            for error_id in dict.fromkeys(self.error_ids)
        )


def read_forms(source: Path | BinaryIO) -> Iterator[Acknowledgement]:
    """Every acknowledgement in an ACRF message; commit only when the iterator has ended.

    Raises NotWellFormed, UnsafeXml, UnexpectedRoot, NoForm; OSError.
    """
    found = False
    for element in xmlsafe.children(source, "Form", root=ROOT):
        found = True
        yield _read_form(element)
    if not found:
        raise NoForm("the acknowledgement holds no form")


def read(source: Path | BinaryIO) -> tuple[Acknowledgement, ...]:
    """All acknowledgements of a file, nearly always one. Raises as `read_forms`."""
    return tuple(read_forms(source))


def _read_form(element: _Element) -> Acknowledgement:
    zones = Zones(element)
    result = zones.block("ReceptionResult")
    return Acknowledgement(
        read_header(zones),
        read_file_reference(zones),
        result_code(result),
        result.texts("ErrorID"),
    )
