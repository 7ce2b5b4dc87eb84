"""Joint committees: one number, however it is written.

A committee is `200`; a subcommittee adds two digits, `140.01`, and a part of one two more,
`149.02.01`. Payroll programs pad with zeros: `200`, `200.00` and `200.00.00` are one.

>>> compact_committee("200.00.00"), compact_committee("140.01"), compact_committee(" 149.02.00 ")
('200', '140.01', '149.02')
"""

from __future__ import annotations

import re

from fla_batch.tables.values import bare_committee

_PADDING = re.compile(r"(\.00?)+$")
NUMBER = r"\d{3}(\.\d{2}){0,2}"


def compact_committee(text: str) -> str:
    """Without padding; `200.0`, as spreadsheets write it, is 200. May still be invalid."""
    return _PADDING.sub("", bare_committee(text.strip()))


def is_committee(text: str) -> bool:
    """True for a compact number. `140.1` is none: it may be 140.01 or 140.10.

    >>> is_committee("140.01"), is_committee("140.1")
    (True, False)
    """
    return re.fullmatch(NUMBER, text) is not None


def more_general(committee: str) -> list[str]:
    """The committee itself, then those that it belongs to.

    >>> more_general("149.02.01")
    ['149.02.01', '149.02', '149']
    """
    parts = committee.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
