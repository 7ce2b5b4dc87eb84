"""The few pieces of HTML that our pages are made of. Every text goes through `text`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from fla_batch.system.xmlsafe import plain_text

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
  color: #1c1c1c; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0;
  border-bottom: 1px solid #d0d0d0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.total { font-weight: bold; }
.error { color: #a40000; font-weight: bold; }
@media print { body { margin: 0; max-width: none; } }
"""
# Nothing is fetched, nothing runs: the page holds national numbers.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, language: str, parts: Iterable[str]) -> Iterator[str]:
    """A whole page that needs no other file, piece by piece as `parts` come."""
    yield f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width">
<title>{text(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{text(title)}</h1>
"""
    for part in parts:
        yield f"{part}\n"
    yield "</body>\n</html>\n"


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
    headings: Sequence[str], rows: Iterable[Sequence[object]], total: Sequence[object] = ()
) -> str:
    """A table; whole numbers stand on the right, `total` is its last row if there is one."""
    titles = "".join(f"<th>{text(each)}</th>" for each in headings)
    lines = [f"<tr>{titles}</tr>"] if headings else []
    lines += [f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows]
    if total:
        lines.append(f'<tr class="total">{"".join(map(_cell, total))}</tr>')
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _cell(value: object) -> str:
    kind = ' class="number"' if isinstance(value, int) else ""
    return f"<td{kind}>{text(value)}</td>"
