"""Reading the settings: `fla-batch.toml`, overridden by variables `FLA_BATCH_SECTION__KEY`.

Relative paths are relative to the file that names them. An unknown key is an error that names
the nearest known one. No secret stands in here: passwords come from the environment variables
whose names are given.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from fla_batch.configuration.sections import ENV_PREFIX, Settings
from fla_batch.vocabulary.errors import ConfigurationMistake

__all__ = ["FILE_NAME", "Settings", "find", "load"]

FILE_NAME = "fla-batch.toml"


def find(explicit: Path | None, *, here: Path, user_folder: Path) -> Path | None:
    """The file to read: the one named, else ./fla-batch.toml, else the user's own, else None.

    Raises ConfigurationMistake when the one named does not exist.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise ConfigurationMistake(f"there is no file {explicit}")
        return explicit
    for folder in (here, user_folder):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def load(path: Path | None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `path`, or the defaults, under the environment's overrides.

    Raises ConfigurationMistake for a file that is not TOML, an unknown key or a wrong value.
    """
    raw = _read(path) if path else {}
    environ = os.environ if environ is None else environ
    _require_known(raw)
    _require_known_variables(environ)
    try:
        settings = Settings(**_overridden(raw, environ))
    except ValidationError as error:
        raise ConfigurationMistake(_told(error, path)) from None
    settings.gateway.require_loopback()
    settings.rest.require_loopback()
    return _resolved(settings, _folder_of(path))


def _folder_of(path: Path | None) -> Path:
    """What relative paths start from, absolute."""
    try:
        return path.parent.absolute() if path else Path.cwd()
    except FileNotFoundError:
        raise ConfigurationMistake(
            "the working directory was deleted",
            hint="Change to a folder that exists, and run the command again.",
        ) from None


def _overridden(raw: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """What the file says, under what the environment says."""
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in environ.items()}
    try:
        overrides = source()
    except SettingsError:
        # Its text quotes the value, which may be a secret in the wrong place.
        raise ConfigurationMistake(
            f"a variable {ENV_PREFIX}SECTION holds no JSON",
            hint=f"Set one key at a time, as {ENV_PREFIX}SECTION__KEY.",
        ) from None
    for section in ("gateway", "rest"):
        _require_still_loopback(section, raw.get(section, {}), overrides.get(section, {}))
    sections = {**raw, **overrides}
    return {name: _merged(raw.get(name), keys) for name, keys in sections.items()}


def _merged(ours: Any, keys: Any) -> Any:
    both = isinstance(ours, Mapping) and isinstance(keys, Mapping)
    return {**ours, **keys} if both else keys


def _require_still_loopback(section: str, ours: Any, overrides: Any) -> None:
    """The environment cannot take back what a practice configuration says of itself (S14)."""
    if isinstance(ours, Mapping) and ours.get("loopback_only") and "loopback_only" in overrides:
        raise ConfigurationMistake(
            f"[{section}] loopback_only is set in the file; a variable cannot change it",
            hint=f"Remove {ENV_PREFIX}{section.upper()}__LOOPBACK_ONLY.",
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path.read_bytes()))
    except ValueError as error:  # no TOML, no UTF-8, or a number beyond all bounds
        raise ConfigurationMistake(f"{path.name} is not TOML: {error}") from error
    except OSError as error:
        raise ConfigurationMistake(f"{path.name} cannot be read: {error.strerror}") from error


def _text(content: bytes) -> str:
    """The text of a file; editors of Windows begin it with a mark, or write it in UTF-16.

    >>> _text("\ufeff[ui]".encode()), _text("[ui]".encode("utf-16"))
    ('[ui]', '[ui]')
    """
    wide = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text = content.decode("utf-16" if wide else "utf-8-sig")
    return text.lstrip("\ufeff").replace("\r\n", "\n")


def _require_known(raw: Mapping[str, Any]) -> None:
    for section, keys in raw.items():
        _require_one_of(section, Settings.model_fields, "section", f"[{section}]")
        known = getattr(Settings.model_fields[section].annotation, "model_fields", None)
        if isinstance(keys, Mapping) and known is not None:
            for key in keys:
                _require_one_of(key, known, "key", f"{key} in [{section}]")


def _require_known_variables(environ: Mapping[str, str]) -> None:
    known = [
        f"{ENV_PREFIX}{section}__{key}".upper()
        for section, info in Settings.model_fields.items()
        for key in getattr(info.annotation, "model_fields", ())
    ]
    for name in environ:
        if name.startswith(ENV_PREFIX) and "__" in name:
            _require_one_of(name, known, "variable", name)


def _require_one_of(name: str, known: Any, what: str, shown: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
    raise ConfigurationMistake(f"unknown {what} {shown}", hint=hint)


def _told(error: ValidationError, path: Path | None) -> str:
    """The first thing wrong, without quoting the value: it may be a secret in the wrong place."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    where = f" in {path.name}" if path else ""
    return f"setting {place}{where}: {first['msg']}"


def _resolved(settings: Settings, folder: Path) -> Settings:
    """Relative paths made absolute, from the folder of the file."""

    def absolute(path: Path | None) -> Path | None:
        return None if path is None else folder / path.expanduser()

    signing = settings.signing
    return settings.model_copy(
        update={
            "workspace": settings.workspace.model_copy(
                update={
                    "outbox": folder / settings.workspace.outbox.expanduser(),
                    "ledger": _ledger_url(settings.workspace.ledger, folder),
                }
            ),
            "profile": settings.profile.model_copy(
                update={"name": _profile_folder(settings.profile.name, folder)}
            ),
            "gateway": settings.gateway.model_copy(
                update={
                    "key_file": absolute(settings.gateway.key_file),
                    "known_hosts": absolute(settings.gateway.known_hosts),
                }
            ),
            "input": settings.input.model_copy(
                update={"columns": absolute(settings.input.columns)}
            ),
            "rest": settings.rest.model_copy(
                update={
                    name: absolute(getattr(settings.rest, name))
                    for name in ("key_file", "pkcs12_file", "ca_file")
                }
            ),
            "signing": signing.model_copy(
                update={
                    name: absolute(getattr(signing, name))
                    for name in ("pkcs12_file", "key_file", "certificate_file", "answer_roots")
                }
            ),
        }
    )


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
    return str(folder / name) if (folder / name / "binding.toml").is_file() else name
