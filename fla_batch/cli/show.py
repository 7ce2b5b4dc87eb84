"""Anomalies and tables on the terminal. What the user asked for goes to standard output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from fla_batch.findings import Anomaly, Source, summary
from fla_batch.terms import AnomalyOrigin, Language

if TYPE_CHECKING:
    from fla_batch.cli.options import Shared

MOST_ON_SCREEN = 200


def show_anomalies(anomalies: Sequence[Anomaly], shared: Shared) -> None:
    """All anomalies as JSON, or those that a screen takes, in words, worker by worker."""
    if shared.as_json:
        shared.show_json(summary(anomalies))
        return
    for anomaly in anomalies[:MOST_ON_SCREEN]:
        click.echo(in_words(anomaly, shared.language))
    left_out = len(anomalies) - MOST_ON_SCREEN
    if left_out > 0:
        click.echo(f"... and {left_out} more, not shown here: --json gives all {len(anomalies)}.")
    click.echo(counted(anomalies))


def in_words(anomaly: Anomaly, language: Language) -> str:
    """One anomaly in three short lines: what, where, and what to do."""
    severity = "ERROR  " if anomaly.blocks else "warning"
    head = anomaly.label.text(language) or anomaly.error_id
    lines = [f"{severity} {head}  [{anomaly.error_id}]"]
    place = where(anomaly)
    if place:
        lines.append(f"        {place}")
    advice = anomaly.advice.text(language)
    if advice:
        lines.append(f"        -> {advice}")
    return "\n".join(lines)


def where(anomaly: Anomaly) -> str:
    """The place in the user's file, else the path in the declaration; then worker and year."""
    parts = [str(anomaly.source)] if anomaly.source != Source() else []
    if not parts and anomaly.path:
        parts.append(anomaly.path)
    who = [
        f"worker {anomaly.inss}" if anomaly.inss else "",
        f"employer {anomaly.company_id}" if anomaly.company_id else "",
        str(anomaly.calendar_year or ""),
    ]
    parts += [part for part in who if part]
    if anomaly.origin is AnomalyOrigin.REMOTE:
        parts.append("found by the platform")
    return "; ".join(parts)


def counted(anomalies: Iterable[Anomaly]) -> str:
    """
    >>> counted([])
    'No anomalies.'
    """
    found = list(anomalies)
    blocked = sum(anomaly.blocks for anomaly in found)
    if not found:
        return "No anomalies."
    return f"{plural(blocked, 'blocking anomaly')}, {plural(len(found) - blocked, 'warning')}."


def plural(count: int, noun: str) -> str:
    """
    >>> plural(1, "form"), plural(2, "blocking anomaly"), plural(0, "batch")
    ('1 form', '2 blocking anomalies', '0 batches')
    """
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y"):
        return f"{count:,} {noun[:-1]}ies".replace(",", " ")
    return f"{count:,} {noun}{'es' if noun.endswith('ch') else 's'}".replace(",", " ")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns aligned by their widest text; plain, so that it can be copied and searched.

    >>> print(table(["a", "bb"], [[1, None], ["xyz", "q"]]))
    a    bb
    1    -
    xyz  q
    """
    lines = [list(headings)]
    lines += [["-" if cell is None or cell == "" else str(cell) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
