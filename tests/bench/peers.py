"""Peers that turn models into XML, and XML into verdicts, on the same declarations.

    python -m tests.bench.peers [--forms 3000]

Each writes (xsdata, pydantic-xml, lxml's xmlfile) or validates (xmlschema) the same forms with
three trainings each, in this process, in turn; the medians of five runs are printed as forms a
second, and as a ratio to ours. The peers' models cover the same elements as ours.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import polars as pl
import xmlschema
from lxml import etree
from pydantic_xml import BaseXmlModel, element
from xsdata.formats.dataclass.serializers import XmlSerializer

from fla_batch.batching.column_forms import ColumnForms
from fla_batch.batching.form_maker import FormMaker
from fla_batch.message import MessageWriter, load
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.models import DetailsPerPeriod, Employee, Employer, Training, TrainingsDeclaration
from fla_batch.models.column_values import Blocks, InnerBlocks
from fla_batch.vocabulary.terms import FormKind
from tests.bench.measure import machine
from tests.bench.rights import company, inss

_PROFILE = load("fla-20250131")
_DAY = date(2024, 3, 14)
_TIMES = 5
OURS = "fla_batch"
_VALUES = {
    "TrainingDenomination": "Veilig werken op hoogte",
    "TrainingFirstStartDate": _DAY,
    "TrainingLastEndDate": _DAY,
    "TrainingResult": 1,
    "TrainingLeadingToCertificate": 1,
    "Scope": 1,
}
_PERIOD = {
    "TrainingHours": 760,
    "TrainingStartDate": _DAY,
    "TrainingEndDate": _DAY,
    "TrainingStatus": 1,
    "TrainingType": 1,
}


@dataclass
class DetailsX:
    """A period for xsdata."""

    class Meta:
        name = "DetailsPerPeriod"

    TrainingHours: int
    TrainingStartDate: str
    TrainingEndDate: str
    TrainingStatus: int
    TrainingType: int


@dataclass
class TrainingX:
    """A training for xsdata."""

    class Meta:
        name = "Training"

    TrainingSequenceNbr: int
    TrainingDenomination: str
    TrainingFirstStartDate: str
    TrainingLastEndDate: str
    TrainingResult: int
    TrainingLeadingToCertificate: int
    Scope: int
    DetailsPerPeriod: DetailsX


@dataclass
class TrainingsX:
    """The trainings of a form for xsdata."""

    class Meta:
        name = "Trainings"

    Training: list[TrainingX] = field(default_factory=list, metadata={"type": "Element"})


class DetailsP(BaseXmlModel, tag="DetailsPerPeriod"):
    """A period for pydantic-xml."""

    hours: int = element(tag="TrainingHours")
    start: date = element(tag="TrainingStartDate")
    end: date = element(tag="TrainingEndDate")
    status: int = element(tag="TrainingStatus")
    type: int = element(tag="TrainingType")


class TrainingP(BaseXmlModel, tag="Training"):
    """A training for pydantic-xml."""

    number: int = element(tag="TrainingSequenceNbr")
    denomination: str = element(tag="TrainingDenomination")
    first: date = element(tag="TrainingFirstStartDate")
    last: date = element(tag="TrainingLastEndDate")
    result: int = element(tag="TrainingResult")
    certificate: int = element(tag="TrainingLeadingToCertificate")
    scope: int = element(tag="Scope")
    details: DetailsP


class TrainingsP(BaseXmlModel, tag="Trainings"):
    """The trainings of a form for pydantic-xml."""

    training: list[TrainingP]


def _ours(count: int) -> Callable[[], None]:
    maker = FormMaker(_PROFILE, "BENCH", datetime(2025, 3, 1, tzinfo=UTC))
    writer = MessageWriter(_PROFILE.declaration)
    forms = [maker.form(_declaration(number)) for number in range(count)]
    return lambda: _each(writer.form(form) for form in forms)


def _by_columns(count: int) -> Callable[[], None]:
    maker = FormMaker(_PROFILE, "BENCH", datetime(2025, 3, 1, tzinfo=UTC))
    columns = ColumnForms(maker, _PROFILE.shapes)
    values = {f"{name[0].lower()}{name[1:]}": value for name, value in (_VALUES | _PERIOD).items()}
    rows = pl.DataFrame({"trainingSequenceNbr": [1, 2, 3] * count}).with_columns(
        pl.lit(value).alias(name) for name, value in values.items()
    )
    periods = InnerBlocks(pl.int_range(3 * count, eager=True), Blocks(rows))
    owners = pl.int_range(3 * count, eager=True) // 3
    heads = pl.DataFrame(
        {
            "companyId": [company(number % 500) for number in range(count)],
            "inss": [inss(number) for number in range(count)],
            "calendarYear": [2024] * count,
        }
    )
    inner = InnerBlocks(owners, Blocks(rows, {"details_per_period": periods}))
    numbers = pl.int_range(1, count + 1, eager=True)
    blocks = Blocks(heads, {"trainings": inner})
    return lambda: _each(columns.spooled(FormKind.TRAININGS, blocks, numbers))


def _declaration(number: int) -> TrainingsDeclaration:
    period = DetailsPerPeriod(
        training_hours=760,
        training_start_date=_DAY,
        training_end_date=_DAY,
        training_status=1,
        training_type=1,
    )
    trainings = tuple(
        Training(
            training_sequence_nbr=sequence,
            training_denomination="Veilig werken op hoogte",
            training_first_start_date=_DAY,
            training_last_end_date=_DAY,
            training_result=1,
            training_leading_to_certificate=1,
            scope=1,
            details_per_period=(period,),
        )
        for sequence in (1, 2, 3)
    )
    return TrainingsDeclaration(
        employer=Employer(company_id=company(number % 500)),
        employee=Employee(inss=inss(number)),
        calendar_year=2024,
        trainings=trainings,
    )


def _xsdata(count: int) -> Callable[[], None]:
    texts = {name: str(value) for name, value in (_VALUES | _PERIOD).items()}
    details = DetailsX(760, texts["TrainingStartDate"], texts["TrainingEndDate"], 1, 1)
    day = texts["TrainingStartDate"]
    one = [
        TrainingX(number, texts["TrainingDenomination"], day, day, 1, 1, 1, details)
        for number in (1, 2, 3)
    ]
    forms = [TrainingsX(one) for _ in range(count)]
    serializer = XmlSerializer()
    return lambda: _each(serializer.render(form) for form in forms)


def _pydantic_xml(count: int) -> Callable[[], None]:
    details = DetailsP(hours=760, start=_DAY, end=_DAY, status=1, type=1)
    one = [
        TrainingP(
            number=number,
            denomination="Veilig werken op hoogte",
            first=_DAY,
            last=_DAY,
            result=1,
            certificate=1,
            scope=1,
            details=details,
        )
        for number in (1, 2, 3)
    ]
    forms = [TrainingsP(training=one) for _ in range(count)]
    return lambda: _each(form.to_xml() for form in forms)


def _xmlfile(count: int) -> Callable[[], None]:
    def run() -> None:
        with etree.xmlfile(io.BytesIO(), encoding="utf-8") as out, out.element("FLA"):
            for _ in range(count):
                with out.element("Trainings"):
                    for number in (1, 2, 3):
                        _write_training(out, number)

    return run


def _write_training(out: etree._IncrementalFileWriter, number: int) -> None:
    with out.element("Training"):
        for name, value in ({"TrainingSequenceNbr": number} | _VALUES).items():
            with out.element(name):
                out.write(str(value))
        with out.element("DetailsPerPeriod"):
            for name, value in _PERIOD.items():
                with out.element(name):
                    out.write(str(value))


def _each(made: Iterable[object]) -> None:
    for _ in made:
        pass


@dataclass(frozen=True, slots=True)
class Peer:
    """Forms a second of one program that writes or validates, and that of ours for one of its."""

    job: str
    name: str
    forms_a_second: float
    of_ours: float


def measured_peers(count: int = 3_000) -> list[Peer]:
    """All of them in turn, five times; the medians."""
    writers = {
        OURS: _ours(count),
        "fla_batch by columns, with the ledger's JSON": _by_columns(count),
        "lxml xmlfile": _xmlfile(count),
        "pydantic-xml": _pydantic_xml(count),
        "xsdata": _xsdata(count),
    }
    found = _peers("writes", writers, dict.fromkeys(writers, count))
    with TemporaryDirectory() as folder:
        # xmlschema takes so long that it gets a tenth of the forms.
        counts = {OURS: count, "xmlschema": count // 10}
        found += _peers("validates", _validators(Path(folder), counts), counts)
    return found


def _peers(job: str, runs: dict[str, Callable[[], None]], counts: dict[str, int]) -> list[Peer]:
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(_TIMES):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    rates = {name: counts[name] / statistics.median(each) for name, each in seconds.items()}
    return [Peer(job, name, rate, rate / rates[OURS]) for name, rate in rates.items()]


def _validators(folder: Path, counts: dict[str, int]) -> dict[str, Callable[[], None]]:
    maker = FormMaker(_PROFILE, "BENCH", datetime(2025, 3, 1, tzinfo=UTC))
    writer = MessageWriter(_PROFILE.declaration)
    validator = SchemaValidator(_PROFILE, _PROFILE.declaration)
    schema = xmlschema.XMLSchema(str(_PROFILE.declaration.schema))
    paths = {name: folder / f"{size}.xml" for name, size in counts.items()}
    for name, size in counts.items():
        forms = (maker.form(_declaration(number)) for number in range(size))
        paths[name].write_bytes(b"".join(writer.message(forms)))
    return {
        OURS: lambda: _each([validator.check(paths[OURS])]),
        "xmlschema": lambda: schema.validate(str(paths["xmlschema"])),
    }


def peer_tables(peers: Iterable[Peer]) -> str:
    """A Markdown table for each job."""
    lines = []
    for job, group in groupby(peers, key=lambda peer: peer.job):
        lines += [f"| {job} | forms a second | of ours |", "| --- | --- | --- |"]
        lines += [
            f"| {one.name} | {one.forms_a_second:,.0f} | {one.of_ours:.2f} |" for one in group
        ]
        lines.append("")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measures all and prints tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=3_000)
    count = parser.parse_args(arguments).forms
    click.echo(f"{machine()}\n\n{peer_tables(measured_peers(count))}")


if __name__ == "__main__":
    main(sys.argv[1:])
