"""A message validated, with what was found in it as a list."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from fla_batch.anomaly_spool import AnomalySpool
from fla_batch.binding import Profile
from fla_batch.findings import Anomaly
from fla_batch.rules import RuleContext
from fla_batch.schema import SchemaCheck
from fla_batch.validation import validate_message

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
