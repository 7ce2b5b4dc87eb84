"""The man page, made from the help pages: `python -m tests.cli.regenerate` writes it anew."""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from fla_batch.cli.commands import commands
from tests.cli.regenerate import below

PAGE = Path(__file__).parents[1] / "contrib" / "man" / "fla-batch.1"
_HEAD = """.\\" Made by python -m tests.cli.regenerate from the help pages.
.TH FLA-BATCH 1 "" "fla-batch" "User Commands"
.SH NAME
fla-batch \\- BATCH declarations for the Belgian Federal Learning Account
.SH SYNOPSIS
.B fla-batch
.I COMMAND
[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]
.SH EXIT STATUS
0 fine, 1 anomalies that block, 2 wrong usage, 3 configuration, key or certificate,
4 gateway or network, 5 the portal refused a file, 6 waiting timed out,
7 done, but its report could not be written.
.SH ENVIRONMENT
.B FLA_BATCH_SECTION__KEY
overrides a setting,
.B FLA_BATCH_LANG
(en, fr, nl, de) sets the language.
.SH FILES
./fla-batch.toml, else ~/.config/fla-batch/fla-batch.toml: settings; fla-batch init writes one.
.SH COMMANDS
"""


def written() -> str:
    """The page as it has to be."""
    return _HEAD + "".join(_chapter(context) for context in below(commands))


def _chapter(context: click.Context) -> str:
    command = context.command
    lines = [f".SS {_plain(context.command_path)}", ".B " + _plain(_usage(context)), ".PP"]
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        lines += [_plain(" ".join(paragraph.split())), ".PP"]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            lines += [".TP", f"\\fB{_plain(record[0])}\\fR", _plain(record[1]) or "\\&"]
    return "\n".join(lines) + "\n"


def _usage(context: click.Context) -> str:
    return " ".join([context.command_path, *context.command.collect_usage_pieces(context)])


def _plain(text: str) -> str:
    """Text that roff takes as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text
