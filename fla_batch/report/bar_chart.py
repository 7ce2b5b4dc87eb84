"""Numbers as bars, drawn in the page itself; what they show stands in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fla_batch.report.html import text

_WIDTH, _LINE, _BAR, _ROOM = 640, 46, 16, 90
_LONGEST = 70


class Bar(NamedTuple):
    """One bar: what it is, how much, how that is written, and a class of page.css."""

    label: str
    value: int
    written: str
    kind: str = ""


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """An SVG of bars below each other, the longest as wide as there is room; empty for none."""
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
