"""The command line: parse, call the library, print. Nothing here knows how a thing is done.

Commands are imported when they are called, so that `--help` is instant; errors of the library
become a sentence, a hint and an exit code here and nowhere else.
"""

from __future__ import annotations

import sys
from os.path import dirname, join

_HELP: tuple[list[str], ...] = (["--help"], ["-h"], [])


def main() -> None:
    """Entry point of `fla-batch`."""
    if sys.argv[1:] in _HELP:
        # The page that click would print, made beforehand: importing click takes longer than
        # Python itself, and a test compares the two.
        # importlib.resources and pathlib would take longer to import than all the rest.
        page = join(dirname(__file__), "help.txt")  # noqa: PTH118, PTH120
        with open(page, encoding="utf-8") as text:  # noqa: PTH123
            sys.stdout.write(text.read())
        return
    import io

    from fla_batch.cli.edge import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows few characters shows their numbers; nothing fails for it.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))
