"""Programs outside Python that some tests need, as a second opinion or as the real thing.

Without them those tests are skipped and say why. With FLA_BATCH_REQUIRE_REAL_PARTS=1, as in
CI, a missing one is a failure.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

REQUIRE = "FLA_BATCH_REQUIRE_REAL_PARTS"

_PACKAGES = {
    "sshd": "openssh-server",
    "sftp": "openssh-client",
    "openssl": "openssl",
    "xmllint": "libxml2-utils",
    "chromium": "chromium",
    "initdb": "postgresql",
    "pg_ctl": "postgresql",
    "softhsm2-util": "softhsm2",
}
# Debian keeps these off an ordinary user's PATH.
_MORE_PLACES = ("/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/lib/postgresql/*/bin")


def real_part(name: str) -> Path:
    """Where the program `name` lies; skips or fails the test when it is nowhere."""
    found = find_part(name)
    if found is not None:
        return found
    reason = f"{name} is missing: apt-get install {_PACKAGES.get(name, name)}"
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{reason} ({REQUIRE}=1)")
    pytest.skip(reason)


def find_part(name: str) -> Path | None:
    """Where the program `name` lies, or None."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    for place in _MORE_PLACES:
        for folder in sorted(Path("/").glob(place.lstrip("/")), reverse=True):
            if os.access(folder / name, os.X_OK):
                return folder / name
    return None
