"""`account export`: the individual training accounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import EXISTING_FILE, Shared, Subcommands, folder_option, now, shared
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.whose import Whose, whose_options

if TYPE_CHECKING:
    from fla_batch.commands.workspace import Workspace
    from fla_batch.intake.personnel_file import PersonnelFile
    from fla_batch.report.training_account import Chosen, TrainingAccount
    from fla_batch.vocabulary.words import Words


@click.group(cls=Subcommands)
def account() -> None:
    """The individual training account of each worker, from the ledger."""


people_option = click.option(
    "--people",
    "people_file",
    type=EXISTING_FILE,
    help="Personnel file: a table with INSS, names, birth, address, regime, growth path.",
)


@account.command()
@folder_option("Folder to write to; accounts of an earlier export are replaced.")
@people_option
@whose_options
@shared
def export(folder: Path, people_file: Path | None, whose: Whose, shared: Shared) -> None:
    """Write each worker's account as JSON and as a page to print, a folder per employer.

    Rights and trainings that the platform accepted or told, and the credit that follows from
    them, with a table of all workers. Names, addresses, work regimes and growth paths come from
    the personnel file; what it lacks is listed, and left open on the page.
    """
    from fla_batch.intake.personnel_file import read_personnel_file

    people = read_personnel_file(people_file) if people_file else None
    with shared.workspace() as workspace:
        count, incomplete = written_accounts(workspace, folder, whose.chosen, people, shared)
    if shared.as_json:
        document: dict[str, object] = {"folder": str(folder), "accounts": count}
        if people_file:
            document["incomplete"] = [
                {"company_id": each.company_id, "inss": each.inss, "missing": each.missing}
                for each in incomplete
            ]
        shared.show_json(document)
        return
    say(shared.words.count("accounts_written", count, folder=folder))
    if people_file:
        _tell_incomplete(incomplete, shared.words)


def written_accounts(
    workspace: Workspace, folder: Path, chosen: Chosen, people: PersonnelFile | None, shared: Shared
) -> tuple[int, list[TrainingAccount]]:
    """How many accounts are in the folder now, and those of which `people` lack a part."""
    from fla_batch.report.account_files import write_accounts
    from fla_batch.report.training_account import training_accounts
    from fla_batch.vocabulary.belgian_time import belgian

    at = belgian(now()).replace(tzinfo=None)
    count = 0
    with counting("accounts", shared) as counted:

        def one_more(more: int) -> None:
            nonlocal count
            count += more
            counted(more)

        found = training_accounts(
            workspace.ledger,
            workspace.environment,
            at,
            chosen=chosen,
            people=people,
            windows=workspace.rules.windows,
        )
        incomplete = write_accounts(folder, found, at, shared.language, one_more)
    return count, incomplete


def _tell_incomplete(incomplete: list[TrainingAccount], words: Words) -> None:
    for each in incomplete:
        whose = {"inss": each.inss, "company_id": each.company_id}
        say(words.line("personnel_lack", missing=", ".join(each.missing), **whose))
    if incomplete:
        say(words.count("personnel_lacks", len(incomplete)))
