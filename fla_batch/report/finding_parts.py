"""The parts of a page that shows findings: search, causes with their chart, and each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from fla_batch.report.html import (
    TABLE_FOOT,
    Bar,
    bar_chart,
    figure,
    heading,
    table,
    table_head,
    text,
)
from fla_batch.system.anomaly_groups import AnomalyGroup
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.place_words import place
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin, Language
from fla_batch.vocabulary.words import semicolon

_MOST_BARS = 10
_COLUMNS = ("severity", "code", "what", "year", "where", "do")
_CARD_LABELS = ("code", "year", "where", "do")
"""What a narrow screen names before a cell: the others are clear by themselves."""

Words = Mapping[str, str]


def severity(anomaly: Anomaly) -> str:
    """The name of the word for how grave it is."""
    if anomaly.blocks:
        return "error"
    return "warning" if anomaly.anomaly_class == AnomalyClass.WARNING else "information"


def finder(anomaly: Anomaly) -> str:
    """The name of the word for who found it."""
    return "remote" if anomaly.origin is AnomalyOrigin.REMOTE else "local"


def search(word: Words, employers: Sequence[str]) -> str:
    """Words and choices to filter the findings by; the page's script shows it."""
    choices = [
        ("severity", [(name, word[name]) for name in ("error", "warning", "information")]),
        ("origin", [(name, word[name]) for name in ("remote", "local")]),
    ]
    if len(employers) > 1:
        choices.append(("employer", [(number, number) for number in employers]))
    labels = {"severity": "severity", "origin": "found_by", "employer": "of_employer"}
    sought = '<input type="search" name="words" autocomplete="off">'
    fields = [f"<label>{text(word['search'])}<br>{sought}</label>"]
    fields += [_choice(name, word[labels[name]], options, word) for name, options in choices]
    told = (
        f'<p id="told" role="status" data-one="{text(word["told_one"])}" '
        f'data-many="{text(word["told_many"])}"></p>'
    )
    return f'<form class="search" role="search" hidden>{"".join(fields)}{told}</form>'


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], word: Words) -> str:
    every = [("", word["any"]), *options]
    listed = "".join(
        f'<option value="{text(value)}">{text(said)}</option>' for value, said in every
    )
    return f'<label>{text(label)}<br><select name="{name}">{listed}</select></label>'


def causes(groups: Sequence[AnomalyGroup], word: Words, language: Language) -> Iterator[str]:
    """The ten most frequent causes as bars, and all causes as a table."""
    frequent = sorted(groups, key=lambda group: -group.count)
    bars = [
        Bar(
            group.label.text(language) or group.cause.error_id,
            group.count,
            figure(group.count),
            severity(group.first),
        )
        for group in frequent[:_MOST_BARS]
    ]
    yield f'<section aria-label="{text(word["causes"])}">'
    yield heading(2, word["causes"])
    yield bar_chart(word["most_frequent"], bars)
    names = ("severity", "code", "what", "column", "count", "where", "do")
    yield table(
        [word[name] for name in names],
        (
            [
                word[severity(group.first)],
                group.cause.error_id,
                group.label.text(language) or group.cause.error_id,
                group.cause.column,
                figure(group.count),
                _places(group, language),
                group.first.advice.text(language),
            ]
            for group in frequent
        ),
        kind="cards",
    )
    yield "</section>"


def _places(group: AnomalyGroup, language: Language) -> str:
    known = [place(source, language) for source in group.places]
    joint = semicolon(language)
    more = f"{joint}..." if group.count > len(group.places) else ""
    return joint.join(filter(None, known)) + more if any(known) else ""


def findings_head(word: Words) -> str:
    """The table of findings up to its rows."""
    names = ("of_worker", *_COLUMNS)
    return table_head([word[name] for name in names], "findings cards")


def finding_rows(anomalies: Iterable[Anomaly], word: Words, language: Language) -> Iterator[str]:
    """A row for each finding, which the search can choose by its attributes."""
    for one in anomalies:
        values = (
            word[severity(one)],
            one.error_id,
            one.label.text(language),
            one.calendar_year,
            where(one, word, language),
            one.advice.text(language),
        )
        cells = "".join(f"<td>{text(value)}</td>" for value in values)
        who = text(one.inss or word["whole_file"])
        yield (
            f'<tr data-severity="{severity(one)}" data-origin="{finder(one)}">'
            f'<th scope="row">{who}</th>{cells}</tr>'
        )


FINDINGS_FOOT = TABLE_FOOT


def where(one: Anomaly, word: Words, language: Language) -> str:
    """The place in the user's file, else the path; and who found it."""
    found_at = place(one.source, language) or one.path
    return semicolon(language).join(part for part in (found_at, word[finder(one)]) if part)


def card_style(word: Words) -> str:
    """Names of the columns before the cells, where a narrow screen has no room for a table."""
    rules = [
        f"table.findings td:nth-child({_COLUMNS.index(name) + 2})::before"
        f'{{content:"{word[name]}: ";font-weight:bold}}'
        for name in _CARD_LABELS
    ]
    return f"@media (max-width: 48rem) {{ {' '.join(rules)} }}\n"
