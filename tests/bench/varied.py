"""The varied data of the bulk benchmark: as real files are, no two declarations alike.

1-12 trainings of 1-3 periods each, every optional zone there or not at random, a fifth of the
declarations rights, 5 % with a warning, 0.5 % blocked. Always the same for a count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from tests.bench.rights import company, inss

_EMPLOYERS = 500
_SLICE = 20_000
_WORDS = ("Veilig", "werken", "Gestion", "stress", "Introduction", "payroll", "Excel", "secours")
_DATES = {"trainingStartDate", "trainingEndDate", "certificateValidityEndDate"}
_TEXTS = {
    "companyId", "inss", "trainingDenomination", "trainingReferenceNbr", "trainingOrganiserName",
    "additionalInformation", "jointCommissionNbr", "workingRegulationsRegistryNbr", "rightType",
}  # fmt: skip
_TRAININGS = (
    "companyId", "inss", "calendarYear", "language", "refHoursInWorkingDay",
    "trainingSequenceNbr", "trainingDenomination", "trainingReferenceNbr",
    "trainingOrganiserName", "trainingResult", "trainingLeadingToCertificate",
    "certificateValidityEndDate", "scope", "trainingHours", "trainingDays", "trainingStartDate",
    "trainingEndDate", "trainingStatus", "trainingType", "trainingPlace", "additionalInformation",
)  # fmt: skip
_RIGHTS = (
    "companyId", "inss", "calendarYear", "rightType", "hours", "jointCommissionNbr",
    "workingRegulationsRegistryNbr", "activityCode",
)  # fmt: skip


def write_varied(folder: Path, declarations: int) -> None:
    """`trainings` as Parquet and as CSV, and `rights` as Parquet."""
    random = Random(declarations)
    slices = folder / "slices"
    slices.mkdir()
    numbers = range(declarations)
    rights = [number for number in numbers if number % 5 == 0]
    rows = [row for number in rights for row in _rights(number, random)]
    _frame(rows, _RIGHTS).write_parquet(folder / "rights.parquet")
    with (folder / "trainings.csv").open("wb") as csv:
        for start in range(0, declarations, _SLICE):
            some = [number for number in numbers[start : start + _SLICE] if number % 5]
            frame = _frame([row for n in some for row in _trainings(n, random)], _TRAININGS)
            frame.write_csv(csv, separator=";", include_header=not start)
            frame.write_parquet(slices / f"{start:09d}.parquet")
    pl.scan_parquet(slices / "*.parquet").sink_parquet(folder / "trainings.parquet")


def _frame(rows: list[dict[str, Any]], names: tuple[str, ...]) -> pl.DataFrame:
    types = {
        name: pl.Date if name in _DATES else pl.String if name in _TEXTS else pl.Int64
        for name in names
    }
    return pl.DataFrame(rows, schema=types)


def _head(number: int) -> dict[str, Any]:
    return {
        "companyId": company(number % _EMPLOYERS),
        "inss": inss(number),
        "calendarYear": 2024,
    }


def _maybe(random: Random, value: Any) -> Any:
    return value if random.random() < 0.5 else None


def _trainings(number: int, random: Random) -> Iterator[dict[str, Any]]:
    trainings = random.randint(1, 12)
    head = _head(number) | {
        "language": _maybe(random, 1 + number % 4),
        "refHoursInWorkingDay": _maybe(random, 760),
    }
    # One training of the declaration is blocked or warned of.
    odd = random.randrange(trainings)
    blocked, warned = number % 200 == 1, number % 20 == 2
    for index in range(trainings):
        name = f"{' '.join(random.sample(_WORDS, 3))} {index}"
        certificate = random.random() < 0.5
        training = head | {
            "trainingSequenceNbr": index + 1,
            "trainingDenomination": name,
            "trainingReferenceNbr": _maybe(random, f"R{number}/{index}"),
            "trainingOrganiserName": _maybe(random, random.choice(_WORDS)),
            "trainingResult": random.randint(1, 5),
            "trainingLeadingToCertificate": 2 if certificate else 1,
            "certificateValidityEndDate": _maybe(random, date(2029, 1, 1)) if certificate else None,
            "scope": 3 if blocked and index == odd else random.randint(1, 2),
        }
        for period in _periods(random):
            if warned and index == odd:
                period["trainingStatus"] = None
            yield training | period


def _periods(random: Random) -> Iterator[dict[str, Any]]:
    start = date(2024, 1, 1) + timedelta(days=random.randrange(300))
    for _ in range(random.randint(1, 3)):
        end = start + timedelta(days=random.randrange(4))
        hours = random.random() < 0.8
        yield {
            "trainingHours": random.randrange(100, 800, 10) if hours else None,
            "trainingDays": None if hours else 50,
            "trainingStartDate": start,
            "trainingEndDate": end,
            "trainingStatus": 1,
            "trainingType": random.randint(1, 2),
            "trainingPlace": _maybe(random, random.randint(1, 4)),
            "additionalInformation": _maybe(random, random.choice(_WORDS)),
        }
        start = end + timedelta(days=random.randint(1, 20))


def _rights(number: int, random: Random) -> Iterator[dict[str, Any]]:
    kinds = ["LEGAL"] + ["SECTOR"] * random.randint(0, 2) + ["EMPLOYER"] * random.randint(0, 2)
    blocked = number % 200 == 0
    for index, kind in enumerate(kinds):
        yield _head(number) | {
            "rightType": kind,
            "hours": 4000 if blocked and not index else random.randint(1, 38),
            "jointCommissionNbr": random.choice(("200", "149.02", "302")),
            "workingRegulationsRegistryNbr": f"{number}/CO/{index}",
            "activityCode": 1000 + index if kind == "SECTOR" else None,
        }
