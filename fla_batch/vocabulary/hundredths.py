"""Hundredths of an hour or a day as people write them: no digit lost, none too many."""

from __future__ import annotations


def spelled(centi: int, *, comma: bool = False) -> str:
    """
    >>> spelled(760), spelled(1234567), spelled(-5), spelled(3800), spelled(760, comma=True)
    ('7.6', '12345.67', '-0.05', '38', '7,6')
    """
    sign, rest = ("-", -centi) if centi < 0 else ("", centi)
    whole, cents = divmod(rest, 100)
    text = f"{sign}{whole}.{cents:02d}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text
