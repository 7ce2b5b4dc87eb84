"""What the platform told, as tables. Hours and days are shown as people count them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from fla_batch.cli.show import table
from fla_batch.vocabulary.belgian_time import shown
from fla_batch.vocabulary.terms import FormKind, RightType
from fla_batch.vocabulary.words import Words

if TYPE_CHECKING:
    from fla_batch.ledger.records import ConsultationRow

Cells = list[object]

_STEMS = {
    RightType.LEGAL: "legalFla",
    RightType.SECTOR: "complementarySector",
    RightType.EMPLOYER: "complementaryEmployer",
}
_HEADINGS = {
    FormKind.ASK_CREDIT: "credit_headings",
    FormKind.ASK_RIGHTS: "rights_headings",
    FormKind.ASK_TRAININGS: "trainings_headings",
    FormKind.ASK_TO_VALIDATE: "listed_headings",
    FormKind.ASK_CHANGED_RIGHTS: "listed_headings",
}


def answer_tables(rows: Iterable[ConsultationRow], words: Words) -> str:
    """A table for each kind of answer, employer by employer; what is empty says so."""
    texts = []
    for (kind, company_id), group in groupby(rows, key=lambda row: (row.kind, row.company_id)):
        theirs = list(group)
        told_at = max(row.told_at for row in theirs)
        cells = [line for row in theirs for line in _LINES[kind](row, words)]
        texts.append(words.line("told_at", company_id=company_id, at=shown(told_at)))
        texts.append(
            table(words.headings(_HEADINGS[kind]), cells) if cells else words.line("nothing_told")
        )
    return "\n".join(texts)


def credit_table(found: Iterable[dict[str, Any]], words: Words) -> str:
    """Credits in the REST manual's shape: every year that has something, and the totals."""
    lines = [line for credit in found for line in _credit_lines(credit, words)]
    return table(words.headings("credit_headings"), lines)


def hours(centi: int | None, words: Words) -> str:
    """Hundredths of an hour as hours.

    >>> from fla_batch.vocabulary.terms import Language
    >>> dutch = Words("fla_batch.cli", Language.NL)
    >>> hours(760, dutch), hours(3800, dutch), hours(None, dutch)
    ('7,6 u', '38 u', '-')
    """
    return "-" if centi is None else words.line("hours", hours=words.number(centi))


def _size(block: dict[str, Any], stem: str, words: Words) -> str:
    days = block.get(f"{stem}Days")
    if days is not None:
        return words.line("days", days=words.number(days))
    return hours(block.get(f"{stem}Hours"), words)


def _right(right_type: RightType, words: Words) -> str:
    return words.line(f"right-{right_type.value}")


def _credit_lines(credit: dict[str, Any], words: Words) -> Iterator[Cells]:
    worker = credit.get("employee", {}).get("inss")
    found = False
    for right_type, stem in _STEMS.items():
        name = f"{stem[0].upper()}{stem[1:]}Credit"
        block = credit.get(f"{stem}Credit")
        if block is None:
            continue
        found = True
        for year in block.get(f"{stem}CreditPerYear", ()):
            initial = _size(year, f"initial{name}", words)
            left = _size(year, f"remaining{name}", words)
            if initial not in (hours(0, words), "-"):
                yield [worker, _right(right_type, words), year.get("calendarYear"), initial, left]
        all_of_it = _size(block, f"total{name}", words)
        yield [worker, _right(right_type, words), words.line("total"), "", all_of_it]
    for reserved in credit.get("reservedTrainingTime", ()):
        found = True
        total = _size(reserved, "totalReservedTrainingTime", words)
        yield [worker, words.line("reserved"), words.line("total"), "", total]
    if not found:
        yield [worker, words.line("no_credit"), "", "", ""]


def _rights(row: ConsultationRow, words: Words) -> Iterator[Cells]:
    rights = row.body.get("trainingRights", {})
    for right_type, stem in _STEMS.items():
        block = rights.get(f"{stem}Right", ())
        for right in [block] if isinstance(block, dict) else block:
            committees = right.get("jointCommissionNbr", "")
            yield [
                row.inss,
                row.calendar_year,
                _right(right_type, words),
                _size(right, f"{stem}Right", words),
                committees if isinstance(committees, str) else ", ".join(committees),
                right.get("activityCode"),
                right.get("source"),
                right.get("legalFlaRightValidityEndDate"),
            ]


def _trainings(row: ConsultationRow, words: Words) -> Iterator[Cells]:
    for training in row.body.get("trainings", ()):
        reference = training.get("trainingProviderReference", {})
        periods = training.get("detailsPerPeriod", ())
        sizes = [_size(period, "training", words) for period in periods]
        yield [
            row.inss,
            row.calendar_year,
            training.get("trainingDenomination"),
            training.get("trainingFirstStartDate"),
            training.get("trainingLastEndDate"),
            " + ".join(sizes),
            training.get("processingState"),
            reference.get("providerTrainingId"),
        ]


def _listed(row: ConsultationRow, _: Words) -> Iterator[Cells]:
    for each in row.body.get("employeeYear", ()):
        yield [each.get("inss"), each.get("calendarYear")]


_LINES: dict[FormKind, Callable[[ConsultationRow, Words], Iterator[Cells]]] = {
    FormKind.ASK_CREDIT: lambda row, words: _credit_lines(row.body, words),
    FormKind.ASK_RIGHTS: _rights,
    FormKind.ASK_TRAININGS: _trainings,
    FormKind.ASK_TO_VALIDATE: _listed,
    FormKind.ASK_CHANGED_RIGHTS: _listed,
}
