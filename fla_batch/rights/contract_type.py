"""Full time or part time, as the DmfA codes it (ContractType: 0, 1) and as people write it."""

from __future__ import annotations

from fla_batch.tables.codes import bare_words
from fla_batch.tables.numbers import whole_number
from fla_batch.tables.values import Mistake, shown

FULL_TIME, PART_TIME = 0, 1
_WORDS = {
    FULL_TIME: ("temps plein", "voltijds", "full time", "TP", "VT", "FT"),
    PART_TIME: ("temps partiel", "deeltijds", "part time", "DT", "PT"),
}
_CODES = {bare_words(word): code for code, words in _WORDS.items() for word in words}


def contract_type(text: str) -> int | Mistake:
    """
    >>> [contract_type(text) for text in ("0", "1.0", "Temps plein", "deeltijds")]
    [0, 1, 0, 1]
    >>> contract_type("CDI").rule, contract_type("2").rule
    ('unknown-contract', 'unknown-contract')
    """
    number = whole_number(text)
    code = _CODES.get(bare_words(text)) if isinstance(number, Mistake) else number
    if code is not None and code in _WORDS:
        return code
    return Mistake("unknown-contract", shown(text))
