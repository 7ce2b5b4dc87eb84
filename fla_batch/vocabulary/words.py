"""What a room says to a person, in en, fr and nl: the texts of its `words.toml` (decision 1901).

An entry is a text in each language, or, where something is counted, a text for one and one for
many in each language. Names in braces are filled in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fla_batch.vocabulary.terms import Language


@cache
def texts_of(package: str, name: str = "words.toml") -> Mapping[str, Any]:
    """The entries of a file of texts that lies in `package`."""
    content = files(package).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(content)


@cache
def _tables(package: str) -> Mapping[str, str]:
    """The words of a room by their key, unread: of hundreds a command says a few."""
    content = files(package).joinpath("words.toml").read_text(encoding="utf-8")
    _, *parts = re.split(r'^\["?([^"\]\n]+)"?\]$', content, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@cache
def _entry(package: str, key: str) -> Mapping[str, Any]:
    return tomllib.loads(_tables(package)[key])


class Words:
    """The texts of one package in one language.

    >>> dutch = Words("fla_batch.cli", Language.NL)
    >>> dutch.count("row", 1), dutch.count("row", 1234567)
    ('1 rij', '1 234 567 rijen')
    """

    def __init__(self, package: str, language: Language) -> None:
        self.package = package
        self.language = language

    def line(self, key: str, /, **parts: object) -> str:
        """The text of `key`, filled in. Raises KeyError when there is none: a mistake of ours."""
        text: str = _entry(self.package, key)[self.language.value]
        return text.format_map(parts)

    def headings(self, key: str) -> list[str]:
        """Those of a table, which stand in one text with commas between them."""
        return self.line(key).split(", ")

    def knows(self, key: str) -> bool:
        """True when there is such a text."""
        return key in _tables(self.package)

    def count(self, key: str, count: int, /, **parts: object) -> str:
        """The text of `key` for so many; `{count}` in it is the number, its thousands apart."""
        form = "one" if is_one(count, self.language) else "many"
        text: str = _entry(self.package, key)[form][self.language.value]
        return text.format_map({"count": spaced(count), **parts})

    def number(self, centi: int) -> str:
        """Hundredths as a number of the language, no digit lost: 7,6 for 760."""
        return self.with_comma(spelled(centi))

    def with_comma(self, number: str) -> str:
        """A number that is written with a point, with the sign that the language has for it."""
        return number if self.language is Language.EN else number.replace(".", ",")


def spelled(centi: int) -> str:
    """Hundredths of an hour or a day as people write them: no digit lost, none too many.

    >>> spelled(760), spelled(1234567), spelled(-5), spelled(3800)
    ('7.6', '12345.67', '-0.05', '38')
    """
    sign, rest = ("-", -centi) if centi < 0 else ("", centi)
    whole, cents = divmod(rest, 100)
    return f"{sign}{whole}.{cents:02d}".rstrip("0").rstrip(".")


def spaced(number: int) -> str:
    """A whole number with its thousands apart, which reads the same in each language (1918).

    >>> spaced(1234567)
    '1 234 567'
    """
    return f"{number:,}".replace(",", " ")


def colon(language: str) -> str:
    """What stands between a heading and its text, in the language of that code.

    >>> colon(Language.FR), colon("de")
    (' : ', ': ')
    """
    return " : " if language == Language.FR else ": "


def semicolon(language: str) -> str:
    """What stands between two parts of a line, in the language of that code.

    >>> semicolon(Language.FR), semicolon(Language.NL)
    (' ; ', '; ')
    """
    return " ; " if language == Language.FR else "; "


def is_one(value: Any, language: Language) -> bool:
    """Whether the language puts that number in the singular: French all below 2."""
    return bool(-2 < value < 2) if language is Language.FR else bool(value == 1)
