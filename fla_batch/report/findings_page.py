"""What `check` found, as one self-contained page: by cause, then each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any

from fla_batch.report.html import document, heading, paragraph, table
from fla_batch.report.page import MOST_ANOMALIES, severity, words
from fla_batch.system.anomaly_groups import AnomalyGroup
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts
from fla_batch.vocabulary.place_words import place
from fla_batch.vocabulary.terms import Language

_ROWS_AT_ONCE = 500


def findings_page(
    groups: Sequence[AnomalyGroup],
    anomalies: Iterable[Anomaly],
    counts: AnomalyCounts,
    *,
    at: datetime,
    language: Language,
) -> Iterator[str]:
    """The page as HTML, in pieces; `anomalies` in the order in which they are to be shown."""
    word = words(language)
    title = f"{word['findings']}, {belgian(at):%Y-%m-%d %H:%M}"
    if not counts.total:
        return document(title, language.value, [paragraph(word["no_anomalies"])])
    parts = [
        paragraph(word["counted"].format(**counts._asdict())),
        _by_cause(groups, word, language),
        heading(2, word["each"]),
    ]
    return document(title, language.value, chain(parts, _each(anomalies, counts, word, language)))


def _by_cause(groups: Sequence[AnomalyGroup], word: dict[str, Any], language: Language) -> str:
    names = ("severity", "code", "what", "column", "count", "rows", "do")
    return table(
        [word[name] for name in names],
        (
            [
                word[severity(group.first)],
                group.cause.error_id,
                group.label.text(language),
                group.cause.column,
                group.count,
                ", ".join(str(place.row) for place in group.places if place.row is not None)
                + (", ..." if group.count > len(group.places) else ""),
                group.first.advice.text(language),
            ]
            for group in groups
        ),
    )


def _each(
    anomalies: Iterable[Anomaly], counts: AnomalyCounts, word: dict[str, Any], language: Language
) -> Iterator[str]:
    shown = islice(anomalies, MOST_ANOMALIES)
    names = [word[name] for name in ("severity", "code", "where", "what", "do")]
    while part := list(islice(shown, _ROWS_AT_ONCE)):
        yield table(
            names,
            (
                [
                    word[severity(one)],
                    one.error_id,
                    place(one.source, language) or one.path,
                    one.label.text(language),
                    one.advice.text(language),
                ]
                for one in part
            ),
        )
        names = []
    if counts.total > MOST_ANOMALIES:
        left_out = counts.total - MOST_ANOMALIES
        yield paragraph(word["left_out_of_check"].format(count=left_out))
