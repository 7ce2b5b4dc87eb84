"""Numbers that their cell shows as others: in thousands, in percent, with words, cut by a sign.

Which of the two was meant nobody can know here, so both go on (`odd_cells`): a column in which
they mean the same (`7,6 u`) is read, any other refuses the cell (decision 1516). Rounding is not
among them, for the more exact number is the one that was written.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fla_batch.tables.odd_cells import OddKind, odd_cell

_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[[^\]]*\]|(?P<digits>[0#?.,]+)|(?P<sign>.)'
)
_SCALING = re.compile(r",+(?=\.|$)")
_SPEAKING = re.compile(r"[^\W_]")
_LONGEST_AMOUNT = 6
"""Places of a format with signs between them; numbers of workers and employers have more."""
_IN_A_TEXT = re.compile(r"[0-9](?:[0-9 .,'’\u00a0\u202f]*[0-9])?")


class Otherwise(NamedTuple):
    """Runs of places (`0`, `#,##0.00`) and texts in turn, and the power of ten of what is shown."""

    parts: tuple[tuple[bool, str], ...]
    power: int


def otherwise(section: str) -> Otherwise | None:
    """What the first section of a format (ECMA-376, 18.8.31) shows; None for a plain number.

    >>> [otherwise(code) for code in ("#,##0", '0.0 "€"', "0.0E+00", "# ?/?", '000"."000"."0')]
    [None, None, None, None, None]
    >>> [otherwise(code).power for code in ("0,0,", "0.0,,", "0%", '0 "u"')]
    [-3, -6, 2, 0]
    """
    if not section:  # as in `;;;`, by which a cell shows nothing
        return Otherwise((), 0)
    matches = _PARTS.finditer(section.replace("General", "0"))
    groups = [(one.lastgroup, one[one.lastindex]) for one in matches if one.lastindex]
    found = [(name == "digits", text) for name, text in groups]
    texts = [text for is_places, text in found if not is_places]
    places = [text for is_places, text in found if is_places]
    # In quotation marks or behind a backslash they are texts like any other.
    signs = [text for name, text in groups if name == "sign"]
    if any(text in ("/", "E", "e") for text in signs):
        return None
    scaling = _SCALING.search("".join(places))
    power = 2 * signs.count("%") - (3 * len(scaling[0]) if scaling else 0)
    cut = len(places) > 1 and sum(map(len, places)) <= _LONGEST_AMOUNT
    if not power and not cut and not any(map(_SPEAKING.search, texts)):
        return None
    return Otherwise(
        tuple((one, text.replace(",", "") if one else text) for one, text in found), power
    )


def odd_number(number: float, held: str, how: Otherwise) -> str:
    """The text of a cell that holds a number and shows it otherwise.

    >>> def shown(number, code):
    ...     return odd_number(number, str(number), otherwise(code)).rpartition("\\0")[2]
    >>> shown(7600, "0.0,"), shown(0.2, "0%"), shown(7.6, '0.00 "u"'), shown(736, '0"h"00')
    ('7.6', '20%', '7.6 u', '7h36')
    """
    whole, _, decimals = f"{round(number * 10**how.power, 9):.15g}".partition(".")
    shown: list[str] = []
    first = next((i for i, (is_places, _) in enumerate(how.parts) if is_places), -1)
    for i, (is_places, text) in reversed(list(enumerate(how.parts))):
        if is_places:
            places = text.partition(".")[0].replace(",", "")
            cut = 0 if i == first else max(len(whole) - len(places), 0)
            shown.append(whole[cut:].zfill(places.count("0")) + (decimals and f".{decimals}"))
            whole, decimals = whole[:cut], ""
        else:
            shown.append(text)
    return odd_cell(OddKind.SHOWN, f"{held}\0{''.join(reversed(shown))}")


def number_or_odd(number: float, held: str, shown: str) -> str:
    """The text of a cell of which a program says what it shows, rounded to a few decimals.

    >>> number_or_odd(7.351, "7.351", "7,4"), number_or_odd(1234.0, "1234", "1.234")
    ('7.351', '1234')
    >>> number_or_odd(7.35, "7.35", "7,4 j")[-6:], number_or_odd(7600.0, "7600", "7,6")[-3:]
    ('7.35 j', '7,6')
    """
    found = _IN_A_TEXT.search(shown)
    if found is None or re.search(r"/|[0-9]E[+-]", shown):
        return held
    before, after = shown[: found.start()], shown[found.end() :]
    if not _is_rounded(abs(number), found[0]) or "%" in after:
        return odd_cell(OddKind.SHOWN, f"{held}\0{shown}")
    if _SPEAKING.search(before + after):
        return odd_cell(OddKind.SHOWN, f"{held}\0{before}{held}{after}")
    return held


def _is_rounded(number: float, shown: str) -> bool:
    """True when one of the ways to read the digits, all whole or the last ones decimals, fits."""
    *groups, last = re.split(r"[^0-9]+", shown)
    ways = [("".join([*groups, last]), 0), (f"{''.join(groups)}.{last}", len(last))]
    return any(abs(float(text) - number) <= 0.51 * 10**-places for text, places in ways)
