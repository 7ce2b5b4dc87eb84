"""`fla-batch rights`: compute the legal right of everyone, or explain that of one worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fla_batch.cli.options import EXISTING_FILE, Shared, now, shared
from fla_batch.cli.progress_bar import counting
from fla_batch.cli.show import MOST_ON_SCREEN, in_words
from fla_batch.cli.show import counted as counted_text
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly, blocking, summary
from fla_batch.vocabulary.identifiers import compact_inss, is_valid_inss, mask_text

if TYPE_CHECKING:
    from fla_batch.rights.compute import Computation
    from fla_batch.rights.request import Request
    from fla_batch.rights.sector import SectorRow
    from fla_batch.rights.size_store import SizeStore
    from fla_batch.rights.spill import Spill

Command = TypeVar("Command", bound=Callable[..., Any])
_OPTIONS = (
    click.option(
        "--dmfa",
        multiple=True,
        required=True,
        type=EXISTING_FILE,
        help="DmfA lines: CSV, XLSX, Parquet or DmfAOriginal XML. May be repeated.",
    ),
    click.option(
        "--dimona",
        multiple=True,
        type=EXISTING_FILE,
        help="Dimona periods: CSV, XLSX or Parquet. May be repeated.",
    ),
    click.option(
        "--as-of",
        required=True,
        type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]),
        help="The date on which the right is looked at.",
    ),
    click.option(
        "--year", type=int, help="Calendar year of the right; by default that of --as-of."
    ),
    click.option(
        "--declared-through",
        metavar="YYYYQn",
        help="Last quarter whose DmfA was known; by default all that is given.",
    ),
    click.option(
        "--cct",
        multiple=True,
        type=EXISTING_FILE,
        help="Your own sector table, on top of the package's.",
    ),
    click.option(
        "--size",
        "sizes",
        multiple=True,
        metavar="COMPANYID=NUMBER",
        help="An employer's size that you know already.",
    ),
    click.option(
        "--merged",
        multiple=True,
        metavar="OLD=NEW",
        help="An employer's former number, and the one that counts now.",
    ),
    click.option(
        "--outside-law",
        multiple=True,
        metavar="COMPANYID",
        help="An employer outside the law of 5 December 1968: A is 0.",
    ),
    click.option(
        "--ledger",
        metavar="URL",
        help="Database in which sizes are frozen for two years.",
    ),
    click.option(
        "--recompute-size", is_flag=True, help="Leave frozen sizes aside and establish new ones."
    ),
)


def _with_options(command: Command) -> Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def rights() -> None:
    """The legal training right, A x B x C, from DmfA and Dimona."""


@rights.command()
@_with_options
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .json file (input for build) or a .csv file.",
)
@shared
def compute(output: Path, *, shared: Shared, **options: Any) -> int:
    """Write the right of every worker, whole or not at all."""
    from fla_batch.rights.output import write_rights
    from fla_batch.rights.spill import Spill

    with Spill() as spill, counting("rights", shared) as counted:
        computation, found = _prepared(spill, None, shared, options)
        computation.anomalies[:0] = found
        written = write_rights(computation, output, counted)
        established = computation.sizes.establish(now()) if written.kept else 0
    if shared.as_json:
        kept = written.kept
        shared.show_json(
            {
                "output": str(output) if kept else None,
                "workers": written.workers if kept else 0,
                "rows": written.rows if kept else 0,
                "sizes": _sizes_json(computation),
                "sizes_established": established,
                **summary(written.anomalies),
            }
        )
        return 0 if kept else 1
    _tell_anomalies(written.anomalies, shared)
    if written.kept:
        click.echo(f"{output}: {written.workers} workers, {written.rows} rights")
    return 0 if written.kept else 1


@rights.command()
@click.argument("inss")
@_with_options
@shared
def explain(inss: str, *, shared: Shared, **options: Any) -> int:
    """Show the arithmetic of one worker's right, month by month."""
    from fla_batch.rights.explain import explanation, explanation_json
    from fla_batch.rights.spill import Spill

    worker = compact_inss(inss)
    if not is_valid_inss(worker):
        raise UsageMistake("The INSS has the wrong length or check digits.")
    with Spill() as spill:
        computation, found = _prepared(spill, worker, shared, options)
        usable = not blocking([*found, *computation.anomalies])
        shown = list(computation.rights()) if usable else []
    law, as_of = computation.law, computation.request.as_of
    anomalies = [*found, *computation.anomalies]
    if shared.as_json:
        explained = [explanation_json(right, law, as_of) for right in shown]
        shared.show_json({"rights": explained, **summary(anomalies)})
    else:
        _tell_anomalies(anomalies, shared)
        for right in shown:
            click.echo("\n".join(explanation(right, law, as_of, shared.language)))
    if not shown and not blocking(anomalies):
        raise UsageMistake(
            f"Nothing was found for this worker in {law.year}.",
            hint="Check the INSS, the files and the year.",
        )
    return 1 if blocking(anomalies) else 0


def _prepared(
    spill: Spill, inss: str | None, shared: Shared, options: Mapping[str, Any]
) -> tuple[Computation, list[Anomaly]]:
    """Everything read, and the findings on the sector tables."""
    from fla_batch.rights.compute import prepare
    from fla_batch.rights.own_sectors import read_own_sectors

    rows: list[SectorRow] = []
    anomalies: list[Anomaly] = []
    for path in options["cct"]:
        found, findings = read_own_sectors(path)
        rows += found
        anomalies += findings
    request = _request(inss, rows, options)
    for name in ("dmfa", "dimona"):
        if len({path.resolve() for path in options[name]}) < len(options[name]):
            raise UsageMistake(f"--{name} names one file twice; its lines would count twice.")
    store = _store(options["ledger"], shared)
    computation = prepare(spill, options["dmfa"], options["dimona"], request, store)
    return computation, anomalies


def _request(inss: str | None, rows: Sequence[SectorRow], options: Mapping[str, Any]) -> Request:
    from fla_batch.rights import request
    from fla_batch.rights.sector import sector_table

    as_of: date = options["as_of"].date()
    return request.Request(
        as_of=as_of,
        year=options["year"] or as_of.year,
        declared_through=request.declared_quarter(options["declared_through"]),
        stated=request.stated_sizes(options["sizes"]),
        merged=request.merged_numbers(options["merged"]),
        outside_law=frozenset(map(request.employer_number, options["outside_law"])),
        sectors=sector_table(tuple(rows)),
        recompute_size=options["recompute_size"],
        inss=inss,
    )


def _store(given: str | None, shared: Shared) -> SizeStore | None:
    """The ledger named, else the configured one when it is there already, else none."""
    from fla_batch.rights.size_store import open_size_store

    url = given or shared.settings.workspace.ledger
    prefix = "sqlite:///"
    if not given and url.startswith(prefix) and not Path(url.removeprefix(prefix)).exists():
        return None
    return open_size_store(url)


def _sizes_json(computation: Computation) -> dict[str, Any]:
    from fla_batch.rights.explain import size_json

    sizes = sorted(computation.sizes.known().items())
    return {company: size_json(size, computation.law) for company, size in sizes}


def _tell_anomalies(anomalies: Sequence[Anomaly], shared: Shared) -> None:
    """Each finding with its place and what to do, as far as a screen takes them, without INSS."""
    for found in anomalies[:MOST_ON_SCREEN]:
        shared.tell(mask_text(in_words(found, shared.language)))
    if anomalies:
        shared.tell(counted_text(anomalies))
