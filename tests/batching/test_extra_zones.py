"""Zones that only the XSD knows: from the input to the message, the ledger's body, and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fla_batch.batching.form_builder import Desk, Done, Job
from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import Note
from fla_batch.configuration.extra_names import extra_names
from fla_batch.intake import InputReading, ReadingChoice
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.message import Profile, load
from fla_batch.message.reader import FormReader
from fla_batch.message.writer import MessageWriter
from fla_batch.models import Entry
from fla_batch.rules import RuleContext
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.findings import Anomaly
from tests.batching.test_screened_tables import GOOD
from tests.message.profiles import PROFILES

FOLDER = PROFILES["other"].parent / "nested"
NAME = "NOSSRegistrationNbr"
CONTEXT = RuleContext(today=date(2025, 3, 1))
STARTED = datetime(2025, 3, 1, 10, tzinfo=UTC)
COMPANY = "0880820673"
WORKERS = ("81511716525", "85061210108", "86061210228")
EMPLOYERS = {COMPANY: {f"extra.{NAME}": "222222222"}}


def table(values: list[str | None], heading: str = f"extra.{NAME}") -> list[dict[str, Any]]:
    """A row per worker, with what stands in the column of that heading."""
    return [
        {**GOOD, "inss": worker, heading: value}
        for worker, value in zip(WORKERS, values, strict=False)
    ]


def written(rows: list[dict[str, Any]], path: Path) -> Path:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if path.suffix == ".csv":
        frame.write_csv(path)
    elif path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_excel(path)
    return path


def read(path: Path) -> list[Entry | Anomaly | TableChunk]:
    return list(InputReading([path], ReadingChoice(extras=extra_names(FOLDER))))


def desk(profile: Profile, employers: dict[str, dict[str, str]] | None = None) -> Desk:
    return Desk.for_profile(profile, FormMaker(profile, "RUN0RUN0", STARTED), CONTEXT, employers)


def done(at: Desk, items: list[Entry | Anomaly | TableChunk], *, by_columns: bool) -> Done:
    """What becomes of the input, as one answer."""
    whole = Done()
    for item in items:
        if not isinstance(item, TableChunk):
            job = Job(whole.declarations + 1, [item])
        elif by_columns:
            job = Job(whole.declarations + 1, item)
        else:
            job = Job(whole.declarations + 1, list(item.entries()))
        part = at.do(job)
        whole.declarations += part.declarations
        whole.blocked += part.blocked
        whole.anomalies += part.anomalies
        whole.written.forms += part.written.forms
        whole.written.notes += part.written.notes
    return whole


def texts_sent(found: Done, profile: Profile, tmp_path: Path) -> list[str]:
    """The zone in each form, as our reader finds it."""
    shape = profile.declaration
    path = tmp_path / "message.xml"
    head, foot = MessageWriter(shape).around(1)
    path.write_bytes(b"".join((head, *found.written.forms, foot)))
    reader = FormReader(profile, shape)
    forms = xmlsafe.children(path, shape.form, root=shape.root)
    bodies: list[Any] = [reader.read(form)[0].body for form in forms]
    return [body.extra[NAME] for body in bodies]


def notes(found: Done) -> list[dict[str, Any]]:
    lines = [note.decode().rstrip() for note in found.written.notes]
    return [json.loads(Note(*line.split("\t")).body) for line in lines]


@pytest.mark.parametrize("by_columns", [True, False])
@pytest.mark.parametrize("heading", [f"extra.{NAME}", NAME, "NOSS Registration Nbr"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_a_column_fills_the_zone(
    tmp_path: Path, suffix: str, heading: str, by_columns: bool
) -> None:
    profile = load(FOLDER)
    items = read(written(table(["111111111", "012345678"], heading), tmp_path / f"in{suffix}"))
    found = done(desk(profile, EMPLOYERS), items, by_columns=by_columns)
    assert [each.label.en for each in found.anomalies if each.blocks] == []
    assert texts_sent(found, profile, tmp_path) == ["111111111", "012345678"]
    assert [body["extra"] for body in notes(found)] == [{NAME: "111111111"}, {NAME: "012345678"}]


@pytest.mark.parametrize("by_columns", [True, False])
def test_what_the_column_lacks_is_the_employers(tmp_path: Path, by_columns: bool) -> None:
    profile = load(FOLDER)
    items = read(written(table(["111111111", None]), tmp_path / "in.csv"))
    found = done(desk(profile, EMPLOYERS), items, by_columns=by_columns)
    assert texts_sent(found, profile, tmp_path) == ["111111111", "222222222"]
    assert notes(found)[1]["extra"] == {NAME: "222222222"}


def test_both_ways_write_the_same(tmp_path: Path) -> None:
    profile = load(FOLDER)
    items = read(written(table(["111111111", "222222222", "33"]), tmp_path / "in.csv"))
    one, other = (done(desk(profile), items, by_columns=each) for each in (True, False))
    assert one.written.forms == other.written.forms
    assert one.written.notes == other.written.notes
    assert one.anomalies == other.anomalies


@pytest.mark.parametrize("by_columns", [True, False])
@pytest.mark.parametrize("wrong", [None, "12", "12345678X"])
def test_a_declaration_without_a_valid_one_is_held_back_alone(
    tmp_path: Path, wrong: str | None, by_columns: bool
) -> None:
    profile = load(FOLDER)
    path = written(table(["111111111", wrong, "333333333"]), tmp_path / "in.csv")
    found = done(desk(profile), read(path), by_columns=by_columns)
    assert texts_sent(found, profile, tmp_path) == ["111111111", "333333333"]
    (anomaly,) = [each for each in found.anomalies if each.blocks]
    assert (anomaly.source.file, anomaly.source.row) == (str(path), 3)
    assert anomaly.source.column == f"extra.{NAME}"
    assert anomaly.inss == WORKERS[1]
    assert anomaly.error_id == f"{NAME}-{'001' if wrong is None else '003'}"
    if wrong is None:
        assert f"fill in the column extra.{NAME}" in (anomaly.label.en or "")


def test_a_table_without_the_column_is_told_which_it_is(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != f"extra.{NAME}"} for row in table([None, None])]
    found = done(desk(load(FOLDER)), read(written(rows, tmp_path / "in.csv")), by_columns=True)
    assert [each.source.row for each in found.anomalies if each.blocks] == [2, 3]
    assert not found.written.forms


@pytest.mark.parametrize(
    "heading", ["extra.NOSRegistrationNbr", "extra.Other", "NOSSRegistratioNbr"]
)
def test_a_misspelled_column_stops_the_file(tmp_path: Path, heading: str) -> None:
    (anomaly,) = read(written(table(["111111111"], heading), tmp_path / "in.csv"))
    assert isinstance(anomaly, Anomaly)
    assert anomaly.blocks
    assert f"extra.{NAME}" in (anomaly.label.en or "")


def body(extra: object) -> dict[str, Any]:
    return {
        "employer": {"companyId": 880820673},
        "employee": {"inss": WORKERS[0]},
        "calendarYear": 2024,
        "extra": extra,
        "trainings": [],
    }


def test_a_json_body_carries_it(tmp_path: Path) -> None:
    profile = load(FOLDER)
    path = tmp_path / "in.json"
    path.write_text(json.dumps(body({NAME: "111111111"})))
    found = done(desk(profile, EMPLOYERS), read(path), by_columns=False)
    assert texts_sent(found, profile, tmp_path) == ["111111111"]
    assert notes(found)[0]["extra"] == {NAME: "111111111"}


@pytest.mark.parametrize(
    ("extra", "column"),
    [
        ({"NOSRegistrationNbr": "1"}, "extra.NOSRegistrationNbr"),
        ({NAME: ["1"]}, f"extra.{NAME}"),
        ({NAME: "12"}, f"extra.{NAME}"),
        ({}, f"extra.{NAME}"),
        ("111111111", "extra"),
    ],
)
def test_what_is_wrong_in_a_json_body_is_said_with_its_place(
    tmp_path: Path, extra: object, column: str
) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(body(extra)))
    found = done(desk(load(FOLDER)), read(path), by_columns=False)
    assert found.blocked == 1
    assert column in [each.source.column for each in found.anomalies if each.blocks]


def test_a_constant_of_the_binding_is_for_who_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "profiles" / "a" / "nested"
    folder.mkdir(parents=True)
    binding = (FOLDER / "binding.toml").read_text(encoding="utf-8")
    line = f'field = "extra.{NAME}"'
    (folder / "binding.toml").write_text(binding.replace(line, f'{line}, constant = "999999999"'))
    shipped = str(load("fla-20250131").folder)
    xsd = (FOLDER / "FlaWage.xsd").read_text(encoding="utf-8")
    (folder / "FlaWage.xsd").write_text(
        xsd.replace("../../../schemas/fla-20250131", shipped), encoding="utf-8"
    )
    profile = load(folder)
    for by_columns in (True, False):
        items = read(written(table(["111111111", None]), tmp_path / "in.csv"))
        found = done(desk(profile), items, by_columns=by_columns)
        assert texts_sent(found, profile, tmp_path) == ["111111111", "999999999"]
        found = done(desk(profile, EMPLOYERS), items, by_columns=by_columns)
        assert texts_sent(found, profile, tmp_path) == ["111111111", "222222222"]


@pytest.mark.parametrize("by_columns", [True, False])
def test_another_text_of_the_employer_is_another_declaration(
    tmp_path: Path, by_columns: bool
) -> None:
    profile = load(FOLDER)
    path = written(table([None]), tmp_path / "in.csv")
    bodies = [
        notes(
            done(
                desk(profile, {COMPANY: {f"extra.{NAME}": text}}), read(path), by_columns=by_columns
            )
        )
        for text in ("222222222", "222222222", "333333333")
    ]
    assert bodies[0] == bodies[1] != bodies[2]
