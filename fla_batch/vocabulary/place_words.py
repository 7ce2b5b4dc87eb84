"""Where in the user's files something is, in the reader's language."""

from __future__ import annotations

from fla_batch.vocabulary.findings import Source
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words

PACKAGE = "fla_batch.vocabulary"
"""Whose words these are, and those for whom something is about."""


def place(source: Source, language: Language) -> str:
    """File, sheet, row and column, as far as they are known.

    >>> place(Source("fla.xlsx", 7, "Heures", "2024"), Language.FR)
    'fla.xlsx, feuille 2024, ligne 7, colonne Heures'
    """
    words = Words(PACKAGE, language)
    parts = [source.file]
    if source.sheet is not None:
        parts.append(words.line("sheet", name=source.sheet))
    if source.row is not None:
        parts.append(words.line("row", row=source.row))
    if source.column:
        parts.append(column(source.column, language))
    return ", ".join(part for part in parts if part)


def column(name: str, language: Language) -> str:
    """The column of a table; of a message, the path of the element, which begins with /.

    >>> column("Heures", Language.NL), column("/FLA/Form[2]/Employer", Language.NL)
    ('kolom Heures', '/FLA/Form[2]/Employer')
    """
    return name if name.startswith("/") else Words(PACKAGE, language).line("column", name=name)


def whom(company_id: str | None, inss: str | None, language: Language) -> list[str]:
    """Worker and employer, as far as they are known.

    >>> whom(None, "80010100107", Language.NL)
    ['werknemer 80010100107']
    """
    words = Words(PACKAGE, language)
    parts = [words.line("worker", inss=inss)] if inss else []
    return parts + ([words.line("employer", company_id=company_id)] if company_id else [])
