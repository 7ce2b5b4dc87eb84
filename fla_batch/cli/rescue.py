"""`rescue`: everything that the platform holds, before it is destroyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.account import people_option, written_accounts
from fla_batch.cli.ask import after_closure_option
from fla_batch.cli.edge import say
from fla_batch.cli.options import ANY_PATH, EXISTING_FILE, Shared, folder_option, shared
from fla_batch.cli.poll import every_option, timeout_option
from fla_batch.vocabulary.sentences import translated

if TYPE_CHECKING:
    from fla_batch.commands.question_line import BatchLine
    from fla_batch.commands.rescue import Rescued, RescueSubject
    from fla_batch.commands.watch import Patience
    from fla_batch.commands.workspace import Workspace

_MOST_REASONS = 10


@click.command()
@click.option(
    "--employers",
    "employer_files",
    type=EXISTING_FILE,
    multiple=True,
    help="Employers: a company number a line, or a table with CompanyID.",
)
@click.option(
    "--workers",
    "worker_files",
    type=EXISTING_FILE,
    multiple=True,
    help="Workers: a table with CompanyID and INSS, DmfA (table or XML), or an INSS a line.",
)
@click.option(
    "--from",
    "sources",
    type=ANY_PATH,
    multiple=True,
    metavar="DIR",
    help="Answers fetched by another way: JSON of the REST manual; a file, folder or archive.",
)
@folder_option("Folder to write to. The same one again goes on; another one begins anew.")
@people_option
@click.option("--offline", is_flag=True, help="Ask nothing: only what --from and ledger hold.")
@every_option
@timeout_option
@after_closure_option
@shared
def rescue(
    employer_files: tuple[Path, ...],
    worker_files: tuple[Path, ...],
    sources: tuple[Path, ...],
    folder: Path,
    people_file: Path | None,
    offline: bool,
    every_s: float,
    timeout_s: float | None,
    after_closure: bool,
    shared: Shared,
) -> int:
    """Save everything that the platform holds of your employers and workers.

    Of everyone whom the ledger and the files name: rights of all kinds, trainings of all states,
    credit, lists. Whoever and whatever the lists reveal is asked about too. Killed or cut off, the
    same command goes on. It writes accounts, a table per employer, the answers as they came, and
    missing.csv; exit code 0 only when nothing is missing, 6 when answers may still come.
    """
    from fla_batch.commands import rescue as rescuing
    from fla_batch.commands.watch import Patience

    subjects = list(_named(employer_files, worker_files))
    with shared.workspace() as workspace:
        line = None
        if not offline:
            patience = Patience(every_s, timeout_s, shared.tell_translated)
            line = _line(workspace, patience, shared, after_closure=after_closure)
        result = rescuing.rescue(
            workspace, line, subjects, folder, sources=sources, told=shared.tell_translated
        )
        written = _write(workspace, result, folder, people_file, shared)
    _show(result, folder, written, shared)
    if not result.missing:
        return 0
    return 6 if result.late else 1


def _named(
    employer_files: tuple[Path, ...], worker_files: tuple[Path, ...]
) -> Iterator[RescueSubject]:
    from fla_batch.commands.rescue import RescueSubject
    from fla_batch.intake.rescue_lists import read_employers, read_workers

    employers = [number for path in employer_files for number in read_employers(path)]
    yield from (RescueSubject(company_id) for company_id in employers)
    for path in worker_files:
        for company_id, inss, year in read_workers(path):
            if not company_id and not employers:
                raise click.UsageError(
                    f"{path.name} names workers without their employer: name it with --employers."
                )
            for each in [company_id] if company_id else employers:
                yield RescueSubject(each, inss, year)


def _line(
    workspace: Workspace, patience: Patience, shared: Shared, *, after_closure: bool
) -> BatchLine | None:
    """The channel to ask by; None, which is said, where the profile has no questions."""
    from fla_batch.commands import ask as asking
    from fla_batch.commands.question_line import BatchLine

    left = None if after_closure else asking.time_left(workspace)
    if left:
        shared.tell_translated(left)
    if not asking.can_ask(workspace.profile):
        shared.tell(shared.words.line("no_questions", profile=workspace.profile.name))
        return None
    return BatchLine(workspace, patience, after_closure)


def _write(
    workspace: Workspace,
    result: Rescued,
    folder: Path,
    people_file: Path | None,
    shared: Shared,
) -> dict[str, int]:
    """Everything that was brought out; how many of each."""
    from fla_batch.commands.keep_answer import raw_files
    from fla_batch.intake.personnel_file import read_personnel_file
    from fla_batch.report.rescue_folder import copy_answers, write_missing
    from fla_batch.report.training_account import Chosen

    missing = write_missing(folder, result.missing.items())
    answers = copy_answers(folder, raw_files(workspace, result.since))
    chosen = Chosen(result.holdings.employers)
    people = read_personnel_file(people_file) if people_file else None
    count, _ = written_accounts(workspace, folder, chosen, people, shared)
    return {"accounts": count, "answers": answers, "missing": missing}


def _show(result: Rescued, folder: Path, written: dict[str, int], shared: Shared) -> None:
    document = {
        "folder": str(folder),
        "employers": len(result.holdings.employers),
        "workers": len(result.holdings.workers),
        "questions": result.questions,
        **written,
        "unread": [{"file": each.file, "reason": each.reason} for each in result.unread],
    }
    if shared.as_json:
        shared.show_json(document)
        return
    words = shared.words
    for each in result.unread[:_MOST_REASONS]:
        reason = translated(each.reason, shared.language)
        say(words.line("not_read", file=each.file, reason=reason))
    if len(result.unread) > _MOST_REASONS:
        say(words.line("more_files", count=len(result.unread) - _MOST_REASONS))
    counts = {
        "accounts": words.count("account", written["accounts"]),
        "employers": words.count("employer", len(result.holdings.employers)),
        "answers": words.count("answer", written["answers"]),
    }
    say(words.line("rescued", folder=folder, **counts))
    if not result.missing:
        say(words.line("nothing_missing"))
        return
    say(words.count("missing", len(result.missing), file=folder / "missing.csv"))
    for reason, count in Counter(result.missing.values()).most_common(_MOST_REASONS):
        say(f"  {count} x {translated(reason, shared.language)}")
    say(words.line("rescue_again"))
