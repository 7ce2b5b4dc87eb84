"""An individual training account as a page to print and keep in the personnel file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files

from fla_batch.models import Training, TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.trainings import STATUS_CODES
from fla_batch.report.html import document, heading, paragraph, table
from fla_batch.report.training_account import Account
from fla_batch.vocabulary.terms import Language, RightType

_LANGUAGES = (Language.EN, Language.FR, Language.NL)
# right type: (attribute of the rights, stem of its sizes), and the same of the credit
_RIGHTS = {
    RightType.LEGAL: ("legal_fla_right", "legal_fla_right"),
    RightType.SECTOR: ("complementary_sector_right", "complementary_sector_right"),
    RightType.EMPLOYER: ("complementary_employer_right", "complementary_employer_right"),
}
_CREDITS = {
    RightType.LEGAL: "legal_fla_credit",
    RightType.SECTOR: "complementary_sector_credit",
    RightType.EMPLOYER: "complementary_employer_credit",
}
_FROM_FILE = ("names", "birth", "address", "regime", "growth")
Row = list[object]


@cache
def words(language: Language) -> dict[str, str]:
    """All words of an account in one language."""
    content = files(__package__).joinpath("account.toml").read_text(encoding="utf-8")
    found: dict[str, str] = tomllib.loads(content)[language.value]
    return found


def account_page(account: Account, at: datetime, language: Language) -> str:
    """The page as HTML; `at` is when it is written, in Belgian time."""
    word = words(language)
    known = [
        [word["worker"], account.inss],
        [word["employer"], account.company_id],
        [word["written"], f"{at:%Y-%m-%d}"],
    ]
    headings = ("year", "right", "size", "committee", "accepted")
    training_headings = ("year", "training", "start", "end", "size", "status")
    credit_headings = ("right", "year", "initial", "remaining")
    parts = [
        table([], known),
        heading(2, word["from_file"]),
        table([], [[word[name], ""] for name in _FROM_FILE]),
        heading(2, word["rights"]),
        _table(word, headings, _rights(account, word)),
        heading(2, word["trainings"]),
        _table(word, training_headings, _trainings(account, language)),
        heading(2, word["credit"]),
        _table(word, credit_headings, _credit(account, word)),
    ]
    if account.credit.uncovered:
        parts.append(paragraph(word["uncovered"].format(count=len(account.credit.uncovered))))
    return "".join(document(f"{word['title']} {account.inss}", language.value, parts))


def _table(word: dict[str, str], names: tuple[str, ...], rows: Iterator[Row]) -> str:
    lines = list(rows)
    return table([word[name] for name in names], lines) if lines else paragraph(word["none"])


def _rights(account: Account, word: dict[str, str]) -> Iterator[Row]:
    for held in account.held:
        if not isinstance(held.declaration, TrainingRightsDeclaration):
            continue
        for right_type, (attribute, stem) in _RIGHTS.items():
            found = getattr(held.declaration.training_rights, attribute, None) or ()
            for right in (found,) if isinstance(found, Block) else found:
                year, since = str(held.declaration.calendar_year), f"{held.accepted_at:%Y-%m-%d}"
                committees = getattr(right, "joint_commission_nbr", None) or ""
                shown = committees if isinstance(committees, str) else ", ".join(committees)
                yield [year, word[right_type.value], _size(right, stem), shown, since]


def _trainings(account: Account, language: Language) -> Iterator[Row]:
    for held in account.held:
        if isinstance(held.declaration, TrainingsDeclaration):
            for training in held.declaration.trainings:
                yield from _periods(str(held.declaration.calendar_year), training, language)


def _periods(year: str, training: Training, language: Language) -> Iterator[Row]:
    for period in training.details_per_period:
        status = STATUS_CODES.get(period.training_status or 0, ("", "", ""))
        yield [
            year,
            training.training_denomination or training.training_reference_nbr,
            period.training_start_date,
            period.training_end_date,
            _size(period, "training"),
            status[_LANGUAGES.index(language)],
        ]


def _credit(account: Account, word: dict[str, str]) -> Iterator[Row]:
    for right_type, stem in _CREDITS.items():
        block = getattr(account.credit.credit, stem, None)
        if block is None:
            continue
        for year in getattr(block, f"{stem}_per_year"):
            initial, left = _size(year, f"initial_{stem}"), _size(year, f"remaining_{stem}")
            yield [word[right_type.value], str(year.calendar_year or ""), initial, left]
        yield [word[right_type.value], word["total"], "", _size(block, f"total_{stem}")]
    for each in account.credit.credit.reserved_training_time:
        yield [word["RESERVED"], word["total"], "", _size(each, "total_reserved_training_time")]


def _size(block: Block, stem: str) -> str:
    days, hours = getattr(block, f"{stem}_days", None), getattr(block, f"{stem}_hours", None)
    if hours is not None:
        return f"{hours / 100:g} h"
    return "" if days is None else f"{days / 100:g} d"
