from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fla_batch.ledger.ledger import Ledger
from tests.commands.consultation.asked import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        yield Desk(tmp_path, ledger)
