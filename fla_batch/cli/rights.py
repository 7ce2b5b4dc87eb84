"""`fla-batch rights`: compute the legal right of everyone, or explain that of one worker."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fla_batch.errors import UsageMistake
from fla_batch.findings import Anomaly, blocking, summary
from fla_batch.identifiers import compact_inss, is_valid_inss
from fla_batch.terms import Language

if TYPE_CHECKING:
    from fla_batch.rights.compute import Computation
    from fla_batch.rights.request import Request
    from fla_batch.rights.sector import SectorRow
    from fla_batch.rights.size_store import SizeStore
    from fla_batch.rights.spill import Spill

Command = TypeVar("Command", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_OPTIONS = (
    click.option(
        "--dmfa",
        multiple=True,
        required=True,
        type=_FILE,
        help="DmfA lines: CSV, XLSX, Parquet or DmfAOriginal XML. May be repeated.",
    ),
    click.option(
        "--dimona",
        multiple=True,
        type=_FILE,
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
        "--cct", multiple=True, type=_FILE, help="Your own sector table, on top of the package's."
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
        envvar="FLA_BATCH_WORKSPACE__LEDGER",
        metavar="URL",
        help="Database in which sizes are frozen for two years.",
    ),
    click.option(
        "--recompute-size", is_flag=True, help="Leave frozen sizes aside and establish new ones."
    ),
    click.option(
        "--lang",
        type=click.Choice([each.value for each in Language]),
        default=None,
        help="Language of labels; by default from the locale.",
    ),
    click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output."),
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
@click.pass_context
def compute(
    context: click.Context, /, output: Path, *, lang: str | None, as_json: bool, **options: Any
) -> None:
    """Write the right of every worker, whole or not at all."""
    from fla_batch.rights.output import write_rights
    from fla_batch.rights.spill import Spill

    with Spill() as spill:
        computation, found = _prepared(spill, None, options)
        computation.anomalies[:0] = found
        with _progress():
            written = write_rights(computation, output)
        established = computation.sizes.establish(datetime.now(UTC)) if written.kept else 0
    document = {
        "output": str(output) if written.kept else None,
        "workers": written.workers if written.kept else 0,
        "rows": written.rows if written.kept else 0,
        "sizes": _sizes_json(computation),
        "sizes_established": established,
        **summary(written.anomalies),
    }
    _show_anomalies(written.anomalies, lang, as_json=as_json)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    elif written.kept:
        click.echo(f"{output}: {written.workers} workers, {written.rows} rights")
    context.exit(0 if written.kept else 1)


@rights.command()
@click.argument("inss")
@_with_options
@click.pass_context
def explain(
    context: click.Context, /, inss: str, *, lang: str | None, as_json: bool, **options: Any
) -> None:
    """Show the arithmetic of one worker's right, month by month."""
    from fla_batch.rights.explain import explanation, explanation_json
    from fla_batch.rights.spill import Spill

    worker = compact_inss(inss)
    if not is_valid_inss(worker):
        raise UsageMistake("The INSS has the wrong length or check digits.")
    with Spill() as spill:
        computation, found = _prepared(spill, worker, options)
        usable = not blocking([*found, *computation.anomalies])
        shown = list(computation.rights()) if usable else []
    law, as_of = computation.law, computation.request.as_of
    anomalies = [*found, *computation.anomalies]
    _show_anomalies(anomalies, lang, as_json=as_json)
    if as_json:
        explained = [explanation_json(right, law, as_of) for right in shown]
        click.echo(json.dumps({"rights": explained, **summary(anomalies)}, ensure_ascii=False))
    for right in [] if as_json else shown:
        click.echo("\n".join(explanation(right, law, as_of, _language(lang))))
    if usable and not shown and not blocking(anomalies):
        raise UsageMistake(
            f"Nothing was found for this worker in {law.year}.",
            hint="Check the INSS, the files and the year.",
        )
    context.exit(1 if blocking(anomalies) else 0)


def _prepared(
    spill: Spill, inss: str | None, options: Mapping[str, Any]
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
    with _progress():
        computation = prepare(spill, options["dmfa"], options["dimona"], request, _store(options))
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


def _store(options: Mapping[str, Any]) -> SizeStore | None:
    from fla_batch.rights.size_store import open_size_store

    return open_size_store(options["ledger"]) if options["ledger"] else None


def _sizes_json(computation: Computation) -> dict[str, Any]:
    from fla_batch.rights.explain import size_json

    sizes = sorted(computation.sizes.known().items())
    return {company: size_json(size, computation.law) for company, size in sizes}


def _show_anomalies(anomalies: list[Anomaly], lang: str | None, *, as_json: bool) -> None:
    """Each finding with its place and what to do, on standard error; JSON has them itself."""
    language = _language(lang)
    for found in [] if as_json else anomalies:
        place = f"{found.source}: " if str(found.source) else ""
        who = f" [{found.company_id}]" if found.company_id else ""
        says, advice = found.label.text(language), found.advice.text(language)
        click.echo(f"{found.anomaly_class} {found.error_id} {place}{says}{who}. {advice}", err=True)


def _language(lang: str | None) -> Language:
    """The language asked for, else that of the locale, else English."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    code = lang or spoken[:2].lower()
    return Language(code) if code in list(Language) else Language.EN


def _progress() -> AbstractContextManager[object]:
    """A sign of life on standard error while the work lasts, when that is a terminal."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("A x B x C")
