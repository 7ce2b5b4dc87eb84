"""The few pieces of HTML that our pages are made of. Every text goes through `text`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from fla_batch.system.xmlsafe import plain_text


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
