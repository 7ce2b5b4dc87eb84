"""In which language the program speaks, known before anything else of the settings is.

Help and errors speak it too, also the error of a configuration that cannot be read: so only this
one key is looked at here, and what is wrong with the rest is `loading`'s to say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from fla_batch.system.plain_texts import decoded
from fla_batch.vocabulary.sentences import GERMAN
from fla_batch.vocabulary.terms import Language

VARIABLE = "FLA_BATCH_LANG"
_OF_THE_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


NAMES = (*(each.value for each in Language), GERMAN)
"""What `--lang`, the variable and the setting may say."""


def chosen_language(given: str | None, environ: Mapping[str, str], file: Path | None) -> Language:
    """That of `--lang`, else of the variable, else of [ui] in `file`, else of the locale.

    What is none of ours is passed over here: `loading` refuses it. Of German, which only some texts
    have, the rest is English (decision 1910).

    >>> chosen_language(None, {"LANG": "nl_BE.UTF-8", "FLA_BATCH_LANG": "fr"}, None)
    <Language.FR: 'fr'>
    """
    named = _named(given, environ, file)
    if named is None:
        return _of_locale(environ)
    return Language.EN if named == GERMAN else Language(named)


def wants_german(given: str | None, environ: Mapping[str, str], file: Path | None) -> bool:
    """True when German was asked for; a locale alone does not ask for it."""
    return _named(given, environ, file) == GERMAN


def _named(given: str | None, environ: Mapping[str, str], file: Path | None) -> str | None:
    own = environ.get("FLA_BATCH_UI__LANGUAGE")
    for named in (given, environ.get(VARIABLE), own or (_in_file(file) if file else None)):
        if named in NAMES:
            return named
    return None


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
