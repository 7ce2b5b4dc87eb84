"""The portal's own schemas and samples, which lie beside the project on some machines only."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1].parent / "shared" / "official"


def official(name: str) -> Path:
    """One of those files; skips the test where they are not, and says what is missing.

    Nothing of them is copied into the repository: see their README.
    """
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the portal's own file {name} is not on this machine (../shared/official)")
    return path
