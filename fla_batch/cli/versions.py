"""What a version is made of: for a report of a fault, and for those who keep an inventory."""

from __future__ import annotations

import platform
import re
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, cast

import fla_batch
from fla_batch.vocabulary.documents import ProfileListedJson, VersionsJson, members

if TYPE_CHECKING:
    from fla_batch.message import Profile

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_TEST = "extra == 'test'"


def versions() -> VersionsJson:
    """The document of `--version --json`; a library that is not installed is null."""
    from fla_batch.message import available, load

    return {
        "version": fla_batch.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "profiles": [profile_json(load(name)) for name in available()],
        "libraries": {name: _version(name) for name in _libraries()},
    }


def profile_json(profile: Profile) -> ProfileListedJson:
    """A profile as `schema list` and `--version` show it."""
    schema, sha256 = profile.declaration.schema.name, profile.fingerprint
    return cast(
        ProfileListedJson, members(ProfileListedJson, profile, schema=schema, sha256=sha256)
    )


def _libraries() -> list[str]:
    """Those that the package asks for, and its extras, without what only its tests need."""
    wanted = (line.replace('"', "'") for line in requires("fla-batch") or [])
    names = {_NAME.match(line) for line in wanted if _TEST not in line}
    return sorted({found[0].lower() for found in names if found})


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
