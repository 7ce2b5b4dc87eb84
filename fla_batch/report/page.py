"""The report: one self-contained page with the batches and the anomalies, worker by worker.

An export made for the user: national numbers stand in it in full. The totals of the batches are
sums of the rows that it shows, those of the anomalies are counted by the ledger (R27); a list that
is cut, as no browser shows a million rows, says how much is left out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import chain, groupby
from typing import Any

from fla_batch.ledger.records import BatchRow
from fla_batch.report.html import document, heading, paragraph, table
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts
from fla_batch.vocabulary.place_words import place
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin, Language

MOST_ANOMALIES = 20_000
"""Anomalies that one page shows."""

_COUNTS = ("forms", "accepted", "warned", "refused", "open", "cancelled")


@cache
def words(language: Language) -> dict[str, Any]:
    """All words of the page in one language."""
    content = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(content)[language.value]
    return found


def page(
    rows: Sequence[BatchRow],
    anomalies: Iterable[Anomaly],
    counts: AnomalyCounts,
    *,
    at: datetime,
    environment: str,
    language: Language,
    official: bool,
) -> Iterator[str]:
    """The page as HTML, in pieces; `at` is when it is written.

    `anomalies` come worker by worker, no more of them than the page should show; `counts` are
    those of all.
    """
    word = words(language)
    parts = [paragraph(word["made"].format(at=_instant(at), environment=environment))]
    if not official:
        parts.append(paragraph(word["reconstructed"]))
    parts += [heading(2, word["batches"]), _batches(rows, word)]
    parts.append(heading(2, word["anomalies"]))
    shown = _anomalies(anomalies, counts, word, language)
    return document(word["title"], language.value, chain(parts, shown))


def _batches(rows: Sequence[BatchRow], word: dict[str, Any]) -> str:
    if not rows:
        return paragraph(word["no_batches"])
    names = ("batch", "state", "ticket", *_COUNTS[:-1], "cancelled_forms", "sent", "closed_at")
    return table(
        [word[name] for name in names],
        (
            [
                row.name,
                word["states"][row.state.value],
                row.ticket,
                *_counts(row),
                _instant(row.sent_at),
                _instant(row.closed_at),
            ]
            for row in rows
        ),
        total=[word["totals"], "", "", *map(sum, zip(*map(_counts, rows), strict=True)), "", ""],
    )


def _counts(row: BatchRow) -> list[int]:
    return [getattr(row, name) for name in _COUNTS]


def _anomalies(
    anomalies: Iterable[Anomaly], counts: AnomalyCounts, word: dict[str, Any], language: Language
) -> Iterator[str]:
    if not counts.total:
        yield paragraph(word["no_anomalies"])
        return
    yield paragraph(word["counted"].format(**counts._asdict()))
    left_out = counts.total
    for (company_id, inss), group in groupby(anomalies, key=lambda one: (one.company_id, one.inss)):
        theirs = list(group)
        left_out -= len(theirs)
        yield heading(3, _who(company_id, inss, word))
        yield _of_worker(theirs, word, language)
    if left_out:
        yield paragraph(word["left_out"].format(count=left_out))


def _who(company_id: str | None, inss: str | None, word: dict[str, Any]) -> str:
    worker = word["worker"].format(inss=inss) if inss else word["whole_file"]
    return f"{worker}, {word['employer'].format(company_id=company_id)}" if company_id else worker


def severity(anomaly: Anomaly) -> str:
    """The name of the word for how grave it is."""
    if anomaly.blocks:
        return "error"
    return "warning" if anomaly.anomaly_class == AnomalyClass.WARNING else "information"


def _of_worker(anomalies: Iterable[Anomaly], word: dict[str, Any], language: Language) -> str:
    names = ("severity", "code", "what", "year", "where", "do")
    return table(
        [word[name] for name in names],
        (
            [
                word[severity(one)],
                one.error_id,
                one.label.text(language),
                str(one.calendar_year or ""),
                _where(one, word, language),
                one.advice.text(language),
            ]
            for one in anomalies
        ),
    )


def _where(one: Anomaly, word: dict[str, Any], language: Language) -> str:
    finder = word["remote" if one.origin is AnomalyOrigin.REMOTE else "local"]
    return "; ".join(part for part in (place(one.source, language) or one.path, finder) if part)


def _instant(at: datetime | None) -> str:
    """In Belgian time, to the minute."""
    return belgian(at).strftime("%Y-%m-%d %H:%M") if at else ""
