"""Small inputs that the tests vary, and readers that sort entries from loose anomalies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from fla_batch.intake import ReadingChoice, read_inputs
from fla_batch.models import Declaration, Entry
from fla_batch.tables.table import TableChoice
from fla_batch.vocabulary.findings import Anomaly

TRAINING = {
    "companyId": "0880820673",
    "inss": "81511716525",
    "calendarYear": "2024",
    "trainingDenomination": "webmaster",
    "trainingResult": "1",
    "trainingLeadingToCertificate": "1",
    "scope": "1",
    "trainingStartDate": "2024-02-01",
    "trainingEndDate": "2024-02-05",
    "trainingType": "1",
    "hours": "7.6",
}
RIGHT = {
    "companyId": "0880820673",
    "inss": "81511716525",
    "calendarYear": "2024",
    "rightType": "LEGAL",
    "hours": "38",
    "jointCommissionNbr": "200",
}


class Read(NamedTuple):
    """What a file gave."""

    entries: list[Entry]
    loose: list[Anomaly]

    @property
    def declarations(self) -> list[Declaration]:
        return [entry.declaration for entry in self.entries]

    @property
    def anomalies(self) -> list[Anomaly]:
        """Loose ones first, then those of the entries in their order."""
        return [*self.loose, *(anomaly for entry in self.entries for anomaly in entry.anomalies)]

    def only(self) -> Anomaly:
        """The one anomaly there is."""
        (anomaly,) = self.anomalies
        return anomaly


def _read(*paths: Path, sheet: str | None = None) -> Read:
    items = list(read_inputs(paths, ReadingChoice(TableChoice(sheet))))
    return Read(
        [item for item in items if isinstance(item, Entry)],
        [item for item in items if isinstance(item, Anomaly)],
    )


@pytest.fixture(scope="session")
def read() -> Callable[..., Read]:
    """Read files and sort what they give."""
    return _read


@pytest.fixture
def training() -> dict[str, str]:
    """The cells of one period of a training."""
    return dict(TRAINING)


@pytest.fixture
def right() -> dict[str, str]:
    """The cells of one right."""
    return dict(RIGHT)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for tests that hypothesis runs many times."""
    return tmp_path_factory.mktemp("intake")


def _csv(path: Path, *rows: dict[str, str]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [";".join(names), *(";".join(row.get(name, "") for name in names) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as a CSV file."""
    return lambda *rows: _csv(tmp_path / "input.csv", *rows)
