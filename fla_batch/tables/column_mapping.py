"""A user's own mapping of headings, words and constants (`--columns FILE.toml`).

ignore = ["Nom"]
[columns]
"Nom de la formation" = "trainingDenomination"
[values.trainingResult]
"réussi" = 1
[constants]
companyId = "0880820673"
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fla_batch.system.files import write_whole
from fla_batch.system.plain_texts import decoded
from fla_batch.tables.codes import bare_words
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.nearest import nearest
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

_KNOWN = ("ignore", "columns", "values", "constants")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What the user says of the table; headings and words are bare (`codes.bare_words`)."""

    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    def knows(self, heading: str) -> bool:
        """True for a heading that it says the column of."""
        return bare_words(heading) in self.columns

    def meant(self, heading: str, ours: Callable[[str], str | None]) -> str | None:
        """The column that a heading means, by the user's word or by `ours`; None for none."""
        words = bare_words(heading)
        if words in self.ignore:
            return None
        return self.columns[words] if words in self.columns else ours(heading)


NO_MAPPING = ColumnMapping()


def read_mapping(path: Path, known: Collection[str], *, extra_zones: bool = True) -> ColumnMapping:
    """The mapping in a TOML file to columns with the `known` names.

    With `extra_zones` also to `extra.NAME`, a zone that only an XSD knows.
    Raises ConfigurationMistake for what it does not say rightly.
    """
    column = partial(_column, path=path, known=known, extra_zones=extra_zones)
    raw = _loaded(path)
    unknown = sorted(raw.keys() - set(_KNOWN))
    if unknown:
        near = nearest(unknown[0], _KNOWN)
        hint = f"Did you mean {near}?" if near else f"Known are: {', '.join(_KNOWN)}."
        raise ConfigurationMistake(f"unknown key {unknown[0]} in {path.name}", hint=hint)
    columns = _table(raw, "columns", path)
    constants = _table(raw, "constants", path)
    values = _table(raw, "values", path)
    ignore = raw.get("ignore", [])
    if not isinstance(ignore, list) or not all(isinstance(each, str) for each in ignore):
        raise ConfigurationMistake(f"ignore in {path.name} is a list of headings")
    return ColumnMapping(
        {bare_words(heading): column(name) for heading, name in columns.items()},
        frozenset(map(bare_words, ignore)),
        {column(name): _words(name, words, path) for name, words in values.items()},
        {column(name): str(value) for name, value in constants.items()},
    )


def write_mapping(path: Path, mapping: ColumnMapping) -> None:
    """The same file. Raises DiskTrouble."""
    lines = [f"ignore = [{', '.join(map(_quoted, sorted(mapping.ignore)))}]"]
    tables = {"columns": mapping.columns, "constants": mapping.constants}
    tables |= {f"values.{name}": words for name, words in mapping.values.items()}
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_quoted(k)} = {_quoted(v)}" for k, v in table.items())]
    write_whole(path, "\n".join([*lines, ""]).encode())


def headings_shape(headings: Sequence[str]) -> str:
    """The same for tables with the same headings in the same order, however they are written.

    >>> headings_shape(["Durée ", "NISS"]) == headings_shape(["duree", "niss"])
    True
    """
    return hashlib.sha256("\n".join(map(bare_words, headings)).encode()).hexdigest()[:32]


def _quoted(text: str) -> str:
    """As a TOML string; JSON's are a part of them."""
    return json.dumps(text, ensure_ascii=False)


def _loaded(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(decoded(path.read_bytes()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationMistake(f"{path.name} is not TOML: {error}") from error
    except OSError as error:
        raise ConfigurationMistake(f"{path.name} cannot be read: {error.strerror}") from error


def _table(raw: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    table = raw.get(key, {})
    if not isinstance(table, dict):
        raise ConfigurationMistake(f"[{key}] in {path.name} is a table of names and values")
    return table


def _words(column: str, words: object, path: Path) -> Mapping[str, str]:
    if not isinstance(words, dict):
        raise ConfigurationMistake(
            f"[values.{column}] in {path.name} is a table of words and codes"
        )
    return {bare_words(word): str(code) for word, code in words.items()}


def _column(name: object, path: Path, known: Collection[str], *, extra_zones: bool) -> str:
    if name in known or (extra_zones and str(name).startswith(EXTRA_ZONE)):
        return str(name)
    near = nearest(str(name), known)
    hint = f"Did you mean {near}?" if near else "docs/reference/input.md lists the columns."
    raise ConfigurationMistake(f"{path.name} names {name}, which is no column", hint=hint)
