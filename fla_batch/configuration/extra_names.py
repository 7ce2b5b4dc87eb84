"""Which zones a profile has that only its XSD knows, read without loading the profile."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from fla_batch.system.profile_record import BINDING_FILE, schemas_folder
from fla_batch.vocabulary.zone_path import EXTRA_ZONE


def extra_names(name_or_folder: str | Path) -> tuple[str, ...]:
    """NAME of each zone that only the XSD of that profile knows; none when it cannot be read.

    Reads the binding alone, which is quick: whoever writes messages loads the profile, and says
    what is wrong with it.
    """
    paths = (Path(name_or_folder), schemas_folder() / str(name_or_folder))
    path = next((each for each in paths if (each / BINDING_FILE).is_file()), None)
    if path is None:
        return ()
    try:
        raw = tomllib.loads((path / BINDING_FILE).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ()
    return tuple(sorted({name.removeprefix(EXTRA_ZONE) for name in _fields(raw)}))


def _fields(raw: object) -> Iterator[str]:
    if isinstance(raw, dict):
        if str(raw.get("field", "")).startswith(EXTRA_ZONE):
            yield str(raw["field"])
        for inner in raw.values():
            yield from _fields(inner)
    elif isinstance(raw, list):
        for inner in raw:
            yield from _fields(inner)
