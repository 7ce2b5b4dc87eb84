"""What the findings of this package say, from `texts.toml`, in en, fr and nl."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.identifiers import mask_inss

LANGUAGES = ("en", "fr", "nl")


@cache
def _texts() -> Mapping[str, Any]:
    text = files(__package__).joinpath("texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def finding(
    rule: str,
    zone: str,
    *,
    value: object = None,
    source: Source | None = None,
    company_id: str | None = None,
    inss: str | None = None,
    parts: Mapping[str, object] | None = None,
) -> Anomaly:
    """The anomaly of a rule of `texts.toml` on a zone; `parts` fill in its texts.

    >>> found = finding("not-a-date", "StartingDate", value="31/02/2024")
    >>> found.error_id, found.blocks, found.label.fr
    ('StartingDate-003', True, "StartingDate n'est pas une date : 31/02/2024")
    """
    entry = _texts()[rule]
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
        value=shown,
        company_id=company_id,
        inss=inss,
        source=source or Source(),
    )


def _labels(texts: Mapping[str, str], fields: Mapping[str, object]) -> Labels:
    return Labels(*(texts[language].format_map(fields) for language in LANGUAGES))
