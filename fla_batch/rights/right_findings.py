"""What the findings of this package say, from `texts.toml`, in en, fr and nl."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.identifiers import mask_inss
from fla_batch.vocabulary.terms import AnomalyClass
from fla_batch.vocabulary.words import texts_of

LANGUAGES = ("en", "fr", "nl")
_TEXTS = "texts.toml"


def day_text(day: int) -> str:
    """A day as Belgians write it.

    >>> day_text(date(2024, 3, 1).toordinal())
    '01/03/2024'
    """
    return date.fromordinal(day).strftime("%d/%m/%Y")


def rule_blocks(rule: str) -> bool:
    """True when what a rule finds cannot count."""
    return bool(texts_of(__package__, _TEXTS)[rule]["class"] == AnomalyClass.BLOCKING)


def finding(
    rule: str,
    zone: str,
    *,
    value: object = None,
    source: Source | None = None,
    company_id: str | None = None,
    inss: str | None = None,
    parts: Mapping[str, object] | None = None,
    path: str | None = None,
) -> Anomaly:
    """The anomaly of a rule of `texts.toml` on a zone; `parts` fill in its texts.

    `path` is the quarter that it concerns, if it concerns one.

    >>> found = finding("not-a-date", "StartingDate", value="31/02/2024")
    >>> found.error_id, found.blocks, found.label.fr
    ('StartingDate-003', True, "StartingDate n'est pas une date : 31/02/2024")
    """
    entry = texts_of(__package__, _TEXTS)[rule]
    shown = None if value is None else str(value)
    if zone == "INSS" and shown:
        shown = mask_inss(shown)
    fields = {"column": zone, "value": shown, **(parts or {})}
    return Anomaly(
        anomaly_class=entry["class"],
        error_id=f"{zone}-{entry['code']}",
        label=_labels(entry["says"], fields),
        advice=_labels(entry["advice"], fields),
        rule=rule,
        tag=zone,
        path=path,
        value=shown,
        company_id=company_id,
        inss=inss,
        source=source or Source(),
    )


def _labels(texts: Mapping[str, str], fields: Mapping[str, object]) -> Labels:
    return Labels(*(texts[language].format_map(fields) for language in LANGUAGES))
