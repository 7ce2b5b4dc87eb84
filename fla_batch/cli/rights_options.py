"""The options of `fla-batch rights`, and the computation that they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fla_batch.cli.input_options import HEADER_ROW
from fla_batch.cli.options import EXISTING_FILE, Shared, with_options
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly

if TYPE_CHECKING:
    from fla_batch.rights.compute import Computation
    from fla_batch.rights.input_headings import RightsReading
    from fla_batch.rights.request import Request
    from fla_batch.rights.sector import SectorFact
    from fla_batch.rights.spill import Spill

SECTORS = click.option(
    "--sectors",
    "--cct",
    "sectors",
    multiple=True,
    type=EXISTING_FILE,
    help="Your own sector table, on top of the package's. May be repeated.",
)
rights_options = with_options(
    click.option(
        "--dmfa",
        multiple=True,
        required=True,
        type=EXISTING_FILE,
        help="DmfA lines: CSV, XLSX, Parquet, DmfAOriginal or DmfAUpdate XML. May be repeated; "
        "the later file corrects the earlier one.",
    ),
    click.option(
        "--dimona",
        multiple=True,
        type=EXISTING_FILE,
        help="Dimona periods: CSV, XLSX, Parquet, or Dimona XML with its notifications. "
        "May be repeated.",
    ),
    click.option(
        "--sheet",
        "sheets",
        multiple=True,
        metavar="NAME",
        help="The sheet to read; by default it is found. May be repeated: of each workbook the "
        "one that it has.",
    ),
    HEADER_ROW,
    click.option(
        "--columns",
        "columns_file",
        type=EXISTING_FILE,
        metavar="FILE.toml",
        help="A mapping of the headings and words of your DmfA and Dimona tables.",
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
    SECTORS,
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
"""The options that say what is given and what is asked."""


def prepared(
    spill: Spill, inss: str | None, shared: Shared, options: Mapping[str, Any]
) -> Computation:
    """Everything read, the findings on the sector tables first among its anomalies."""
    from fla_batch.rights.compute import prepare
    from fla_batch.rights.size_store import open_size_store, size_store_if_any

    facts, anomalies = own_facts(options["sectors"])
    request = _request(inss, facts, options)
    for name in ("dmfa", "dimona"):
        if len({path.resolve() for path in options[name]}) < len(options[name]):
            raise UsageMistake(f"--{name} names one file twice; its lines would count twice.")
    # The ledger named, else the configured one when it is there already, else none.
    named = options["ledger"]
    store = open_size_store(named) if named else size_store_if_any(shared.settings.workspace.ledger)
    how = _reading(options)
    computation = prepare(spill, options["dmfa"], options["dimona"], request, store, how)
    computation.anomalies[:0] = anomalies
    computation.read.usable &= not any(each.blocks for each in anomalies)
    return computation


def _reading(options: Mapping[str, Any]) -> RightsReading:
    """Raises ConfigurationMistake for a mapping that is not right."""
    from fla_batch.rights.dimona import DIMONA_COLUMNS
    from fla_batch.rights.dmfa import DMFA_COLUMNS
    from fla_batch.rights.input_headings import RightsReading
    from fla_batch.tables.column_mapping import NO_MAPPING, read_mapping

    known = tuple(dict.fromkeys((*DMFA_COLUMNS.names, *DIMONA_COLUMNS.names)))
    path = options["columns_file"]
    mapping = read_mapping(path, known, extra_zones=False) if path else NO_MAPPING
    return RightsReading(options["sheets"], options["header_row"], mapping)


def own_facts(paths: Sequence[Path]) -> tuple[list[SectorFact], list[Anomaly]]:
    """The facts of a user's own tables, and what is wrong with them."""
    facts: list[SectorFact] = []
    anomalies: list[Anomaly] = []
    for path in paths:
        # Here, as it reads tables: without a table of the user's own polars is not needed.
        from fla_batch.rights.own_sectors import read_own_sectors

        found, findings = read_own_sectors(path)
        facts += found
        anomalies += findings
    return facts, anomalies


def _request(inss: str | None, facts: Sequence[SectorFact], options: Mapping[str, Any]) -> Request:
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
        sectors=sector_table(facts),
        recompute_size=options["recompute_size"],
        inss=inss,
    )
