"""Accounts as files: a folder per employer, a page and a JSON file per worker, a table of them.

The table has a row per worker and year, hours as people count them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

from fla_batch.account.day_hours import DayHours
from fla_batch.account.remaining_credit import hours_of, right_hours
from fla_batch.intake.personnel_file import PERSONAL
from fla_batch.report.export import harmless
from fla_batch.report.training_account import TrainingAccount
from fla_batch.report.training_account_page import account_page, credit_years, words
from fla_batch.system.files import private_folder, whole_files
from fla_batch.system.plain_texts import csv_bytes
from fla_batch.vocabulary.terms import Language, RightType, TrainingStatus
from fla_batch.vocabulary.words import Words

TABLE = "accounts.csv"
YEAR_HEADINGS = (
    "year", "LEGAL", "SECTOR", "EMPLOYER", "trainings", "followed", "to_validate", "left"
)  # fmt: skip
"""Those of what is known of one year of a worker."""
_HEADINGS = ("employer", "worker", *PERSONAL, *YEAR_HEADINGS)


def write_accounts(
    folder: Path,
    accounts: Iterable[TrainingAccount],
    at: datetime,
    language: Language,
    counted: Callable[[int], None],
) -> list[TrainingAccount]:
    """Writes them, and gives back those in which something of the personnel file is missing.

    `accounts` come employer by employer; `at` is the date of the pages, in Belgian time. Raises
    DiskTrouble.
    """
    incomplete = []
    for company_id, theirs in groupby(accounts, key=lambda one: one.company_id):
        written = []
        with whole_files(private_folder(folder / company_id)) as write:
            for account in theirs:
                text = json.dumps(account.to_json(), ensure_ascii=False, indent=2)
                write(f"{account.inss}.json", text.encode())
                write(f"{account.inss}.html", account_page(account, at, language).encode())
                written.append(account)
                if account.missing:
                    incomplete.append(account)
                counted(1)
            write(TABLE, account_table(written, language))
    return incomplete


def account_table(accounts: Iterable[TrainingAccount], language: Language) -> bytes:
    """The table as CSV that a spreadsheet opens."""
    headings = [words(language)[name] for name in _HEADINGS]
    rows = (row for account in accounts for row in account_rows(account, language))
    return csv_bytes([headings, *(map(harmless, row) for row in rows)])


def account_rows(account: TrainingAccount, language: Language) -> Iterator[list[str]]:
    """A row per year; one without a year where nothing is known but the worker."""
    who = [account.company_id, account.inss, *(account.personal.get(n, "") for n in PERSONAL)]
    for year in year_rows(account, language):
        yield [*who, *year]


def year_rows(account: TrainingAccount, language: Language) -> Iterator[list[str]]:
    """The same under YEAR_HEADINGS, without whose account it is."""
    hours = Words("fla_batch.report", language).number
    day_hours = DayHours.of(account.account.counting())
    left = _left(account)
    for year in account.years or [0]:
        state = account.account.of(year)
        trainings = state.trainings.trainings if state.trainings else ()
        followed = sum(
            hours_of(period.training_hours, period.training_days, day_hours.in_year(year)) or 0
            for training in trainings
            for period in training.details_per_period
            if period.training_status == TrainingStatus.FOLLOWED
        )
        waiting = sum(1 for _ in account.to_validate(year))
        yield [
            str(year or ""),
            *(
                hours(sum(right_hours(right, day_hours.in_year(year)) or 0 for right in rights))
                for rights in map(state.rights_in_force.of, RightType)
            ),
            str(len(trainings)),
            hours(followed),
            str(waiting),
            hours(left[year]),
        ]


def _left(account: TrainingAccount) -> Counter[int]:
    """What remains of the rights of each year, of all kinds."""
    found: Counter[int] = Counter()
    for each in credit_years(account):
        found[each.year] += each.remaining_centi
    return found
