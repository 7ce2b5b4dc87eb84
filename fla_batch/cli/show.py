"""Anomalies and tables on the terminal. What the user asked for goes to standard output."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from fla_batch.cli.edge import say
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, Labels, Source
from fla_batch.vocabulary.place_words import PACKAGE, column, place, whom
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin, FormKind, Language
from fla_batch.vocabulary.words import Words, colon, semicolon

if TYPE_CHECKING:
    from fla_batch.cli.options import Shared
    from fla_batch.commands.send import SendOutcome
    from fla_batch.ledger.left_rows import LeftAlone
    from fla_batch.ledger.lifecycle import BatchState, FormState
    from fla_batch.system.anomaly_groups import AnomalyGroup
    from fla_batch.system.anomaly_store import AnomalySpool

MOST_ON_SCREEN = 200
MOST_LEFT_ON_SCREEN = 20
_MARGIN = " " * 8


def show_anomalies(
    anomalies: AnomalySpool,
    shared: Shared,
    more: Mapping[str, object] | None = None,
    told: Callable[[Anomaly], Anomaly] = lambda anomaly: anomaly,
) -> None:
    """All anomalies as JSON, or those that a screen takes, in words; file by file, row by row.

    `more` are further members of the JSON document; `told` is how each is told there.
    """
    if shared.as_json:
        each = (told(anomaly).to_json() for anomaly in anomalies.by_place())
        shared.show_json({"anomalies": each} | anomalies.counts._asdict() | dict(more or {}))
        return
    language = shared.language
    for anomaly in islice(anomalies.by_place(), MOST_ON_SCREEN):
        say(in_words(anomaly, language, text=shared.text))
    left_out = len(anomalies) - MOST_ON_SCREEN
    if left_out > 0:
        say(_words(language).line("more_anomalies", count=left_out, total=len(anomalies)))
    say(counts_in_words(anomalies.counts, language))


def show_groups(groups: Sequence[AnomalyGroup], shared: Shared) -> None:
    """Anomalies by their cause, on standard output."""
    for text in groups_in_words(groups, shared):
        say(text)


def groups_in_words(groups: Iterable[AnomalyGroup], shared: Shared) -> Iterator[str]:
    """Each group; an anomaly that stands alone as `in_words` has it."""
    for group in groups:
        if group.count == 1:
            yield in_words(group.first, shared.language, text=shared.text)
        else:
            yield group_in_words(group, shared.language, shared.text)


def group_in_words(group: AnomalyGroup, language: Language, text: Callable[[Labels], str]) -> str:
    """A group in four short lines: what, how often and where, for example, what to do.

    Where its anomalies are mended in several ways, an example and what to do for each.
    """
    severity = _severity(group.first, language)
    label = text(group.label) or group.cause.error_id
    lines = [(f"{severity} ", f"{label}  [{group.cause.error_id}]")]
    times = _words(language).count("times", group.count)
    lines.append((_MARGIN, f"{times}{colon(language)}{_places(group, language)}"))
    for each in (group.first, *group.otherwise):
        if not group.alike:
            example = text(each.label)
            said = example.partition(": ")[2] or example
            lines.append((_MARGIN, _words(language).line("example", text=said)))
        advice = text(each.advice)
        if advice:
            lines.append((f"{_MARGIN}-> ", advice))
    width = _terminal_width()
    return "\n".join(_folded(mark, text, width) for mark, text in lines)


def _places(group: AnomalyGroup, language: Language) -> str:
    """Where the first few of a group stand: `a.csv, column hours, rows 2, 3, ...`."""
    words = Words(PACKAGE, language)
    files = list(dict.fromkeys(place.file for place in group.places))
    parts = []
    for file in files:
        rows = [str(p.row) for p in group.places if p.file == file and p.row is not None]
        name = group.cause.column
        of_column = column(name, language) if name else ""
        listed, form = ", ".join(rows), "rows" if len(rows) > 1 else "row"
        where_rows = words.line(form, row=listed, rows=listed) if rows else ""
        parts.append(", ".join(part for part in (file, of_column, where_rows) if part))
    more = ", ..." if group.count > len(group.places) else ""
    return semicolon(language).join(part for part in parts if part) + more


def _severity(anomaly: Anomaly, language: Language) -> str:
    """What stands on the left, seven characters wide."""
    if anomaly.blocks:
        return _words(language).line("error").ljust(7)
    is_warning = anomaly.anomaly_class == AnomalyClass.WARNING
    return _words(language).line("warned" if is_warning else "info").ljust(7)


def _words(language: Language) -> Words:
    return Words("fla_batch.cli", language)


def in_words(
    anomaly: Anomaly,
    language: Language,
    *,
    indent: str = "",
    text: Callable[[Labels], str] | None = None,
) -> str:
    """One anomaly in three short lines: what, where, and what to do.

    `text` tells labels in another language than the rest.

    On a terminal longer ones are folded, so that the severities stand out on the left.
    """
    severity = _severity(anomaly, language)
    told = text or (lambda labels: labels.text(language))
    head = told(anomaly.label) or anomaly.error_id
    lines = [(f"{severity} ", f"{head}  [{anomaly.error_id}]")]
    found_at = where(anomaly, language)
    if found_at:
        lines.append((_MARGIN, found_at))
    advice = told(anomaly.advice)
    if advice:
        lines.append((f"{_MARGIN}-> ", advice))
    width = _terminal_width()
    return "\n".join(_folded(indent + mark, text, width) for mark, text in lines)


def fitted(text: str) -> str:
    """One paragraph, folded where a terminal is narrower."""
    return _folded("", text, _terminal_width())


def _folded(mark: str, text: str, width: int | None) -> str:
    """
    >>> print(_folded("-> ", "one two three", 10))
    -> one two
       three
    """
    if width is None or len(mark) + len(text) <= width:
        return mark + text
    blank = " " * len(mark)
    return textwrap.fill(
        text, width, initial_indent=mark, subsequent_indent=blank, break_on_hyphens=False
    )


def _terminal_width() -> int | None:
    """Columns of the terminal on standard output; None when it goes to a file or pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def where(anomaly: Anomaly, language: Language) -> str:
    """The place in the user's file, else the path in the declaration; then worker and year."""
    parts = [place(anomaly.source, language)] if anomaly.source != Source() else []
    if not parts and anomaly.path:
        parts.append(anomaly.path)
    parts += whom(anomaly.company_id, anomaly.inss, language)
    if anomaly.calendar_year:
        parts.append(str(anomaly.calendar_year))
    if anomaly.origin is AnomalyOrigin.REMOTE:
        parts.append(Words(PACKAGE, language).line("remote"))
    return semicolon(language).join(parts)


