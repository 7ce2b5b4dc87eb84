"""Reading the settings: `fla-batch.toml`, overridden by variables `FLA_BATCH_SECTION__KEY`.

Relative paths are relative to the file that names them. An unknown key is a mistake that names
the nearest known one. All mistakes are told at once, each with its line or its variable. No secret
stands in here: passwords come from the environment variables whose names are given.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

from pydantic import BaseModel, ValidationError

from fla_batch.configuration.mistakes import SettingsMistake, WrongSettings, meant
from fla_batch.configuration.sections import ENV_PREFIX, Settings
from fla_batch.configuration.settings_file import line_of
from fla_batch.configuration.ui_language import NAMES
from fla_batch.configuration.ui_language import VARIABLE as LANGUAGE_VARIABLE
from fla_batch.system.plain_texts import decoded
from fla_batch.system.profile_record import BINDING_FILE
from fla_batch.vocabulary.errors import ConfigurationMistake

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = ["Settings", "load"]

_TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
_NOT_A_SECTION = frozenset({"model_type", "dict_type", "model_attributes_type"})


def load(path: Path | None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `path`, or the defaults, under the environment's overrides.

    Raises WrongSettings, with every mistake, for a file that is not TOML, an unknown key or a wrong
    value; ConfigurationMistake for a file that cannot be read.
    """
    given = _Given(path, dict(os.environ if environ is None else environ))
    given.read()
    given.look_at_variables()
    settings = given.settings()
    if given.mistakes or settings is None:
        raise WrongSettings(given.mistakes)
    return _resolved(settings, _folder_of(path))


