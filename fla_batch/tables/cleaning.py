"""Characters that nobody sees or meant: taken out of a cell, and named.

Zero-width and bidirectional marks come along with what is copied from a web page or a chat,
accents in two characters from a Mac, dashes and hard spaces from a word processor, and
`="0880..."` and `'0880...` from programs that keep a zero so.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_DASHES = "\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_SPACES = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
_COMBINING = "\u0300-\u036f"
_KEPT_AS_TEXT = re.compile(r"'([0-9][0-9.,:/ -]*)'?")
_KEPT_AS_FORMULA = re.compile(r'="([^"]*)"')

SUSPECT = (
    r"^[#\x00]|^'[0-9]|^(?i:err|fout|fehler)"
    f'|^="|[{_INVISIBLE}{_DASHES}{_SPACES}{_COMBINING}]'
)
"""Texts that may be no value as they stand, for polars' regular expressions."""

_UNSEEN = re.compile(f"[{_INVISIBLE}]")
_DASH = re.compile(f"[{_DASHES}]")
_SPACE = re.compile(f"[{_SPACES}]")


def cleaned(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it was meant, and the names of what was changed in it; none when nothing was.

    A hard space is an ordinary one and is not named: in numbers it is the usual way to write.

    >>> cleaned("81\u200b511716525"), cleaned('="0880820673"')
    (('81511716525', ('U+200B',)), ('0880820673', ('="..."',)))
    >>> cleaned("'0880.820.673"), cleaned("'t Pand")
    (('0880.820.673', ("'...",)), ("'t Pand", ()))
    >>> cleaned("e\u0301cole"), cleaned("école")
    (('école', ('U+0301',)), ('école', ()))
    """
    if text.isascii() and not text.startswith(('="', "'")):
        return text, ()
    changes: list[str] = []
    for kept_as, sign in ((_KEPT_AS_FORMULA, '="..."'), (_KEPT_AS_TEXT, "'...")):
        if kept := kept_as.fullmatch(text):
            changes.append(sign)
            text = kept[1]
    for found, instead in ((_UNSEEN, ""), (_DASH, "-")):
        changes += [_named(character) for character in found.findall(text)]
        text = found.sub(instead, text)
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        changes += [_named(mark) for mark in text if unicodedata.combining(mark)]
    plain = _SPACE.sub(" ", composed)
    return plain.strip(), tuple(dict.fromkeys(changes))


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"
