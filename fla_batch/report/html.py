"""The few pieces of HTML that our pages are made of. Every text goes through `text`.

Numbers, instants and plurals are written as on the terminal (decision 1918).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import NamedTuple

from fla_batch.system.xmlsafe import plain_text
from fla_batch.vocabulary.belgian_time import shown
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import is_one, spaced

_WIDTH, _LINE, _BAR, _ROOM = 640, 46, 16, 90
_LONGEST = 70


class Figure(str):
    """A number as the language of the page writes it: it stands on the right."""

    __slots__ = ()


def document(
    title: str, language: str, parts: Iterable[str], *, scripted: bool = False, style: str = ""
) -> Iterator[str]:
    """A whole page that needs no other file, piece by piece as `parts` come.

    Nothing is fetched: the page holds national numbers. Of scripts only our own runs, where the
    page is `scripted`, known by its hash; without scripts the page shows all that it holds.
    `style` goes behind the rules that all pages share.
    """
    rules = _asset("page.css") + style
    script = _asset("page.js") if scripted else ""
    yield f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(rules, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title>
<style>{rules}</style>
</head>
<body>
<header><h1>{text(title)}</h1></header>
<main>
"""
    for part in parts:
        yield f"{part}\n"
    yield "</main>\n"
    if script:
        yield f"<script>{script}</script>\n"
    yield "</body>\n</html>\n"


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    allowed = [f"style-src '{_digest(style)}'"]
    if script:
        allowed.append(f"script-src '{_digest(script)}'")
    return "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])


def _digest(content: str) -> str:
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode()


def text(value: object) -> str:
    """Any value as text that is neither markup nor a control character.

    >>> text("<b>"), text(None)
    ('&lt;b&gt;', '')
    """
    return "" if value is None else escape(plain_text(str(value)))


def paragraph(content: str) -> str:
    """A sentence or two."""
    return f"<p>{text(content)}</p>"


def heading(level: int, content: str) -> str:
    """A heading, `level` 2 to 6."""
    return f"<h{level}>{text(content)}</h{level}>"


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    total: Sequence[object] = (),
    *,
    kind: str = "",
) -> str:
    """A table; whole numbers stand on the right, `total` is its last row if there is one."""
    lines = [table_head(headings, kind)]
    lines += [f"<tr>{''.join(map(cell, row))}</tr>" for row in rows]
    if total:
        lines.append(f'<tr class="total">{"".join(map(cell, total))}</tr>')
    return "\n".join([*lines, TABLE_FOOT])


def table_head(headings: Sequence[str], kind: str = "") -> str:
    """A table up to its rows; `kind` are its classes."""
    titles = "".join(f'<th scope="col">{text(each)}</th>' for each in headings)
    head = f"<thead><tr>{titles}</tr></thead>\n" if headings else ""
    classes = f' class="{kind}"' if kind else ""
    return f"<table{classes}>\n{head}<tbody>"


TABLE_FOOT = "</tbody></table>"


def cell(value: object) -> str:
    """One cell of a row."""
    kind = ' class="number"' if isinstance(value, int | Figure) else ""
    return f"<td{kind}>{text(value)}</td>"


def figure(value: int) -> Figure:
    """A whole number, which is not broken over two lines.

    >>> figure(12000).replace("\N{NO-BREAK SPACE}", "_")
    '12_000'
    """
    return Figure(spaced(value).replace(" ", "\N{NO-BREAK SPACE}"))


def instant(at: datetime | None) -> str:
    """Belgian time to the minute; nothing for None."""
    return "" if at is None else shown(at)


def plural(count: int, one: str, many: str, language: Language) -> str:
    """The text for one or for many, with `{count}` filled in.

    >>> plural(0, "{count} constat", "{count} constats", Language.FR)
    '0 constat'
    """
    return (one if is_one(count, language) else many).format(count=figure(count))


class Bar(NamedTuple):
    """One bar: what it is, how much, how that is written, and a class of page.css."""

    label: str
    value: int
    written: str
    kind: str = ""


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """An SVG of bars below each other, the longest as wide as there is room; empty for none.

    What they show stands in a table beside them.
    """
    if not bars:
        return ""
    most = max(bar.value for bar in bars) or 1
    spoken = "; ".join(f"{bar.label}: {bar.written}" for bar in bars)
    height = _LINE * len(bars)
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    lines = [f'<svg role="img" aria-label="{text(f"{title}: {spoken}")}" {size}>']
    for number, bar in enumerate(bars):
        top = number * _LINE
        width = round((_WIDTH - _ROOM) * bar.value / most)
        label = bar.label if len(bar.label) <= _LONGEST else bar.label[: _LONGEST - 1] + "…"
        lines.append(
            f'<text x="0" y="{top + 15}">{text(label)}</text>'
            f'<rect class="bar {bar.kind}" x="0" y="{top + 21}" width="{max(width, 1)}" '
            f'height="{_BAR}"/>'
            f'<text x="{width + 8}" y="{top + 34}">{text(bar.written)}</text>'
        )
    return "\n".join([*lines, "</svg>"])
