"""Options of the commands that read the user's files: where the table is, what its columns mean."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import EXISTING_FILE, gathered
from fla_batch.cli.receipts import receipt_in_words
from fla_batch.cli.show import fitted

if TYPE_CHECKING:
    from fla_batch.configuration.loading import Settings
    from fla_batch.intake import ReadingChoice, Receipt
    from fla_batch.vocabulary.terms import Language


class _Input(click.Path):
    """A file, a folder, standard input, or an address on shared storage."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        from fla_batch.intake.input_url import is_address, path_of, url_of

        path = path_of(value) if is_address(str(value)) else value
        if isinstance(path, Path) and url_of(path):
            return path
        return Path(str(super().convert(str(path), param, ctx)))


INPUT = _Input(exists=True, allow_dash=True, path_type=Path)

HEADER_ROW = click.option(
    "--header-row",
    type=click.IntRange(min=1),
    metavar="N",
    help="The row of the headings; by default it is found.",
)


@dataclass(frozen=True, slots=True)
class InputOptions:
    """The options of one call."""

    sheet: str | None = None
    header_row: int | None = None
    columns_file: Path | None = None
    input_format: str | None = None
    edits_file: Path | None = None

    def choice(self, settings: Settings) -> ReadingChoice:
        """As the readers take it.

        Raises ConfigurationMistake for a mapping that is not right, InputUnreadable for edits.
        """
        from fla_batch.configuration.extra_names import extra_names
        from fla_batch.intake import ReadingChoice
        from fla_batch.intake.heading_words import column_names
        from fla_batch.tables.cell_edits import read_edits
        from fla_batch.tables.column_mapping import NO_MAPPING, read_mapping
        from fla_batch.tables.table import TableChoice

        mapping = self.columns_file or settings.input.columns
        return ReadingChoice(
            TableChoice(self.sheet, self.header_row),
            read_mapping(mapping, column_names()) if mapping else NO_MAPPING,
            self.input_format,
            extra_names(settings.profile.name),
            read_edits(self.edits_file) if self.edits_file else (),
            fetch=_fetched,
        )


input_options = gathered(
    "reading",
    InputOptions,
    click.option(
        "--edits",
        "edits_file",
        type=EXISTING_FILE,
        metavar="FILE.csv",
        help="Cells to read otherwise, as the page of `ui` keeps them; the file stays as it is.",
    ),
    click.option("--sheet", metavar="NAME", help="The sheet to read; by default it is found."),
    HEADER_ROW,
    click.option(
        "--columns",
        "columns_file",
        type=EXISTING_FILE,
        metavar="FILE.toml",
        help="A mapping of your headings and words; `columns draft` proposes one.",
    ),
    click.option(
        "--format",
        "input_format",
        type=click.Choice(["csv", "json"]),
        help="What standard input (-) is; by default its first bytes say it.",
    ),
)
"""The command gets one `InputOptions` as `reading`."""


def _fetched(url: str, target: Path) -> bool:
    """Get what lies on shared storage. Raises StoreUnfit, StoreUnavailable, DiskTrouble."""
    from fla_batch.outbox.object_store import fetched

    return fetched(url, target, os.environ)


def show_receipts(receipts: Iterable[Receipt], language: Language) -> None:
    """What was read, a line per file."""
    for receipt in receipts:
        say(fitted(receipt_in_words(receipt, language)))
