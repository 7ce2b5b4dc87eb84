"""What `schema check` found out last, beside the files of a profile: only what was checked is used.

`checked.json` names the files that were checked, their fingerprint and the verdict. When one of
them has changed since, the profile was not checked (decision 1207). Nothing of a profile is
loaded here: `send` looks at no more than this.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import fla_batch
from fla_batch.system.files import disk_errors
from fla_batch.vocabulary.errors import ProfileMistake

BINDING_FILE = "binding.toml"
CHECKED_FILE = "checked.json"
CLEAN = "clean"


def schemas_folder() -> Path:
    """The folder of the profiles that come with the package."""
    package = Path(fla_batch.__file__).parent
    inside = package / "schemas"
    return inside if inside.is_dir() else package.parent / "schemas"


def fingerprint(folder: Path, files: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of `files`, in sub-folders of `folder` too.

    Raises OSError when one cannot be read.
    """
    digest = hashlib.sha256()
    base = folder.resolve()
    for path in sorted(files, key=lambda path: _relative(path, base)):
        digest.update(_relative(path, base).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def note_verdict(folder: Path, files: Iterable[Path], verdict: str, accepted: list[str]) -> None:
    """Write down what was found out about the files of a profile. Raises DiskTrouble."""
    base, path = folder.resolve(), folder / CHECKED_FILE
    every = sorted(files, key=lambda path: _relative(path, base))
    noted = {
        "verdict": verdict,
        "accepted": accepted,
        "fingerprint": fingerprint(folder, every),
        "files": [_relative(each, base) for each in every],
    }
    text = json.dumps(noted, indent=2, ensure_ascii=False) + "\n"
    with disk_errors("write", path):
        if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
            path.write_text(text, encoding="utf-8")


def require_clean(folder: Path) -> None:
    """Raises ProfileMistake unless the profile was found clean as its files are now."""
    name, hint = folder.name, f"Run: fla-batch schema check {folder}"
    noted = _noted(folder / CHECKED_FILE)
    if noted is None:
        raise ProfileMistake(f"profile {name} was never checked", hint=hint)
    try:
        base = folder.resolve()
        now = fingerprint(folder, [base / file for file in noted["files"]])
    except (OSError, TypeError):
        now = ""
    if noted["fingerprint"] != now:
        raise ProfileMistake(f"profile {name} was not checked since its files changed", hint=hint)
    if noted["verdict"] != CLEAN:
        raise ProfileMistake(f"profile {name} is {noted['verdict']}, not clean", hint=hint)


def _relative(path: Path, base: Path) -> str:
    return Path(os.path.relpath(path.resolve(), base)).as_posix()


def _noted(path: Path) -> dict[str, Any] | None:
    """What was written down; None for nothing, and for what nobody wrote so."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(noted, dict) and noted.keys() >= {"verdict", "fingerprint", "files"}
    return noted if known and isinstance(noted["files"], list) else None
