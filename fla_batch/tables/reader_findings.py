"""What the readers can say about a file: each remark's meaning, class and texts.

Error ids are zone-meaning as everywhere (`TrainingHours-002`); trouble that concerns a whole
file or column stands under `File` and `Column`, which are ours. The texts are in `texts.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping

from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyClass
from fla_batch.vocabulary.zone_path import Path, path_text

FILE = "File"
COLUMN = "Column"
DECLARATION = "FLA"

MEANINGS: Mapping[str, str] = {
    # a value
    "not-a-number": "002",
    "not-whole": "003",
    "too-large": "008",
    "not-a-date": "003",
    "unknown-code": "003",
    "wrong-type": "003",
    "not-text": "003",
    "lost-digits": "003",
    "several-workers": "003",
    "error-cell": "003",
    "ambiguous-joint-committee": "003",
    "ambiguous-number": "003",
    "uncomputed-formula": "003",
    "uncomputed-zero": "003",
    "stored-zero": "003",
    "shown-otherwise": "003",
    "date-with-time": "003",
    "serial-date": "003",
    "read-as": "003",
    "cleaned-cell": "003",
    "merged-filled": "003",
    "merged-empty": "003",
    "comma-shift": "003",
    # a declaration
    "unknown-field": "092",
    "field-twice": "006",
    "contradiction": "003",
    "declared-twice": "006",
    "row-twice": "006",
    "right-type-missing": "001",
    "right-type-mismatch": "005",
    "legal-right-twice": "006",
    "nothing-in-row": "001",
    "not-a-declaration": "163",
    # a column or a row
    "unknown-column": "092",
    "column-twice": "006",
    "missing-column": "001",
    "unclear-kind": "163",
    "extra-cells": "092",
    "ignored-row": "092",
    "ignored-column": "092",
    "hidden-column": "092",
    "hidden-rows": "092",
    "struck-rows": "092",
    "rows-above": "092",
    "total-row": "092",
    "note-row": "092",
    "heading-again": "092",
    "unread-sheet": "092",
    "kinds-unknown": "092",
    "skipped-file": "092",
    "password-protected": "163",
    # a file
    "no-such-file": "142",
    "unreadable-file": "163",
    "unknown-format": "163",
    "no-such-sheet": "163",
    "empty-file": "134",
    "wrong-encoding": "138",
    "malformed-json": "163",
    "malformed-table": "163",
    "nothing-declared": "157",
}
"""Name of the remark -> the last three digits of its error id (spec, anomaly_codes.csv)."""

WARNINGS = frozenset(
    {
        "row-twice",
        "ignored-row",
        "nothing-declared",
        "stored-zero",
        "date-with-time",
        "serial-date",
        "read-as",
        "cleaned-cell",
        "merged-filled",
        "merged-empty",
        "comma-shift",
        "ignored-column",
        "hidden-column",
        "hidden-rows",
        "struck-rows",
        "rows-above",
        "total-row",
        "note-row",
        "heading-again",
        "unread-sheet",
        "kinds-unknown",
        "skipped-file",
    }
)
"""Remarks that hold nothing back; all others block."""

DeclarationKeyParts = tuple[str, str, int]
"""Company number, INSS and calendar year of what a remark is about; empty or 0 when unknown."""

NO_KEY: DeclarationKeyParts = ("", "", 0)


def remark(
    rule: str,
    zone: str,
    source: Source,
    *,
    path: Path = (),
    parameters: Mapping[str, object] | None = None,
    value: str | None = None,
    text: str | None = None,
    key: DeclarationKeyParts = NO_KEY,
) -> Anomaly:
    """The anomaly for one remark; `text` names its texts where they differ from the rule's."""
    filled = {"zone": f"@{zone}", "value": value, **(parameters or {})}
    code = MEANINGS[rule]
    anomaly_class = AnomalyClass.WARNING if rule in WARNINGS else AnomalyClass.BLOCKING
    return Anomaly(
        anomaly_class=anomaly_class.value,
        error_id=f"{zone}-{code}",
        label=_label(_head(rule, zone), _text(text or rule, "says", filled)),
        rule=rule,
        tag=zone,
        path=path_text(path) or None,
        value=value,
        advice=_text(text or rule, "advice", filled),
        company_id=key[0] or None,
        inss=key[1] or None,
        calendar_year=key[2] or None,
        source=source,
    )


def says(key: str, parameters: Mapping[str, object]) -> Labels:
    """What the texts say under `key`, with its parameters filled in."""
    return _text(key, "says", parameters)


def _text(key: str, part: str, parameters: Mapping[str, object]) -> Labels:
    return catalogue.rule_text(key, part, parameters, package="fla_batch.tables")


def _head(rule: str, zone: str) -> Labels:
    """What a text begins with: the meaning of its code, or only the zone where nothing is wrong."""
    if rule in WARNINGS:
        return catalogue.zone_label(zone)
    return catalogue.label_of(f"{zone}-{MEANINGS[rule]}")


def _label(head: Labels, says: Labels) -> Labels:
    return Labels(f"{head.en}: {says.en}", f"{head.fr} : {says.fr}", f"{head.nl}: {says.nl}")
