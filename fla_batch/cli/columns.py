"""`columns draft`: a mapping of the user's headings, proposed."""

from __future__ import annotations

from pathlib import Path

import click

from fla_batch.cli.edge import say
from fla_batch.cli.input_options import HEADER_ROW
from fla_batch.cli.options import EXISTING_FILE, Shared, Subcommands, only_language


@click.group(cls=Subcommands)
def columns() -> None:
    """What the columns of your tables mean."""


@columns.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@click.option("--sheet", metavar="NAME", help="The sheet to read; by default it is found.")
@HEADER_ROW
@only_language
def draft(
    file: Path, output: Path | None, sheet: str | None, header_row: int | None, shared: Shared
) -> int:
    """Propose a mapping for the headings of FILE: for --columns, or [input] columns."""
    from fla_batch.commands.columns_draft import columns_draft, write_draft
    from fla_batch.tables.table import TableChoice

    text = columns_draft(file, TableChoice(sheet, header_row), shared.text)
    if output is None:
        say(text.rstrip("\n"))
        return 0
    write_draft(text, output)
    shared.tell(shared.words.line("draft_written", output=output, file=file))
    return 0