@dataclass(slots=True)
class _Given:
    """What the file and the environment say, and all that is wrong with it."""

    path: Path | None
    environ: Mapping[str, str]
    text: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    mistakes: list[SettingsMistake] = field(default_factory=list)

    def read(self) -> None:
        """The file and the variables, as far as they can be read."""
        if self.path is not None:
            self._read_file(self.path)
        try:
            self.overrides = _said_by_variables(self.environ)
        except ValueError:
            # Its text quotes the value, which may be a secret in the wrong place.
            self._note(
                f"{ENV_PREFIX}SECTION",
                "a variable of that kind holds no JSON",
                f"Set one key at a time, as {ENV_PREFIX}SECTION__KEY.",
            )

    def _read_file(self, path: Path) -> None:
        try:
            self.text = decoded(path.read_bytes())
            self.raw = tomllib.loads(self.text)
        except OSError as error:
            raise ConfigurationMistake(f"{path.name} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            self._note(path.name, "this is no text in UTF-8 or UTF-16")
        except ValueError as error:  # no TOML, or a number beyond all bounds
            said = str(error)
            line = _TOML_PLACE.search(said)
            place = f"{path.name}, line {line[1]}" if line else path.name
            self._note(place, f"this is not TOML: {_TOML_PLACE.sub('', said)}")

    def look_at_variables(self) -> None:
        """Variables that nothing reads, each beside the nearest known one."""
        known = [
            _variable(section, key)
            for section, info in Settings.model_fields.items()
            for key in getattr(info.annotation, "model_fields", ())
        ]
        for name in self.environ:
            if name.startswith(ENV_PREFIX) and "__" in name and name not in known:
                self._note(name, "unknown variable", meant(name, known))
        language = self.environ.get(LANGUAGE_VARIABLE)
        if language and language not in NAMES:
            self._note(LANGUAGE_VARIABLE, f"must be one of {', '.join(NAMES)}")

    def settings(self) -> Settings | None:
        """The settings; None when they cannot be made, and then the mistakes say why."""
        for section in ("gateway", "rest"):
            self._require_still_loopback(section)
        try:
            settings = Settings(**self._overridden())
        except ValidationError as error:
            variables = {each.place for each in self.mistakes}
            for each in error.errors(include_input=False, include_url=False):
                place = self.place(*map(str, each["loc"][:2]))
                if each["type"] != "extra_forbidden":
                    self._note(place, _told(each))
                elif place not in variables:  # those are told already
                    self._note(place, *_unknown(*map(str, each["loc"])))
            return None
        with self._noting("gateway", "host"):
            settings.gateway.require_loopback()
        with self._noting("rest", "base_url"):
            settings.rest.require_loopback()
        return settings

    def _overridden(self) -> dict[str, Any]:
        """What the file says, under what the environment says."""
        sections = {**self.raw, **self.overrides}
        return {name: _merged(self.raw.get(name), keys) for name, keys in sections.items()}

    def _require_still_loopback(self, section: str) -> None:
        """The environment cannot take back what a practice configuration says of itself (S14)."""
        ours, over = self.raw.get(section), self.overrides.get(section)
        if not (isinstance(ours, Mapping) and isinstance(over, Mapping)):
            return  # which is told where the settings are made
        if ours.get("loopback_only") and "loopback_only" in over:
            self._note(
                _variable(section, "loopback_only"),
                f"[{section}] loopback_only is set in the file; a variable cannot change it",
                "Remove the variable.",
            )

    @contextmanager
    def _noting(self, section: str, key: str) -> Iterator[None]:
        try:
            yield
        except ConfigurationMistake as error:
            self._note(self.place(section, key), str(error), error.hint)

    def place(self, section: str, key: str | None = None) -> str:
        """Where a setting was given: the variable, else file and line, else its own name."""
        over, whole = self.overrides.get(section), f"{ENV_PREFIX}{section}".upper()
        if over is not None and not isinstance(over, Mapping):
            return whole
        if key is not None and over and key in over:
            variable = _variable(section, key)
            return variable if variable in self.environ else whole
        steps = [section] if key is None else [section, key]
        if self.path is None:
            return ".".join(steps)
        line = line_of(self.text, steps) or line_of(self.text, steps[:1])
        return f"{self.path.name}, line {line}" if line else self.path.name

    def _note(self, place: str, said: str, hint: str = "") -> None:
        self.mistakes.append(SettingsMistake(place, said, hint))


def _said_by_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """By section: what FLA_BATCH_SECTION says, as JSON, under what FLA_BATCH_SECTION__KEY says.

    Upper or lower case. A key that holds several values is JSON too. Raises ValueError for what
    is no JSON.
    """
    given = {name.upper(): value for name, value in environ.items()}
    said: dict[str, Any] = {}
    for section, info in Settings.model_fields.items():
        fields = getattr(info.annotation, "model_fields", {})
        name, before = f"{ENV_PREFIX}{section}".upper(), _variable(section, "")
        keys: dict[str, Any] = {}
        for variable in given:
            if variable.startswith(before):
                key = variable.removeprefix(before).lower()
                keys[key] = _value(given[variable], fields.get(key))
        whole = json.loads(given.get(name, "null"))
        if isinstance(whole, dict | None):  # with null it says nothing
            whole = {**(whole or {}), **keys}
        if whole != {}:
            said[section] = whole
    return said


def _value(text: str, field: FieldInfo | None) -> Any:
    several = field is not None and get_origin(field.annotation) is tuple
    return json.loads(text) if several and text else text


def _variable(section: str, key: str) -> str:
    return f"{ENV_PREFIX}{section}__{key}".upper()


def _merged(ours: Any, keys: Any) -> Any:
    both = isinstance(ours, Mapping) and isinstance(keys, Mapping)
    return {**ours, **keys} if both else keys


def _unknown(section: str, key: str | None = None, *_: str) -> tuple[str, str]:
    """What to say of a section or key that nothing reads, beside the nearest known one."""
    fields = Settings.model_fields
    if key is None:
        return f"unknown section [{section}]", meant(section, fields)
    known = getattr(fields[section].annotation, "model_fields", {})
    return f"unknown key {key} in [{section}]", meant(key, known)


def _told(error: Any) -> str:
    """What is wrong with a value, without quoting it: it may be a secret in the wrong place."""
    place = ".".join(str(step) for step in error["loc"])
    if error["type"] in _NOT_A_SECTION and len(error["loc"]) == 1:
        return f"{place} must be a section, [{place}], with a key on each line"
    section = Settings.model_fields[str(error["loc"][0])].annotation
    known = getattr(section, "model_fields", {})
    own = known.get(str(error["loc"][1])) if len(error["loc"]) > 1 else None
    if own is not None and own.description:
        return f"{place} must be {own.description}"
    text = str(error["msg"])
    return f"{place}: {text[:1].lower()}{text[1:]}"


def _folder_of(path: Path | None) -> Path:
    """What relative paths start from, absolute."""
    try:
        return path.parent.absolute() if path else Path.cwd()
    except FileNotFoundError:
        raise ConfigurationMistake(
            "the working directory was deleted",
            hint="Change to a folder that exists, and run the command again.",
        ) from None


def _resolved(settings: Settings, folder: Path) -> Settings:
    """Relative paths made absolute, from the folder of the file."""
    found = {}
    for name, section in settings:
        if isinstance(section, BaseModel):
            paths = {key: each for key, each in section if isinstance(each, Path)}
            absolute = {key: folder / path.expanduser() for key, path in paths.items()}
            found[name] = section.model_copy(update=absolute)
    own = {
        "workspace": {"ledger": _ledger_url(settings.workspace.ledger, folder)},
        "profile": {"name": _profile_folder(settings.profile.name, folder)},
    }
    found |= {name: found[name].model_copy(update=values) for name, values in own.items()}
    return settings.model_copy(update=found)


def _ledger_url(url: str, folder: Path) -> str:
    """
    >>> _ledger_url("sqlite:///outbox/ledger.db", Path("/srv/fla"))
    'sqlite:////srv/fla/outbox/ledger.db'
    >>> _ledger_url("postgresql+psycopg://fla@db/fla", Path("/srv/fla"))
    'postgresql+psycopg://fla@db/fla'
    """
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/") and ":memory:" not in url:
        return f"{prefix}{folder.absolute() / url.removeprefix(prefix)}"
    return url


def _profile_folder(name: str, folder: Path) -> str:
    return str(folder / name) if (folder / name / BINDING_FILE).is_file() else name
