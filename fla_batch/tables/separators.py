"""What separates the cells of a text table, and what comes before its rows.

`;`, tab, `,` or `|`: that with which the first lines hold the most headings that are known, else
the one that stands most often in the first line that has any. A first line `sep=;` is Excel's own
way to say it; Excel does not show it as a row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from fla_batch.tables.heading_row import HeadingRow, find_heading_row
from fla_batch.tables.table import Knows

SEPARATORS = ";\t,|"
_SAID = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def said_separator(line: str) -> str | None:
    """
    >>> said_separator("sep=;"), said_separator("separate;others")
    (';', None)
    """
    found = _SAID.fullmatch(line.rstrip("\r\n"))
    return found[1] if found else None


def separator_of(lines: Sequence[str], knows: Knows) -> str:
    """The separator of a table that begins with `lines`.

    >>> separator_of(["Trainings, all of them\\n", "inss;year\\n"], {"inss", "year"}.__contains__)
    ';'
    """
    best, most = None, 0
    for separator in SEPARATORS:
        found = _headings(lines, separator, knows)
        if found is not None and found.known > most:
            best, most = separator, found.known
    if best is not None and most > 1:
        return best
    for line in lines:
        counts = {mark: line.count(mark) for mark in SEPARATORS}
        if any(counts.values()):
            return max(SEPARATORS, key=lambda mark: counts[mark])
    return SEPARATORS[0]


def _headings(lines: Sequence[str], separator: str, knows: Knows) -> HeadingRow | None:
    try:
        rows = list(enumerate(csv.reader(lines, delimiter=separator), start=1))
    except csv.Error:
        return None
    return find_heading_row(rows, knows)
