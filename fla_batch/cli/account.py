"""`account export`: the individual training accounts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import Shared, now, shared
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.show import plural

if TYPE_CHECKING:
    from datetime import datetime

    from fla_batch.report.training_account import Account
    from fla_batch.vocabulary.terms import Language


@click.group()
def account() -> None:
    """The individual training account of each worker, from the ledger."""


@account.command()
@click.option(
    "--output",
    "-o",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write to; accounts of an earlier export are replaced.",
)
@shared
def export(folder: Path, shared: Shared) -> None:
    """Write each worker's account as JSON and as a page to print, a folder per employer.

    Rights and trainings that the platform accepted or told, and the credit that follows from
    them. Names and addresses are not in the ledger: the page leaves room for them.
    """
    from fla_batch.report.training_account import accounts
    from fla_batch.vocabulary.belgian_time import belgian

    at = belgian(now()).replace(tzinfo=None)
    count = 0
    with shared.workspace() as workspace, counting("accounts", shared) as counted:
        for found in accounts(workspace.ledger, workspace.environment, at):
            _write(folder, found, at, shared.language)
            counted(1)
            count += 1
    if shared.as_json:
        shared.show_json({"folder": str(folder), "accounts": count})
    else:
        say(f"{plural(count, 'account')} written to {folder}.")


def _write(folder: Path, found: Account, at: datetime, language: Language) -> None:
    from fla_batch.report.training_account_page import account_page
    from fla_batch.system.files import private_folder, write_whole

    place = private_folder(folder / found.company_id)
    text = json.dumps(found.to_json(), ensure_ascii=False, indent=2)
    write_whole(place / f"{found.inss}.json", text.encode())
    write_whole(place / f"{found.inss}.html", account_page(found, at, language).encode())
