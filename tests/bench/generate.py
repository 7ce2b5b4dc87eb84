"""Files for the bulk benchmark: tables of trainings, settings and keys, a NOTI. Always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from fla_batch.answers import portal_writer as writer
from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.notification import AnomalyReport, NotificationForm
from fla_batch.configuration import loading
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import Event
from fla_batch.message import load
from fla_batch.signing.throwaway import throwaway_certificate
from tests.bench.rights import company, inss

TRAININGS = 3
_EMPLOYERS = 500
_SLICE = 50_000
_NAMES = (
    "Veilig werken op hoogte",
    "Gestion du stress au travail",
    "Introduction to payroll",
    "Heftruckchauffeur",
    "Eerste hulp bij ongevallen",
    "Excel pour débutants",
)
_SETTINGS = """\
[sender]
number = "123456"
[signing]
key_file = "keys/key.pem"
certificate_file = "keys/certificate.pem"
"""


def schema_file() -> Path:
    """The XSD of the declaration message."""
    return load("fla-20250131").declaration.schema


def write_tables(folder: Path, declarations: int) -> None:
    """The same rows as Parquet and as CSV, written slice by slice."""
    slices = folder / "slices"
    slices.mkdir()
    with (folder / "trainings.csv").open("wb") as csv:
        for number, start in enumerate(range(0, declarations, _SLICE)):
            frame = trainings_table(start, min(start + _SLICE, declarations))
            frame.write_csv(csv, separator=";", include_header=number == 0)
            frame.write_parquet(slices / f"{number:05d}.parquet")
    pl.scan_parquet(slices / "*.parquet").sink_parquet(folder / "trainings.parquet")


def trainings_table(start: int, end: int) -> pl.DataFrame:
    """The rows of the declarations from `start` to before `end`."""
    rows = [row for number in range(start, end) for row in _rows(number)]
    names = (
        "companyId",
        "inss",
        "calendarYear",
        "trainingSequenceNbr",
        "trainingDenomination",
        "trainingResult",
        "trainingLeadingToCertificate",
        "scope",
        "trainingHours",
        "trainingStartDate",
        "trainingEndDate",
        "trainingStatus",
        "trainingType",
        "trainingPlace",
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def _rows(number: int) -> Iterator[tuple[object, ...]]:
    for training in range(TRAININGS):
        start = date(2024, 1, 1) + timedelta(days=(number * 7 + training * 100) % 330)
        yield (
            company(number % _EMPLOYERS),
            inss(number),
            2024,
            training + 1,
            _NAMES[(number + training) % len(_NAMES)],
            1,
            1,
            1,
            760 + number % 5 * 10,
            start,
            start + timedelta(days=number % 3),
            1,
            1 + number % 2,
            1 + number % 4,
        )


def write_settings(folder: Path) -> None:
    """fla-batch.toml, and a throw-away key and certificate."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    throwaway_certificate(keys, now=datetime.now(UTC))
    (folder / "fla-batch.toml").write_text(_SETTINGS)


def write_large(path: Path, size: int) -> None:
    """A file of `size` bytes that do not compress."""
    block = random.Random(7).randbytes(1 << 20)
    with path.open("wb") as file:
        written = 0
        while written < size:
            written += file.write(block[: size - written])


def write_notification(outbox: Path, path: Path) -> None:
    """A NOTI about every form in the ledger of `outbox`, 5 % of them refused; all were sent."""
    settings = loading.load(outbox.parent / "fla-batch.toml")
    url = f"sqlite:///{outbox / 'ledger.db'}"
    at = datetime.now(UTC)
    with Ledger.open(url) as ledger, path.open("wb") as file:
        for row in ledger.batches(settings.environment):
            for event in (Event.SENDING, Event.GO_BEGUN, Event.SENT):
                ledger.append(row.name, event, at)
        writer.write_notification(file, _verdicts(ledger, at))


def _verdicts(ledger: Ledger, at: datetime) -> Iterator[NotificationForm]:
    header = PortalHeader.at(at, "NOTI001", "RE")
    for row in ledger.batches():
        reference = FileReference(str(row.name.go(row.parts)), "2", "3400000000001")
        for number, form in enumerate(ledger.forms(row.name)):
            refused = number % 20 == 0
            yield NotificationForm(
                header=header,
                result_code="0" if refused else "1",
                file_reference=reference,
                handled_original_form=PortalHeader(
                    form.identification, form.created_date, form.created_hour, "0", "SU"
                ),
                references=(PortalReference("1", "1", form.reference_nbr),),
                handled_reference=PortalReference("1", "2", f"{number:013d}"),
                anomaly_reports=(_report(form.company_id or "", form.inss or ""),) * refused,
            )


def _report(company_id: str, worker: str) -> AnomalyReport:
    return AnomalyReport(
        error_id="00024-152",
        tag_name="INSS",
        anomaly_class="B",
        anomaly_label="INSS - Pas de relation de travail",
        path=(("CompanyID", company_id), ("INSS", worker), ("CalendarYear", "2024")),
    )
