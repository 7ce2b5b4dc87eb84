"""The explanation written out: as text for a screen, as one HTML page for the worker's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from fla_batch.rights.worksheet import Block, Heading, Paragraph
from fla_batch.vocabulary.terms import Language

_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:.6em 0}"
    "th,td{border:1px solid #bbb;padding:.25em .6em;text-align:left}th{background:#f2f2f2}"
    "@media print{body{margin:0}h2{page-break-after:avoid}}"
)


def as_text(blocks: Iterable[Block]) -> str:
    """Headings underlined, tables aligned.

    >>> print(as_text([Heading("Right", 1), Paragraph("1 day")]))
    Right
    =====
    1 day
    """
    return "\n".join(line for block in blocks for line in _text_lines(block))


def _text_lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        if block.level > 1:
            yield ""
        yield block.text
        yield ("=" if block.level == 1 else "-") * len(block.text)
    elif isinstance(block, Paragraph):
        yield block.text
    else:
        rows = [block.headings, *block.rows]
        widths = [max(len(row[n]) for row in rows) for n in range(len(block.headings))]
        for row in rows:
            yield "  " + "  ".join(map(str.ljust, row, widths)).rstrip()


def as_html(pages: Sequence[Sequence[Block]], language: Language) -> str:
    """One self-contained page; nothing is fetched."""
    title = next((block.text for page in pages for block in page if isinstance(block, Heading)), "")
    body = "\n".join(part for page in pages for block in page for part in _html(block))
    return (
        f'<!DOCTYPE html>\n<html lang="{language.value}">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _html(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    elif isinstance(block, Paragraph):
        yield f"<p>{escape(block.text)}</p>"
    else:
        yield "<table>"
        yield _html_row(block.headings, "th")
        yield from (_html_row(row, "td") for row in block.rows)
        yield "</table>"


def _html_row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
