"""`init` and `template`: the two files that a new user starts from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import ANY_PATH, Shared, only_language
from fla_batch.vocabulary.terms import FormKind

_KINDS = {"trainings": FormKind.TRAININGS, "rights": FormKind.TRAINING_RIGHTS}


@click.command()
@click.argument("file", type=ANY_PATH, default=Path("fla-batch.toml"))
@click.option("--force", is_flag=True, help="Overwrite a file that is already there.")
@only_language
def init(file: Path, force: bool, shared: Shared) -> None:
    """Write a commented fla-batch.toml with every setting and its default."""
    from fla_batch.system.files import write_whole

    _refuse_existing(file, force)
    text = files("fla_batch.cli").joinpath("fla-batch.toml").read_bytes()
    write_whole(file, text)
    say(shared.words.line("settings_written", file=file))


@click.command()
@click.argument("kind", type=click.Choice(sorted(_KINDS)))
@click.argument("file", type=ANY_PATH)
@click.option("--force", is_flag=True, help="Overwrite a file that is already there.")
@only_language
def template(kind: str, file: Path, force: bool, shared: Shared) -> None:
    """Write an empty input FILE (.xlsx or .csv) with headings and a commented example row.

    In .xlsx the coded columns have drop-down lists.
    """
    from fla_batch.intake.template import write_template

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError(f"{file.name}: a template is an .xlsx or a .csv file.")
    _refuse_existing(file, force)
    write_template(_KINDS[kind], file, shared.language)
    say(shared.words.line(f"template_of_{kind}", file=file))


def _refuse_existing(file: Path, force: bool) -> None:
    if file.exists() and not force:
        raise click.UsageError(f"{file} exists already; --force overwrites it.")