def left_alone_lines(found: Sequence[LeftAlone], language: Language) -> Iterator[str]:
    """What lies in a folder and was left there, the first ones by name."""
    words = _words(language)
    for one in found[:MOST_LEFT_ON_SCREEN]:
        reason = translated(one.reason, language)
        yield words.line("left_in", place=one.place, name=one.name, reason=reason)
    rest = len(found) - MOST_LEFT_ON_SCREEN
    if rest > 0:
        yield words.line("more_left", count=rest, total=len(found))


def state_in_words(state: BatchState | FormState, language: Language) -> str:
    """
    >>> from fla_batch.ledger.lifecycle import BatchState
    >>> state_in_words(BatchState.CLOSED, Language.FR)
    'clôturé'
    """
    return Words("fla_batch.ledger", language).line(state.value)


def outcome_in_words(outcome: SendOutcome, language: Language) -> str:
    """Name, state and remark of a batch that was to be sent."""
    state = state_in_words(outcome.state, language)
    return f"{outcome.name}: {state}{translated(outcome.remark, language)}"


def kind_in_words(kind: FormKind, language: Language) -> str:
    """
    >>> kind_in_words(FormKind.TRAININGS, Language.FR)
    'formations'
    """
    return Words(PACKAGE, language).line(kind.value)


def counts_in_words(counts: AnomalyCounts, language: Language = Language.EN) -> str:
    """
    >>> counts_in_words(AnomalyCounts(2, 1))
    '2 blocking anomalies, 1 warning.'
    >>> counts_in_words(AnomalyCounts(1, 0), Language.FR)
    '1 anomalie bloquante, 0 avertissement.'
    >>> counts_in_words(AnomalyCounts(0, 0, 3))
    '0 blocking anomalies, 0 warnings, 3 for information.'
    """
    words = _words(language)
    if not counts.total:
        return words.line("none_found")
    told = [words.count("blocking", counts.blocking), words.count("warning", counts.warnings)]
    if counts.information:
        told.append(words.line("for_information", count=counts.information))
    return ", ".join(told) + "."


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns aligned by their widest text; plain, so that it can be copied and searched.

    >>> print(table(["a", "bb"], [[1, None], ["xyz", "q"]]))
    a    bb
    1    -
    xyz  q
    """
    lines = [list(headings), *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(_aligned(line, widths) for line in lines)


def table_lines(widths: Mapping[str, int], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table line by line, for more rows than memory should hold: its widths are known before.

    `widths` gives each heading the characters of the longest text that its column can have.

    >>> print(*table_lines({"a": 3, "bb": 1}, [[1, None], ["xyz", "q"]]), sep="\\n")
    a    bb
    1    -
    xyz  q
    """
    broad = [max(len(heading), width) for heading, width in widths.items()]
    yield _aligned(list(widths), broad)
    for row in rows:
        yield _aligned(_cells(row), broad)


def _cells(row: Sequence[object]) -> list[str]:
    return ["-" if cell is None or cell == "" else str(cell) for cell in row]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
