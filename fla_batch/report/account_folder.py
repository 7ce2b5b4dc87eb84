"""Accounts as files: a folder per employer, a page and a JSON file per worker, a table of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from pathlib import Path

from fla_batch.report.account_table import account_table
from fla_batch.report.training_account import TrainingAccount
from fla_batch.report.training_account_page import account_page
from fla_batch.system.files import private_folder, whole_files
from fla_batch.vocabulary.terms import Language

TABLE = "accounts.csv"


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
