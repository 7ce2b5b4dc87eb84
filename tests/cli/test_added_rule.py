"""A rule that is only in the list is applied to every input, by every command that judges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from xlsxwriter import Workbook

from fla_batch import rules
from fla_batch.message import MessageWriter, load
from fla_batch.models import Declaration, DetailsPerPeriod, TrainingsDeclaration
from fla_batch.rules import Finding, RuleContext
from fla_batch.rules.base import BLOCKING, Rule, rule
from fla_batch.rules.columns import DeclarationColumns, Holds
from tests import builders as b
from tests.command_line import ROW, CommandLine, write_csv

_SUNDAY = 7


def _on_weekdays(_: DeclarationColumns) -> Iterator[Holds]:
    yield Holds(DetailsPerPeriod, pl.col("trainingStartDate").dt.weekday() != _SUNDAY)


def _find(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """No training begins on a Sunday."""
    asked.append(declaration.key.inss)
    if isinstance(declaration, TrainingsDeclaration):
        for index, training in enumerate(declaration.trainings):
            for number, period in enumerate(training.details_per_period):
                start = period.training_start_date
                if start is not None and start.isoweekday() == _SUNDAY:
                    path = ("trainings", index, "detailsPerPeriod", number, "trainingStartDate")
                    yield Finding(
                        "no-sundays", BLOCKING, "TrainingStartDate", "003", path, "status-missing"
                    )


asked: list[str] = []
SUNDAY, MONDAY = "2024-02-04", "2024-02-05"
ROWS = [
    {"inss": b.inss(1), "trainingStartDate": MONDAY},
    {"inss": b.inss(2), "trainingStartDate": SUNDAY},
    {"inss": b.inss(3), "trainingStartDate": MONDAY},
]


@pytest.fixture(params=[None, _on_weekdays], ids=["without a column form", "with a column form"])
def no_sundays(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Rule:
    added = rule(clears=request.param)(_find)
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, added))
    asked.clear()
    return added


def declared(row: dict[str, str]) -> Declaration:
    day = pl.Series([row["trainingStartDate"]]).str.to_date()[0]
    end = pl.Series([MONDAY]).str.to_date()[0]
    period = b.period(training_start_date=day, training_end_date=end, training_hours=760)
    return b.trainings(b.training(period), employee=b.employee(inss=row["inss"]))


def written(folder: Path, ending: str) -> Path:
    path = folder / f"input.{ending}"
    full = [{**ROW, **row} for row in ROWS]
    if ending == "csv":
        return write_csv(path, ROWS)
    if ending == "json":
        path.write_text(json.dumps([declared(row).to_json() for row in ROWS]))
    elif ending == "parquet":
        pl.DataFrame(full).write_parquet(path)
    elif ending == "xlsx":
        with Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, line in enumerate([list(ROW), *([row[n] for n in ROW] for row in full)]):
                sheet.write_row(at, 0, line)
    else:
        profile = load("fla-20250131")
        name = profile.identifications[declared(ROWS[0]).kind]
        forms = [b.form(declared(row), number, name) for number, row in enumerate(ROWS, 1)]
        path.write_bytes(b"".join(MessageWriter(profile.declaration).message(forms)))
    return path


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("ending", ["json", "csv", "xlsx", "parquet"])
@pytest.mark.parametrize("command", ["check", "build"])
def test_it_is_found_in_every_input(
    no_sundays: Rule, fla: CommandLine, tmp_path: Path, command: str, ending: str
) -> None:
    called = fla(command, written(tmp_path, ending), "--json")
    _only_the_sunday(no_sundays, called.document["anomalies"], columns=ending != "json")


def test_it_is_found_in_a_message(no_sundays: Rule, fla: CommandLine, tmp_path: Path) -> None:
    called = fla("validate", written(tmp_path, "xml"), "--json")
    _only_the_sunday(no_sundays, called.document["anomalies"], columns=True)


def _only_the_sunday(
    no_sundays: Rule, anomalies: list[dict[str, object]], *, columns: bool
) -> None:
    assert [(each["rule"], each["inss"]) for each in anomalies] == [("no-sundays", b.inss(2))]
    everyone = {row["inss"] for row in ROWS}
    cleared = columns and no_sundays.clears is not None
    assert set(asked) == ({b.inss(2)} if cleared else everyone)
