"""`fla-batch rights`: check what is given, compute everyone's right, explain one worker's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import WORKERS, Shared, Subcommands, now, shared, workforce
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.rights_options import SECTORS, own_facts, prepared, rights_options
from fla_batch.cli.show import MOST_ON_SCREEN, counts_in_words, groups_in_words, in_words, table
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, blocking, summary
from fla_batch.vocabulary.identifiers import compact_inss, is_valid_inss, mask_text

if TYPE_CHECKING:
    from fractions import Fraction

    from fla_batch.rights.compute import Computation
    from fla_batch.rights.evidence import Evidence
    from fla_batch.rights.input_report import QuarterReport
    from fla_batch.rights.not_computed import NotComputed
    from fla_batch.rights.output import Written
    from fla_batch.rights.right import WorkerRight
    from fla_batch.rights.worksheet import WorksheetRequest
    from fla_batch.vocabulary.words import Words

_MOST_QUARTERS = 40


@click.group(cls=Subcommands)
def rights() -> None:
    """The legal training right, A x B x C, from DmfA and Dimona."""


@rights.command()
@rights_options
@shared
def check(*, shared: Shared, **options: Any) -> int:
    """Say whether the input can be trusted: gaps, duplicates, corrections, contradictions."""
    from fla_batch.rights.input_report import input_report, report_json
    from fla_batch.rights.spill import Spill

    with Spill() as spill:
        computation = prepared(spill, None, shared, options)
        workers = sum(1 for _ in computation.rights())
        anomalies = [*computation.anomalies, *computation.sector_warnings()]
        held = computation.not_computed()
    rows = input_report(computation.settled.declared, anomalies)
    if shared.as_json:
        found = {
            "employers": report_json(rows, anomalies),
            "workers": workers,
            "not_computed": [_held_json(each) for each in held],
            **summary(anomalies),
        }
        shared.show_json(found)
    else:
        _show_head(rows, shared.words)
        _tell_anomalies(anomalies, shared)
        say(shared.words.count("can_be_computed", workers, held=len(held)))
    return 1 if held or blocking(anomalies) else 0


@rights.command()
@rights_options
@click.option(
    "--all-or-nothing",
    is_flag=True,
    help="Write nothing when anything cannot be computed.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .json file (input for build) or a .csv file; not-computed.csv is put beside it.",
)
@WORKERS
@shared
def compute(
    output: Path, all_or_nothing: bool, workers: str | None, *, shared: Shared, **options: Any
) -> int:
    """Write every right that can be computed, and list what cannot."""
    from fla_batch.rights.input_report import input_report
    from fla_batch.rights.output import NOT_COMPUTED_FILE, write_rights
    from fla_batch.rights.spill import Spill

    # Other machines see the folder of the output, and not where this one keeps temporary files.
    with (
        workforce(workers) as crew,
        Spill(output.parent if workers else None) as spill,
        counting("rights", shared) as counted,
    ):
        computation = prepared(spill, None, shared, options)
        written = write_rights(
            computation,
            output,
            counted,
            all_or_nothing=all_or_nothing,
            language=shared.language,
            workforce=crew,
        )
        established = computation.sizes.establish(now()) if written.kept else 0
    kept, held = written.kept, written.not_computed
    rows = input_report(computation.settled.declared, written.anomalies)
    if shared.as_json:
        shared.show_json(
            {
                "output": str(output) if kept else None,
                "workers": written.workers if kept else 0,
                "rows": written.rows if kept else 0,
                "sizes": _sizes_json(computation),
                "sizes_established": established,
                "input": [row._asdict() for row in rows],
                "not_computed": [_held_json(each) for each in held],
                "not_computed_file": str(output.parent / NOT_COMPUTED_FILE) if held else None,
                "sector_supplements": len(written.supplements),
                **summary(written.anomalies),
            }
        )
    else:
        _show_head(rows, shared.words)
        _tell_anomalies(written.anomalies, shared)
        _tell_written(written, output, shared.words)
    return 0 if kept and not held and not blocking(written.anomalies) else 1


def _tell_written(written: Written, output: Path, words: Words) -> None:
    from fla_batch.rights.output import NOT_COMPUTED_FILE

    held = len(written.not_computed)
    if written.kept:
        counts = words.count("worker", written.workers), words.count("right", written.rows)
        say(words.line("batch_holds", batch=output, counts=", ".join(counts)))
    if held:
        say(words.line("not_computed", file=output.parent / NOT_COMPUTED_FILE, count=held))
    if written.kept and written.supplements:
        say(words.count("sector_supplements", len(written.supplements)))


@rights.command()
@click.argument("inss")
@rights_options
@click.option("--html", is_flag=True, help="One page for the worker's file, on stdout.")
@click.option("--size-workers", is_flag=True, help="List who makes up the employer's size.")
@shared
def explain(inss: str, html: bool, size_workers: bool, *, shared: Shared, **options: Any) -> int:
    """Show the arithmetic of one worker's right, so that it can be redone by hand."""
    from fla_batch.rights.explain import explanation_json
    from fla_batch.rights.spill import Spill
    from fla_batch.rights.survey import workers_of_size
    from fla_batch.rights.worksheet import WorksheetRequest

    worker = compact_inss(inss)
    if not is_valid_inss(worker):
        raise UsageMistake("The INSS has the wrong length or check digits.")
    if html and shared.as_json:
        raise UsageMistake("--html and --json are two forms of one page; ask for one.")
    with Spill() as spill:
        computation = prepared(spill, worker, shared, options)
        shown = list(computation.rights())
        employers = {right.company_id for right in shown} if size_workers else set()
        counted = {each: workers_of_size(spill, each, computation.law) for each in employers}
    asked = WorksheetRequest(computation.law, computation.request.as_of, shared.language)
    anomalies = computation.concerning(worker)
    pairs = [(right, computation.evidence[right.inss, right.company_id]) for right in shown]
    if shared.as_json:
        explained = [explanation_json(right, seen, *asked) for right, seen in pairs]
        shared.show_json({"rights": explained, **summary(anomalies)})
    else:
        _tell_anomalies(anomalies, shared)
        _show_pages(pairs, asked, counted, html=html)
    if not shown and not blocking(anomalies):
        raise UsageMistake(
            f"Nothing was found for this worker in {computation.law.year}.",
            hint="Check the INSS, the files and the year.",
        )
    return 1 if blocking(anomalies) else 0


