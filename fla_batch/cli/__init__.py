"""The command line: parse, call the library, print. Nothing here knows how a thing is done.

Commands are imported when they are called, so that `--help` is instant; errors of the library
become a sentence, a hint and an exit code here and nowhere else.
"""

from __future__ import annotations

import gc
import sys
from os import environ
from os.path import dirname, expanduser, isfile, join

_SETTINGS = "fla-batch.toml"
_COMPLETES = "_FLA_BATCH_COMPLETE"
"""Set by a shell that completes a command line; click answers then."""
_SPOKEN = ("FLA_BATCH_LANG", "FLA_BATCH_UI__LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
COLLECT_AFTER = 200_000, 20, 50
"""A build makes a million small objects and no circles: looking for these took 3 % of it, and 4 %
of a small one, of the 100,000 objects that its modules are. At two million, circles fill memory."""
_HELP: tuple[list[str], ...] = (["--help"], ["-h"], [])


def main() -> None:
    """Entry point of `fla-batch`."""
    from fla_batch.cli.standard_streams import StandardStreams

    streams = StandardStreams()
    if sys.argv[1:] in _HELP and _COMPLETES not in environ and (name := _shipped_page()):
        # The page that click would print, made beforehand: importing click takes longer than
        # Python itself, and a test compares the two.
        # importlib.resources and pathlib would take longer to import than all the rest.
        page = join(dirname(__file__), name)  # noqa: PTH118, PTH120
        with open(page, encoding="utf-8") as text:  # noqa: PTH123
            sys.stdout.write(text.read())
        code = 0
    else:
        gc.set_threshold(*COLLECT_AFTER)
        from fla_batch.cli.edge import run

        code = run(sys.argv[1:])
    code = streams.exit_code(code)
    gc.freeze()  # or Python looks for circles among all that is loaded, again and again as it ends
    sys.exit(code)


def _shipped_page() -> str | None:
    """The page in the language of the environment; None where a file of settings may name one."""
    own = environ.get("XDG_CONFIG_HOME") or expanduser("~/.config")  # noqa: PTH111
    for file in (_SETTINGS, join(own, "fla-batch", _SETTINGS)):  # noqa: PTH118
        if isfile(file):  # noqa: PTH113
            if _may_name_a_language(file):
                return None
            break
    spoken = next(filter(None, map(environ.get, _SPOKEN)), "") or ""
    return f"help.{spoken[:2].lower()}.txt" if spoken[:2].lower() in ("fr", "nl") else "help.txt"


def _may_name_a_language(file: str) -> bool:
    """False for what says nothing of one outside comments; a reader of TOML takes long to import.

    UTF-16, keys with escaped letters and a file that cannot be read are that reader's too.
    """
    try:
        with open(file, "rb") as settings:  # noqa: PTH123
            lines = settings.read().splitlines()
    except OSError:
        return True
    said = b"\n".join(line for line in lines if not line.lstrip().startswith(b"#"))
    return b"language" in said or b"\\" in said or b"\0" in said
