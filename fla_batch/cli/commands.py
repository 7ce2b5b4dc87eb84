"""All commands, by name: where each lives and its one-line help. Imported when called."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import click

import fla_batch
from fla_batch.configuration.ui_language import NAMES
from fla_batch.vocabulary.terms import Language

# name: (module below fla_batch.cli, attribute, one line of help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("demo", "demo", "The whole chain on shipped examples, in a sandbox."),
    "init": ("setup", "init", "Write a commented fla-batch.toml."),
    "template": ("setup", "template", "Write an empty input file with headings and an example."),
    "columns": ("columns", "columns", "What the columns of your tables mean: draft a mapping."),
    "check": ("check", "check", "Read files and apply all rules; write nothing."),
    "build": ("build", "build", "Turn declarations into signed batches in the outbox."),
    "validate": ("validate", "validate", "Check an existing message against XSD and rules."),
    "send": ("send", "send", "Upload what is staged."),
    "poll": ("poll", "poll", "Fetch and process answers."),
    "run": ("run", "run", "Build, send and poll until all is answered: for cron and systemd."),
    "cancel": ("send", "cancel", "Cancel a batch with TD, before the portal processes it."),
    "doctor": ("doctor", "doctor", "What would go wrong on the deadline, found before it."),
    "status": ("status", "status", "Batches and forms with their states."),
    "anomalies": ("status", "anomalies", "Remote and local anomalies, per worker."),
    "correct": ("correct", "correct", "Build only the refused forms of a batch again."),
    "replay": ("ledger", "replay", "Process again what lies in quarantine."),
    "purge": ("ledger", "purge", "Delete old files with national numbers."),
    "ledger": ("ledger", "ledger", "Compare the ledger with the outbox, or rebuild its rows."),
    "account": ("account", "account", "Individual training accounts, from the ledger."),
    "report": ("report", "report", "One HTML page with all batches and anomalies."),
    "ask": ("ask", "ask", "Ask the platform for credit, rights, trainings and lists."),
    "rescue": ("rescue", "rescue", "Save everything that the platform holds, before it is gone."),
    "trainings": ("trainings", "trainings", "Trainings that providers registered: validate them."),
    "credit": ("credit", "credit", "The training credit that remains, computed locally."),
    "rights": ("rights", "rights", "The legal training right, A x B x C."),
    "schema": ("schema", "schema", "Profiles, and whether their binding fits their XSD."),
    "ui": ("ui", "ui", "A page in the browser: check, mend, build, send, look."),
    "sandbox": ("sandbox", "sandbox", "The simulated portal as an sFTP server."),
}


class _Lazy(click.Group):
    """A group that imports a command when it is called, and lists all without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"fla_batch.cli.{module}"), attribute)
        language = ctx.find_root().obj or Language.EN
        if language is Language.EN:
            return command
        from fla_batch.cli.help_pages import command_in

        return command_in(command, language)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[2]) for name, entry in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + _nearest(args[0]), ctx) from error


def _nearest(name: str) -> str:
    from fla_batch.vocabulary.nearest import nearest

    near = nearest(name, COMMANDS)
    return f" Did you mean {near!r}?" if near else ""


@click.group(
    cls=_Lazy,
    invoke_without_command=True,
    no_args_is_help=True,
    # One width on every terminal: the pages are shipped and documented as they are printed.
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": 80},
    epilog="Every command that shows something takes --json. Start with: fla-batch demo",
)
@click.option("--version", is_flag=True, help="Show the version; with --json what it is made of.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(NAMES),
    help="Language of help and texts.",
)
@click.option("--json", "as_json", is_flag=True, hidden=True)
@click.pass_context
def commands(ctx: click.Context, version: bool, as_json: bool, language: str | None) -> None:  # noqa: ARG001 - the commands look it up
    """BATCH declarations for the Belgian Federal Learning Account."""
    if version:
        _show_version(as_json)
        ctx.exit()
    if ctx.invoked_subcommand is None:
        raise click.UsageError("Missing command.", ctx)


def _show_version(as_json: bool) -> None:
    if not as_json:
        click.echo(f"fla-batch, version {fla_batch.__version__}")
        return
    from fla_batch.cli.versions import versions

    click.echo(json.dumps(versions(), indent=2))
