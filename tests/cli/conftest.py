from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SETTINGS = """\
[sender]
number = "123456"
environment = "S"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """./fla-batch.toml with a sender; signatures are not needed in a simulation."""
    path = tmp_path / "fla-batch.toml"
    path.write_text(SETTINGS)
    return path


@pytest.fixture
def outbox_files(tmp_path: Path) -> Callable[[], list[str]]:
    """Names of all files that batches have in the outbox now; none before the first build."""

    def names() -> list[str]:
        return sorted(
            path.name for path in (tmp_path / "outbox" / "S").rglob("*") if path.is_file()
        )

    return names
