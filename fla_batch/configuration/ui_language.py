"""In which language the program speaks, known before anything else of the settings is.

Help and errors speak it too, also the error of a configuration that cannot be read: so only this
one key is looked at here, and what is wrong with the rest is `loading`'s to say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from fla_batch.system.plain_texts import decoded
from fla_batch.vocabulary.terms import Language

VARIABLE = "FLA_BATCH_LANG"
_OF_THE_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def chosen_language(given: str | None, environ: Mapping[str, str], file: Path | None) -> Language:
    """That of `--lang`, else of the variable, else of [ui] in `file`, else of the locale.

    What is none of ours is passed over here: `loading` refuses it.

    >>> chosen_language(None, {"LANG": "nl_BE.UTF-8", "FLA_BATCH_LANG": "fr"}, None)
    <Language.FR: 'fr'>
    """
    own = environ.get("FLA_BATCH_UI__LANGUAGE")
    for named in (given, environ.get(VARIABLE), own or (_in_file(file) if file else None)):
        if named in list(Language):
            return Language(named)
    return _of_locale(environ)


def _in_file(file: Path) -> str | None:
    try:
        section = tomllib.loads(decoded(file.read_bytes())).get("ui")
    except (OSError, ValueError):
        return None
    named = section.get("language") if isinstance(section, dict) else None
    return named if isinstance(named, str) else None


def _of_locale(environ: Mapping[str, str]) -> Language:
    value = next(filter(None, map(environ.get, _OF_THE_LOCALE)), "") or ""
    return next((each for each in Language if value.lower().startswith(each.value)), Language.EN)