def _show_pages(
    pairs: Sequence[tuple[WorkerRight, Evidence]],
    asked: WorksheetRequest,
    counted: Mapping[str, Sequence[tuple[str, str, Fraction]]],
    *,
    html: bool,
) -> None:
    """The page of each employer, as text or as one HTML page."""
    from fla_batch.rights.worksheet import worksheet
    from fla_batch.rights.worksheet_page import as_html, as_text

    pages = [
        worksheet(right, seen, asked, counted.get(right.company_id, ())) for right, seen in pairs
    ]
    if html:
        click.echo(as_html(pages, asked.language), nl=False)
    elif pages:
        say("\n\n".join(map(as_text, pages)))


@rights.command()
@click.argument("committee", required=False)
@SECTORS
@shared
def sectors(committee: str | None, sectors: Sequence[Path], *, shared: Shared) -> int:
    """Show the sector facts, of one joint committee or of all, with their sources."""
    from fla_batch.rights.sector import sector_table
    from fla_batch.rights.sector_list import fact_json, fact_rows, facts_of

    own, anomalies = own_facts(sectors)
    facts = facts_of(sector_table(own), committee)
    if shared.as_json:
        shared.show_json({"facts": [fact_json(fact) for fact in facts], **summary(anomalies)})
    else:
        _tell_anomalies(anomalies, shared)
        say(table(shared.words.headings("sector_headings"), fact_rows(facts)))
    if not facts:
        raise UsageMistake(
            f"No fact is known of joint committee {committee}.",
            hint="The law's own numbers hold: fla-batch rights sectors law",
        )
    return 1 if blocking(anomalies) else 0


def _held_json(held: NotComputed) -> dict[str, Any]:
    return {
        "company_id": held.company_id,
        "inss": held.inss,
        **held.reason.source.to_json(),
        "rule": held.reason.rule,
        "reason": held.reason.label.to_json(),
        "what_to_do": held.reason.advice.to_json(),
    }


def _show_head(rows: Sequence[QuarterReport], words: Words) -> None:
    """What was given, by employer and quarter as far as a screen takes it, else in total."""
    if len(rows) <= _MOST_QUARTERS:
        headings = words.headings("quarter_headings")
        say(table(headings, rows))
        return
    sums = [sum(column) for column in zip(*(row[2:] for row in rows), strict=True)]
    employers = len({row.company_id for row in rows})
    quarters = len({row.quarter for row in rows})
    headings = words.headings("quarter_sum_headings")
    say(table(headings, [(employers, quarters, *sums)]))


def _sizes_json(computation: Computation) -> dict[str, Any]:
    from fla_batch.rights.explain import size_json

    sizes = sorted(computation.sizes.known().items())
    return {company: size_json(size, computation.law) for company, size in sizes}


def _tell_anomalies(anomalies: Sequence[Anomaly], shared: Shared) -> None:
    """Each finding with its place and what to do, as far as a screen takes them, without INSS.

    What was read otherwise than it stands (totals, merged cells) is told by its cause, so that it
    does not hide the rest.
    """
    from fla_batch.system.anomaly_groups import AnomalyGroups
    from fla_batch.tables.reader_findings import is_warning

    read = [found for found in anomalies if is_warning(found.rule)]
    each = [found for found in anomalies if not is_warning(found.rule)]
    for text in groups_in_words(AnomalyGroups(read).in_order(), shared):
        shared.tell(mask_text(text))
    for found in each[:MOST_ON_SCREEN]:
        shared.tell(mask_text(in_words(found, shared.language, text=shared.text)))
    left_out = len(each) - MOST_ON_SCREEN
    if left_out > 0:
        total = len(anomalies)
        shared.tell(shared.words.line("more_anomalies", count=left_out, total=total))
    if anomalies:
        shared.tell(counts_in_words(AnomalyCounts.of(anomalies), shared.language))
