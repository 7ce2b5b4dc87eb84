"""What shows the whole ledger holds some rows of it, never all, and so does what finds anomalies
itself: four times the anomalies and forms take hardly more memory. No timed test, as
`test_bulk_guard`."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

from fla_batch.ledger.ledger import Ledger
from fla_batch.vocabulary.findings import Anomaly, Labels
from tests.bench import generate
from tests.bench.measure import Measured, program
from tests.builders import inss
from tests.ledger.builders import NOW, batch_name, forms, record
from tests.ledger_steps import record_anomalies

SMALL, LARGE = 20_000, 80_000
MOST_MB = 80
"""The program and a page of rows; all of them would be 160 MB more."""
BATCH = str(batch_name())
ADVICE = Labels(*3 * ("Look up the worker in the register.",))
"""What to do depends on the code, not on the worker: it is what groups anomalies by cause."""

COMMANDS: dict[str, list[str]] = {
    "words": ["anomalies"],
    "JSON": ["anomalies", "--json"],
    "of one batch": ["anomalies", BATCH, "--json"],
    "CSV": ["anomalies", "--csv", "out.csv"],
    "XLSX": ["anomalies", "--xlsx", "out.xlsx"],
    "forms": ["status", BATCH],
    "forms as JSON": ["status", BATCH, "--json"],
    "report": ["report", "-o", "out.html"],
}


def warning(number: int) -> Anomaly:
    """Of every worker many; none blocks, so that the commands end with 0."""
    text = f"The worker was not found in the register of the platform ({number})"
    return Anomaly(
        "W",
        "00024-152",
        Labels(text, text, text),
        path="employee.inss",
        advice=ADVICE,
        company_id="0880820673",
        inss=inss(1 + number * 7919 % 499),
        calendar_year=2024,
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = [tmp_path_factory.mktemp(str(count)) for count in (SMALL, LARGE)]
    for folder, count in zip(made, (SMALL, LARGE), strict=True):
        (folder / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\nenvironment = "S"\n')
        with Ledger.open(f"sqlite:///{folder}/outbox/ledger.db") as ledger:
            ledger.record_batch(record(batch_name()), forms(batch_name(), count))
            record_anomalies(ledger, map(warning, range(count)), NOW, batch_name())
    return made[0], made[1]


def measured(folder: Path, command: list[str]) -> Measured:
    return program([Path(sys.executable).with_name("fla-batch"), *command], cwd=folder)


@pytest.mark.xdist_group("bulk")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_four_times_the_rows_in_the_same_memory(
    command: list[str], folders: tuple[Path, Path]
) -> None:
    small, large = (measured(folder, command) for folder in folders)
    assert large.peak_mb < MOST_MB
    assert large.cpu_s < 6 * small.cpu_s


FEW, MANY = 3_000, 12_000
MORE_MB = 60
"""A chunk of rows with all that the rules ask of it, which the smaller table does not fill."""
BLOCK_MB = 90
"""`validate` takes blocks of 16 MB whole, which the smaller message here does not fill; as lists,
the anomalies of the larger one would take about 200 MB more."""
FOUND: dict[str, tuple[list[str], int]] = {
    "check in words": (["check", "trainings.parquet"], MORE_MB),
    "check": (["check", "trainings.parquet", "--json"], MORE_MB),
    "validate": (["validate", "FI.xml", "--json"], MORE_MB + BLOCK_MB),
}


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Tables, and the messages built from them, in which every training gives a warning."""
    made = [tmp_path_factory.mktemp(str(count)) for count in (FEW, MANY)]
    for folder, count in zip(made, (FEW, MANY), strict=True):
        (folder / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\nenvironment = "S"\n')
        generate.write_tables(folder, count)
        table = pl.read_parquet(folder / "trainings.parquet").drop("trainingStatus")
        table.write_parquet(folder / "trainings.parquet")
        measured(folder, ["build", "trainings.parquet"])
        (message,) = folder.glob("outbox/**/FI*")
        message.rename(folder / "FI.xml")
    return made[0], made[1]


@pytest.mark.xdist_group("bulk")
@pytest.mark.parametrize(("command", "more_mb"), FOUND.values(), ids=list(FOUND))
def test_four_times_the_warnings_in_the_same_memory(
    command: list[str], more_mb: int, warned: tuple[Path, Path]
) -> None:
    small, large = (measured(folder, command) for folder in warned)
    assert large.peak_mb < small.peak_mb + more_mb
    assert large.cpu_s < 6 * small.cpu_s
