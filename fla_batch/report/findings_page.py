"""What `check` found, as one self-contained page: by cause, then each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

from fla_batch.report.finding_parts import (
    FINDINGS_FOOT,
    card_style,
    causes,
    finding_rows,
    findings_head,
    search,
)
from fla_batch.report.html import document, figure, heading, instant, paragraph, text
from fla_batch.report.page import MOST_ANOMALIES, words
from fla_batch.system.anomaly_groups import AnomalyGroup
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts
from fla_batch.vocabulary.terms import Language


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
    title = f"{word['findings']}, {instant(at)}"
    if not counts.total:
        return document(title, language.value, [paragraph(word["no_anomalies"])])
    figures = {name: figure(count) for name, count in counts._asdict().items()}
    parts = [
        paragraph(word["counted"].format(**figures)),
        *causes(groups, word, language),
        heading(2, word["each"]),
        search(word, []),
        f'<section class="part" aria-label="{text(word["each"])}">{findings_head(word)}',
    ]
    each = _each(anomalies, counts, word, language)
    style = card_style(word)
    return document(title, language.value, chain(parts, each), scripted=True, style=style)


def _each(
    anomalies: Iterable[Anomaly], counts: AnomalyCounts, word: dict[str, str], language: Language
) -> Iterator[str]:
    yield from finding_rows(islice(anomalies, MOST_ANOMALIES), word, language)
    yield f"{FINDINGS_FOOT}</section>"
    if counts.total > MOST_ANOMALIES:
        left_out = figure(counts.total - MOST_ANOMALIES)
        yield paragraph(word["left_out_of_check"].format(count=left_out))
