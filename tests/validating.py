"""A message validated, with what was found in it as a list."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from fla_batch.message import Profile
from fla_batch.message.validation import validate_message
from fla_batch.message.xsd_verdict import SchemaCheck
from fla_batch.rules import RuleContext
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.findings import Anomaly

BEFORE = Anomaly("W", "INSS-004")


class Validated(NamedTuple):
    check: SchemaCheck
    forms: int
    anomalies: list[Anomaly]


def validated(path: Path, profile: Profile, context: RuleContext) -> Validated:
    """What was found in another message before stays as it was."""
    spool = AnomalySpool([BEFORE])
    result = validate_message(path, profile, context, spool)
    first, *anomalies = spool
    assert first == BEFORE
    return Validated(result.check, result.forms, anomalies)
