"""What the readers can say about a file: `texts.toml` has each remark's meaning, class and texts.

Error ids are zone-meaning as everywhere (`TrainingHours-002`); trouble that concerns a whole
file or column stands under `File` and `Column`, which are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyClass
from fla_batch.vocabulary.words import texts_of
from fla_batch.vocabulary.zone_path import Path, path_text

FILE = "File"
COLUMN = "Column"
DECLARATION = "FLA"
_TEXTS = "texts.toml"

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
    entry = texts_of(__package__, _TEXTS)[rule]
    error_id = f"{zone}-{entry['code']}"
    # Where nothing is wrong, the zone alone stands before what is said.
    head = catalogue.zone_label(zone) if is_warning(rule) else catalogue.label_of(error_id)
    return Anomaly(
        anomaly_class=entry["class"],
        error_id=error_id,
        label=_label(head, _text(text or rule, "says", filled)),
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


def is_warning(rule: str | None) -> bool:
    """True for a remark that holds nothing back; false for all others, of whatever room."""
    entry = texts_of(__package__, _TEXTS).get(rule or "", {})
    return bool(entry.get("class") == AnomalyClass.WARNING)


def says(key: str, parameters: Mapping[str, object]) -> Labels:
    """What the texts say under `key`, with its parameters filled in."""
    return _text(key, "says", parameters)


def _text(key: str, part: str, parameters: Mapping[str, object]) -> Labels:
    return catalogue.rule_text(key, part, parameters, package=__package__)


def _label(head: Labels, says: Labels) -> Labels:
    return Labels(f"{head.en}: {says.en}", f"{head.fr} : {says.fr}", f"{head.nl}: {says.nl}")
