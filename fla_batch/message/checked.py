"""What `schema check` found out last, beside the profile: only what was checked is used.

`checked.json` holds the fingerprint of the files that were checked and the verdict. When a file
that the XSD reaches has changed since, the profile was not checked (decision 1207).
"""

from __future__ import annotations

import json
from pathlib import Path

from fla_batch.message.conformity import Conformity, ProfileVerdict
from fla_batch.message.profile import Profile
from fla_batch.system.files import disk_errors
from fla_batch.vocabulary.errors import ProfileMistake

CHECKED_FILE = "checked.json"


def record(profile: Profile, found: Conformity) -> None:
    """Note the verdict beside the profile. Raises DiskTrouble."""
    path = profile.folder / CHECKED_FILE
    noted = {
        "fingerprint": profile.fingerprint,
        "verdict": found.verdict.value,
        "accepted": found.limits,
    }
    text = json.dumps(noted, indent=2, ensure_ascii=False) + "\n"
    if _read(path) != text:
        with disk_errors("write", path):
            path.write_text(text, encoding="utf-8")


def require_clean(profile: Profile) -> None:
    """Raises ProfileMistake unless the profile was found clean as its files are now."""
    try:
        noted = json.loads(_read(profile.folder / CHECKED_FILE) or "{}")
    except ValueError:
        noted = {}
    name, hint = profile.name, f"Run: fla-batch schema check {profile.folder}"
    if not isinstance(noted, dict) or "fingerprint" not in noted:
        raise ProfileMistake(f"profile {name} was never checked", hint=hint)
    if noted["fingerprint"] != profile.fingerprint:
        raise ProfileMistake(f"profile {name} was not checked since its files changed", hint=hint)
    if noted.get("verdict") != ProfileVerdict.CLEAN.value:
        raise ProfileMistake(f"profile {name} is {noted.get('verdict')}, not clean", hint=hint)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
