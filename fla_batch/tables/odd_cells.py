"""Cells that hold no value for sure: errors, uncomputed formulas, numbers shown as others.

A reader that knows the kind of a cell writes it as a text that no file can hold (it begins with
NUL). In text files only the words are left: Excel, LibreOffice and Google write errors in the
language of their user (`#N/B`, `#VALEUR !`, `Fout:502`), so the shape of the words decides.
"""

from __future__ import annotations

import re
from enum import Enum

ERROR_WORDS = (
    r"^(?:#[\p{Lu}0-9/_]{2,24}[  ]?[!?]|#(?i:n/a|n/b|n/d|n/v|nv|getting_data)"
    r"|(?i:err|error|erreur|fout|fehler)[  ]?:[  ]?[0-9]{3}|#{3,})$"
)
"""An error in words, for polars' regular expressions; `is_error` for one text."""

_ERROR = re.compile(ERROR_WORDS.replace(r"\p{Lu}", "A-ZÀ-ÖØ-Þ"))
_MARK = "\0"


class OddKind(Enum):
    """Why a cell holds no value for sure; the value is the name of the remark."""

    ERROR = "error-cell"
    UNCOMPUTED = "uncomputed-formula"
    ZERO = "uncomputed-zero"
    """A formula's stored 0, in a workbook that asks to be computed first (decision 1502)."""
    STORED_ZERO = "stored-zero"
    """A formula's stored 0 in any other: that of a program that computes nothing looks the same."""

    SHOWN = "shown-otherwise"
    """A number that its cell shows as another: what it holds, the mark, and what it shows."""


# A damaged file may hold a NUL too: then it is a text like any other.
_MARKED = re.compile(f"{_MARK}({'|'.join(kind.value for kind in OddKind)}){_MARK}(.*)", re.DOTALL)


def odd_cell(kind: OddKind, content: str) -> str:
    """The text that stands for such a cell in a table; `content` is what to show of it."""
    return f"{_MARK}{kind.value}{_MARK}{content}"


def odd_kind(text: str) -> tuple[OddKind, str] | None:
    """Kind and content of a cell without a value; None for a cell that holds one.

    >>> odd_kind("#N/B"), odd_kind("webmaster"), odd_kind(odd_cell(OddKind.UNCOMPUTED, "=A1"))[1]
    ((<OddKind.ERROR: 'error-cell'>, '#N/B'), None, '=A1')
    >>> odd_kind("\\0"), odd_kind("\\0odd\\0")
    (None, None)
    """
    if found := _MARKED.fullmatch(text):
        return OddKind(found[1]), found[2]
    return (OddKind.ERROR, text) if is_error(text) else None


def content_of(text: str) -> str:
    """What a cell shows to people, whether it holds a value or not.

    >>> content_of("7,6"), content_of(odd_cell(OddKind.SHOWN, "0.2\\0" "20%"))
    ('7,6', '20%')
    """
    odd = odd_kind(text)
    return odd[1].rpartition(_MARK)[2] if odd else text


def is_error(text: str) -> bool:
    """True for an error in the words of a spreadsheet program.

    >>> [is_error(text) for text in ("#VALEUR !", "#DIV/0!", "Err:502", "Fout:502", "########")]
    [True, True, True, True, True]
    >>> [is_error(text) for text in ("#1 course", "Fout", "# 0880820673")]
    [False, False, False]
    """
    return _ERROR.match(text) is not None
