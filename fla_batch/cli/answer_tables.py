"""What the platform told, as tables. Hours and days are shown as people count them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from fla_batch.cli.show import table
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.hundredths import spelled
from fla_batch.vocabulary.terms import FormKind, RightType

if TYPE_CHECKING:
    from fla_batch.ledger.records import ConsultationRow

Cells = list[object]

_STEMS = {
    RightType.LEGAL: "legalFla",
    RightType.SECTOR: "complementarySector",
    RightType.EMPLOYER: "complementaryEmployer",
}
_CREDIT_HEADINGS = ["worker", "right", "year", "initial", "remaining"]
_HEADINGS = {
    FormKind.ASK_CREDIT: _CREDIT_HEADINGS,
    FormKind.ASK_RIGHTS: [
        "worker", "year", "right", "size", "joint committee", "activity", "source", "valid until"
    ],
    FormKind.ASK_TRAININGS: [
        "worker", "year", "training", "from", "to", "size", "state", "provider's id"
    ],
    FormKind.ASK_TO_VALIDATE: ["worker", "year"],
    FormKind.ASK_CHANGED_RIGHTS: ["worker", "year"],
}  # fmt: skip


def answer_tables(rows: Iterable[ConsultationRow]) -> str:
    """A table for each kind of answer, employer by employer; what is empty says so."""
    texts = []
    for (kind, company_id), group in groupby(rows, key=lambda row: (row.kind, row.company_id)):
        theirs = list(group)
        told_at = max(row.told_at for row in theirs)
        cells = [line for row in theirs for line in _LINES[kind](row)]
        texts.append(f"Employer {company_id}, told {_local(told_at)}")
        texts.append(table(_HEADINGS[kind], cells) if cells else "Nothing.")
    return "\n".join(texts)


def credit_table(found: Iterable[dict[str, Any]]) -> str:
    """Credits in the REST manual's shape: every year that has something, and the totals."""
    return table(_CREDIT_HEADINGS, [line for credit in found for line in _credit_lines(credit)])


def hours(centi: int | None) -> str:
    """Hundredths of an hour as hours.

    >>> hours(760), hours(3800), hours(None)
    ('7.6 h', '38 h', '-')
    """
    return "-" if centi is None else f"{spelled(centi)} h"


def _size(block: dict[str, Any], stem: str) -> str:
    days = block.get(f"{stem}Days")
    return f"{spelled(days)} d" if days is not None else hours(block.get(f"{stem}Hours"))


def _credit(row: ConsultationRow) -> Iterator[Cells]:
    return _credit_lines(row.body)


def _credit_lines(credit: dict[str, Any]) -> Iterator[Cells]:
    worker = credit.get("employee", {}).get("inss")
    found = False
    for right_type, stem in _STEMS.items():
        name = f"{stem[0].upper()}{stem[1:]}Credit"
        block = credit.get(f"{stem}Credit")
        if block is None:
            continue
        found = True
        for year in block.get(f"{stem}CreditPerYear", ()):
            initial, left = _size(year, f"initial{name}"), _size(year, f"remaining{name}")
            if initial not in ("0 h", "-"):
                yield [worker, right_type.value.lower(), year.get("calendarYear"), initial, left]
        yield [worker, right_type.value.lower(), "total", "", _size(block, f"total{name}")]
    for reserved in credit.get("reservedTrainingTime", ()):
        found = True
        total = _size(reserved, "totalReservedTrainingTime")
        yield [worker, "reserved", "total", "", total]
    if not found:
        yield [worker, "none", "", "", ""]


def _rights(row: ConsultationRow) -> Iterator[Cells]:
    rights = row.body.get("trainingRights", {})
    for right_type, stem in _STEMS.items():
        block = rights.get(f"{stem}Right", ())
        for right in [block] if isinstance(block, dict) else block:
            committees = right.get("jointCommissionNbr", "")
            yield [
                row.inss,
                row.calendar_year,
                right_type.value.lower(),
                _size(right, f"{stem}Right"),
                committees if isinstance(committees, str) else ", ".join(committees),
                right.get("activityCode"),
                right.get("source"),
                right.get("legalFlaRightValidityEndDate"),
            ]


def _trainings(row: ConsultationRow) -> Iterator[Cells]:
    for training in row.body.get("trainings", ()):
        reference = training.get("trainingProviderReference", {})
        sizes = [_size(period, "training") for period in training.get("detailsPerPeriod", ())]
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


def _listed(row: ConsultationRow) -> Iterator[Cells]:
    for each in row.body.get("employeeYear", ()):
        yield [each.get("inss"), each.get("calendarYear")]


def _local(moment: datetime) -> str:
    return belgian(moment).strftime("%Y-%m-%d %H:%M")


_LINES = {
    FormKind.ASK_CREDIT: _credit,
    FormKind.ASK_RIGHTS: _rights,
    FormKind.ASK_TRAININGS: _trainings,
    FormKind.ASK_TO_VALIDATE: _listed,
    FormKind.ASK_CHANGED_RIGHTS: _listed,
}
