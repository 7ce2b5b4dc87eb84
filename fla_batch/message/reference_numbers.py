"""Reference numbers of forms: the run and the form's number in it, in the form that the XSD asks.

At most 20 characters as they are; where the XSD wants a UUID, the same run and number are the
digits of one, so that both can be read back from it.
"""

from __future__ import annotations

import re
import uuid

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TWO_DIGITS = [high + low for high in _DIGITS for low in _DIGITS]
_HUNDRED = len(_TWO_DIGITS)  # of that system: 36 x 36
COUNTER_LENGTH = 6

UUID_LENGTH = 36
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)

_NUMBER = re.compile("[1-9][0-9]{20,35}")  # longer than a reference that is not changed


def counter(number: int) -> str:
    """`number` in six characters of 0-9 A-Z.

    >>> counter(1), counter(36)
    ('000001', '000010')
    """
    number, low = divmod(number, _HUNDRED)
    high, middle = divmod(number, _HUNDRED)
    return _TWO_DIGITS[high] + _TWO_DIGITS[middle] + _TWO_DIGITS[low]


def number_of(reference_nbr: str) -> int:
    """The form's number in its run; 0 for a reference that is not ours.

    >>> number_of(as_uuid("RUN1" + counter(70000)))
    70000
    """
    try:
        return int(_plain(reference_nbr)[-COUNTER_LENGTH:], 36)
    except ValueError:
        return 0


def as_uuid(reference_nbr: str) -> str:
    """The reference, of at most 20 characters 0-9 A-Z, as a UUID of version 4.

    >>> as_uuid("RUN1000007")
    '00000000-0000-4000-8017-09d06530d007'
    """
    value = int("1" + reference_nbr, 36)
    low, middle, high = value & ((1 << 60) - 1), value >> 60 & 0xFFF, value >> 72
    return str(uuid.UUID(int=high << 80 | 0x4 << 76 | middle << 64 | 0x8 << 60 | low))


def as_digits(reference_nbr: str) -> str:
    """The reference, of 15 to 20 characters 0-9 A-Z, as a number.

    >>> as_digits("RUN1RUN1R0000007"), number_of(as_digits("RUN1RUN1R0000007"))
    ('14115816992781187521822727', 7)
    """
    return str(int("1" + reference_nbr, 36))


def _plain(reference_nbr: str) -> str:
    """The run and number in a UUID or a number of ours; any other reference as it is."""
    if _UUID.fullmatch(reference_nbr):
        bits = uuid.UUID(reference_nbr).int
        value = bits >> 80 << 72 | (bits >> 64 & 0xFFF) << 60 | bits & ((1 << 60) - 1)
    elif _NUMBER.fullmatch(reference_nbr):
        value = int(reference_nbr)
    else:
        return reference_nbr
    text = ""
    while value:
        value, digit = divmod(value, 36)
        text = _DIGITS[digit] + text
    return text[1:]
