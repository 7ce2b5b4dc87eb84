"""`report`: the self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import ANY_PATH, Shared, now, shared
from fla_batch.cli.whose import EVERYBODY, Whose, whose_options

if TYPE_CHECKING:
    from fla_batch.commands.workspace import Workspace
    from fla_batch.vocabulary.terms import Language


@click.command()
@click.option(
    "--output", "-o", "file", type=ANY_PATH, required=True, help="The page, an .html file."
)
@whose_options
@shared
def report(file: Path, whose: Whose, shared: Shared) -> None:
    """Write one HTML page with all batches and all anomalies, by cause and by employer.

    It needs no other file and holds national numbers in full: keep it as you keep a payroll.
    """
    if file.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"{file.name}: a report is an .html file.")
    with shared.workspace() as workspace:
        document = write_report(workspace, file, shared.language, whose)
    if shared.as_json:
        shared.show_json({"file": str(file), **document})
    else:
        words = shared.words
        batches, anomalies = document["batches"], document["anomalies"]
        counts = words.count("batch", batches), words.count("anomaly", anomalies)
        say(words.line("report_holds", file=file, counts=", ".join(counts)))


def write_report(
    workspace: Workspace, file: Path, language: Language, whose: Whose = EVERYBODY
) -> dict[str, int]:
    """Writes the page; what it holds in numbers. Raises DiskTrouble, LedgerTrouble."""
    from fla_batch.commands.status import anomalies, status
    from fla_batch.report.page import MOST_ANOMALIES, Overview, page
    from fla_batch.system.files import whole_file

    rows = status(workspace, whom=whose.whom)
    with anomalies(workspace, whom=whose.whom) as found, whole_file(file) as written:
        counts = found.counts()
        html = page(
            rows,
            found.by_worker(MOST_ANOMALIES),
            counts,
            Overview.of(found.by_worker()),
            at=now(),
            environment=workspace.environment.value,
            language=language,
            official=workspace.profile.official,
        )
        for piece in html:
            written.write(piece.encode())
    return {"batches": len(rows), "anomalies": counts.total}
