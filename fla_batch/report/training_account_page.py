"""An individual training account as a page to print and keep in the personnel file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic.alias_generators import to_camel

from fla_batch.intake.personnel_file import PERSONAL
from fla_batch.models import Training, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.credit_calculation import CREDIT_FIELDS
from fla_batch.models.training_rights import RIGHT_FIELDS
from fla_batch.models.trainings import STATUS_CODES
from fla_batch.report.html import document, heading, paragraph, table
from fla_batch.report.training_account import TrainingAccount
from fla_batch.vocabulary.terms import Language, RightType
from fla_batch.vocabulary.words import spelled, texts_of

_LANGUAGES = (Language.EN, Language.FR, Language.NL)
RIGHT_HEADINGS = ("year", "right", "size", "committee", "source")
TRAINING_HEADINGS = ("year", "training", "start", "end", "size", "status")
Row = list[object]


def words(language: Language) -> dict[str, str]:
    """All words of an account in one language."""
    found: dict[str, str] = texts_of(__package__, "account.toml")[language.value]
    return found


def account_page(account: TrainingAccount, at: datetime, language: Language) -> str:
    """The page as HTML; `at` is when it is written, in Belgian time."""
    title = f"{words(language)['title']} {account.inss}"
    return "".join(document(title, language.value, _parts(account, at, language)))


def accounts_page(
    company_id: str, accounts: Iterable[TrainingAccount], at: datetime, language: Language
) -> Iterator[str]:
    """All accounts of an employer, each from a new sheet of paper on; streamed as they come."""
    title = words(language)["title"]
    sheets = (
        part
        for account in accounts
        for part in (heading(2, f"{title} {account.inss}"), *_parts(account, at, language, 3))
    )
    style = "h2{break-before:page}h2:first-of-type{break-before:auto}"
    return document(f"{title} - {company_id}", language.value, sheets, style=style)


def _parts(account: TrainingAccount, at: datetime, language: Language, level: int = 2) -> list[str]:
    """What stands under the name of an account, with headings of that level."""
    word = words(language)
    known = [
        [word["worker"], account.inss],
        [word["employer"], account.company_id],
        [word["written"], f"{at:%Y-%m-%d}"],
    ]
    parts = [
        table([], known),
        heading(level, word["person"]),
        table([], [[word[name], account.personal.get(name, "")] for name in PERSONAL]),
        *_missing(account, word),
        heading(level, word["rights"]),
        _table(word, RIGHT_HEADINGS, rights_rows(account, word)),
        heading(level, word["trainings"]),
        _table(word, TRAINING_HEADINGS, training_rows(account, language)),
        heading(level, word["to_validate"]),
        _table(word, TRAINING_HEADINGS, _waiting(account, language)),
        heading(level, word["credit"]),
        _table(word, ("right", "year", "initial", "remaining"), _credit(account, word)),
    ]
    return [*parts, *(paragraph(line) for line in _notes(account, word))]


def _missing(account: TrainingAccount, word: dict[str, str]) -> Iterator[str]:
    """What nobody knows, once, so that it can be filled in by hand."""
    if account.missing:
        names = ", ".join(word[name].lower() for name in account.missing)
        yield paragraph(word["missing"].format(names=names))


def _notes(account: TrainingAccount, word: dict[str, str]) -> Iterator[str]:
    """What the credit does not show, and what the platform said of it."""
    if account.credit.uncovered:
        yield word["uncovered"].format(count=len(account.credit.uncovered))
    if account.credit.without_status:
        yield word["no_status"].format(count=len(account.credit.without_status))
    yield from map(str, account.credit.beyond_bounds)
    told = account.told_credit or {}
    for right_type, stem in CREDIT_FIELDS.items():
        name = to_camel(stem)
        total = told.get(name, {}).get(to_camel(f"total_{stem}_hours"))
        if total is not None:
            on = str(told.get("calculationDate", ""))[:10]
            yield word["told"].format(right=word[right_type.value], on=on, hours=spelled(total))


def _table(word: dict[str, str], names: tuple[str, ...], rows: Iterator[Row]) -> str:
    lines = list(rows)
    return table([word[name] for name in names], lines) if lines else paragraph(word["none"])


def rights_rows(account: TrainingAccount, word: dict[str, str]) -> Iterator[Row]:
    """The rights in force, under RIGHT_HEADINGS."""
    for year in account.years:
        in_force = account.account.of(year).rights_in_force
        for right_type, stem in RIGHT_FIELDS.items():
            for right in in_force.of(right_type):
                committees = getattr(right, "joint_commission_nbr", None) or ""
                shown = committees if isinstance(committees, str) else ", ".join(committees)
                source = word.get(f"from_{getattr(right, 'source', None)}", "")
                yield [str(year), word[right_type.value], _size(right, stem), shown, source]


def training_rows(account: TrainingAccount, language: Language) -> Iterator[Row]:
    """The periods that were declared, under TRAINING_HEADINGS."""
    for held in account.held:
        if isinstance(held.declaration, TrainingsDeclaration):
            for training in held.declaration.trainings:
                yield from _periods(str(held.declaration.calendar_year or ""), training, language)


def _waiting(account: TrainingAccount, language: Language) -> Iterator[Row]:
    for year in account.years:
        for training in account.to_validate(year):
            yield from _periods(str(year), training, language)


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


def _credit(account: TrainingAccount, word: dict[str, str]) -> Iterator[Row]:
    for right_type, stem in CREDIT_FIELDS.items():
        block = getattr(account.credit.credit, stem, None)
        if block is None:
            continue
        for year in getattr(block, f"{stem}_per_year"):
            initial, left = _size(year, f"initial_{stem}"), _size(year, f"remaining_{stem}")
            yield [word[right_type.value], str(year.calendar_year or ""), initial, left]
        yield [word[right_type.value], word["total"], "", _size(block, f"total_{stem}")]
    for each in account.credit.credit.reserved_training_time:
        yield [word["RESERVED"], word["total"], "", _size(each, "total_reserved_training_time")]


class CreditYear(NamedTuple):
    """The credit of one right and year, in hundredths of an hour."""

    right: RightType
    year: int
    initial_centi: int
    remaining_centi: int


def credit_years(account: TrainingAccount) -> Iterator[CreditYear]:
    """Every year in which there was a credit, by right."""
    for right, stem in CREDIT_FIELDS.items():
        block = getattr(account.credit.credit, stem, None)
        for year in getattr(block, f"{stem}_per_year", ()):
            initial, remaining = (
                getattr(year, f"{name}_{stem}_hours") or 0 for name in ("initial", "remaining")
            )
            if initial:
                yield CreditYear(right, year.calendar_year or 0, initial, remaining)


def credit_years_of(accounts: Iterable[TrainingAccount]) -> list[CreditYear]:
    """The same of several workers together."""
    sums: dict[tuple[RightType, int], tuple[int, int]] = {}
    for account in accounts:
        for right, year, initial, remaining in credit_years(account):
            before = sums.get((right, year), (0, 0))
            sums[right, year] = before[0] + initial, before[1] + remaining
    return [CreditYear(*key, *amounts) for key, amounts in sorted(sums.items())]


def _size(block: Block, stem: str) -> str:
    days, hours = getattr(block, f"{stem}_days", None), getattr(block, f"{stem}_hours", None)
    if hours is not None:
        return f"{spelled(hours)} h"
    return "" if days is None else f"{spelled(days)} d"
