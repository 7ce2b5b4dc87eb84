"""The report: one self-contained page with the batches, the causes, and each anomaly by employer.

An export made for the user: national numbers stand in it in full. The totals of the batches are
sums of the rows that it shows, those of the anomalies are counted by the ledger (R27); a list that
is cut, as no browser shows a million rows, says how much is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, groupby

from fla_batch.ledger.records import BatchRow
from fla_batch.report.finding_parts import (
    FINDINGS_FOOT,
    card_style,
    causes,
    finding_rows,
    findings_head,
    search,
)
from fla_batch.report.html import (
    Bar,
    bar_chart,
    document,
    figure,
    heading,
    instant,
    paragraph,
    plural,
    table,
    text,
)
from fla_batch.system.anomaly_groups import AnomalyGroup, AnomalyGroups
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words, texts_of

MOST_ANOMALIES = 20_000
"""Anomalies that one page shows."""

_MOST_LINKS = 200
_COUNTS = ("forms", "accepted", "warned", "refused", "open", "cancelled")
_BARS = {
    "accepted": "good",
    "warned": "warning",
    "refused": "error",
    "open": "",
    "cancelled": "quiet",
}
"""The states of forms and the kind of their bars."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What all anomalies are, before they are shown one by one: causes, and how many each
    employer has, those of none under an empty number.
    """

    groups: Sequence[AnomalyGroup] = ()
    employers: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, anomalies: Iterable[Anomaly]) -> Overview:
        """One look through all of them."""
        groups, employers = AnomalyGroups(), Counter[str]()
        for anomaly in anomalies:
            groups.add(anomaly)
            employers[anomaly.company_id or ""] += 1
        return cls(groups.in_order(), employers)


def words(language: Language) -> dict[str, str]:
    """All words of the page in one language."""
    found: dict[str, str] = texts_of(__package__)[language.value]
    return found


def page(
    rows: Sequence[BatchRow],
    anomalies: Iterable[Anomaly],
    counts: AnomalyCounts,
    overview: Overview,
    *,
    at: datetime,
    environment: str,
    language: Language,
    official: bool,
) -> Iterator[str]:
    """The page as HTML, in pieces; `at` is when it is written.

    `anomalies` come employer by employer and worker by worker, no more of them than the page
    should show; `counts` and `overview` are of all.
    """
    word = words(language)
    parts = [paragraph(word["made"].format(at=instant(at), environment=environment))]
    if not official:
        parts.append(paragraph(word["reconstructed"]))
    parts += [heading(2, word["batches"]), _batches(rows, word, language)]
    shown = _anomalies(anomalies, counts, overview, word, language)
    return document(
        word["title"],
        language.value,
        chain(parts, shown),
        scripted=bool(counts.total),
        style=card_style(word),
    )


def _batches(rows: Sequence[BatchRow], word: dict[str, str], language: Language) -> str:
    if not rows:
        return paragraph(word["no_batches"])
    names = ("batch", "state", "ticket", *_COUNTS[:-1], "cancelled_forms", "sent", "closed_at")
    sums = dict(zip(_COUNTS, map(sum, zip(*map(_counts, rows), strict=True)), strict=True))
    states = Words("fla_batch.ledger", language)
    listed = table(
        [word[name] for name in names],
        (
            [
                row.name,
                states.line(row.state.value),
                row.ticket,
                *(figure(count) for count in _counts(row)),
                instant(row.sent_at),
                instant(row.closed_at),
            ]
            for row in rows
        ),
        total=[
            word["totals"],
            "",
            "",
            *(figure(count) for count in sums.values()),
            "",
            "",
        ],
    )
    labels = {name: word["cancelled_forms" if name == "cancelled" else name] for name in _BARS}
    bars = [Bar(labels[name], sums[name], figure(sums[name]), kind) for name, kind in _BARS.items()]
    scroll = f'<div class="scroll" role="region" tabindex="0" aria-label="{text(word["batches"])}">'
    return f"{bar_chart(word['form_states'], bars)}\n{scroll}{listed}</div>"


def _counts(row: BatchRow) -> list[int]:
    return [getattr(row, name) for name in _COUNTS]


def _anomalies(
    anomalies: Iterable[Anomaly],
    counts: AnomalyCounts,
    overview: Overview,
    word: dict[str, str],
    language: Language,
) -> Iterator[str]:
    yield heading(2, word["anomalies"])
    if not counts.total:
        yield paragraph(word["no_anomalies"])
        return
    figures = {name: figure(count) for name, count in counts._asdict().items()}
    yield paragraph(word["counted"].format(**figures))
    yield from causes(overview.groups, word, language)
    yield heading(2, word["by_employer"])
    yield search(word, [number for number in overview.employers if number][:_MOST_LINKS])
    yield _employers(overview, word, language)
    shown = 0
    for number, (company_id, group) in enumerate(groupby(anomalies, lambda one: one.company_id)):
        yield _employer_head(number, company_id, word, overview, language)
        for row in finding_rows(group, word, language):
            shown += 1
            yield row
        yield f"{FINDINGS_FOOT}</section>"
    if left_out := counts.total - shown:
        yield paragraph(word["left_out"].format(count=figure(left_out)))


def _employers(overview: Overview, word: dict[str, str], language: Language) -> str:
    """Links to the employers, in the order in which they stand below."""
    if len(overview.employers) < 2:
        return ""
    links = [
        f'<li><a href="#e{number}">{text(_name(company_id, word))}</a>: '
        f"{text(_how_many(overview.employers[company_id], word, language))}</li>"
        for number, company_id in enumerate(list(overview.employers)[:_MOST_LINKS])
    ]
    return f'<nav aria-label="{text(word["employers"])}"><ul>{"".join(links)}</ul></nav>'


def _employer_head(
    number: int,
    company_id: str | None,
    word: dict[str, str],
    overview: Overview,
    language: Language,
) -> str:
    count = _how_many(overview.employers[company_id or ""], word, language)
    title = f"{_name(company_id, word)}: {count}"
    return (
        f'<section class="part" id="e{number}" data-employer="{text(company_id or "")}" '
        f'aria-label="{text(title)}">{heading(3, title)}{findings_head(word)}'
    )


def _name(company_id: str | None, word: dict[str, str]) -> str:
    if not company_id:
        return word["unknown_employer"]
    return f"{word['of_employer']} {company_id}"


def _how_many(count: int, word: dict[str, str], language: Language) -> str:
    return plural(count, word["finding_one"], word["finding_many"], language)
