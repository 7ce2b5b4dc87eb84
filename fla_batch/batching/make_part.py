"""What a worker does to make a part: its forms, their digest, the XSD's verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fla_batch.batching.form_store import Extent, bytes_of
from fla_batch.message import load
from fla_batch.message.xsd_verdict import SchemaCheck, SchemaValidator
from fla_batch.system.files import FileFacts, disk_errors, whole_file
from fla_batch.system.workforce import Tools
from fla_batch.vocabulary.terms import FormKind

VALIDATORS: Tools[SchemaValidator] = Tools()
"""By the key of an order."""


@dataclass(frozen=True, slots=True, repr=False)
class PartOrder:
    """One FI; plain values. `profile` and `kind` say what validates it, once for each `key`."""

    target: Path
    head: bytes
    foot: bytes
    forms: list[Extent]
    profile: str
    kind: FormKind
    key: str


class MadePart(NamedTuple):
    """What was written, and what the XSD says of it."""

    facts: FileFacts
    check: SchemaCheck


def make_part(order: PartOrder) -> MadePart:
    """Write the FI, whole, over that of who began it before, and validate it as it lies on disk.

    Raises DiskTrouble.
    """
    with whole_file(order.target) as file:
        file.write(order.head)
        with disk_errors("read the spool for", order.target):
            for piece in bytes_of(order.forms):
                file.write(piece)
        file.write(order.foot)
    validator = VALIDATORS.get(order.key, lambda: _validator(order))
    return MadePart(file.facts, validator.check(order.target))


def _validator(order: PartOrder) -> SchemaValidator:
    profile = load(order.profile)
    return SchemaValidator(profile, profile.shapes[order.kind])
