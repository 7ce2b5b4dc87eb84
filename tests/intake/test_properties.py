"""What must hold for any input: nothing crashes, and what is written reads back equal."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fla_batch.intake.headings import layout_of
from fla_batch.intake.json_zones import from_json
from fla_batch.intake.platform_answers import load_answer
from fla_batch.models import (
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.training_rights import RIGHT_MODELS
from fla_batch.models.zone import Zone, ZoneType
from fla_batch.tables.numbers import days_centi, hours_centi
from fla_batch.vocabulary.findings import Source
from fla_batch.vocabulary.terms import RightType

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

_NAMES = st.sampled_from(
    [
        "employer",
        "companyId",
        "employee",
        "inss",
        "calendarYear",
        "trainings",
        "trainingRights",
        "detailsPerPeriod",
        "legalFlaRight",
        "jointCommissionNbr",
        "flaDataDeclaration",
        "anomalies",
        "flaCreditCalculation",
        "legalFlaCredit",
        "legalFlaCreditPerYear",
        "label",
        "employees",
    ]
) | st.text(max_size=5)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)

TEXTS = st.text("abcÉé ;,\"'\n=|-#ß0189", min_size=3, max_size=20).map(lambda text: f"x{text}x")
DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))
CODES = st.integers(1, 2)


@st.composite
def periods(draw: st.DrawFn) -> DetailsPerPeriod:
    start, end = sorted((draw(DAYS), draw(DAYS)))
    in_days = draw(st.booleans())
    return DetailsPerPeriod(
        training_days=draw(st.integers(0, 20)) * 50 if in_days else None,
        training_hours=None if in_days else draw(st.integers(0, 5000)),
        training_start_date=start,
        training_end_date=end,
        training_status=draw(st.none() | CODES),
        training_type=draw(CODES),
        training_place=draw(st.none() | CODES),
        additional_information=draw(st.none() | TEXTS),
    )


@st.composite
def trainings(draw: st.DrawFn, number: int) -> Training:
    parts = tuple(draw(st.lists(periods(), min_size=1, max_size=3, unique=True)))
    return Training(
        training_sequence_nbr=number,
        training_denomination=draw(TEXTS),
        training_first_start_date=min(
            p.training_start_date for p in parts if p.training_start_date
        ),
        training_last_end_date=max(p.training_end_date for p in parts if p.training_end_date),
        training_reference_nbr=draw(st.none() | TEXTS),
        training_result=draw(CODES),
        training_leading_to_certificate=draw(CODES),
        certificate_validity_start_date=draw(st.none() | DAYS),
        scope=draw(CODES),
        details_per_period=parts,
    )


@st.composite
def heads(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Employer, employee and year of up to three declarations, all different."""
    people = draw(st.lists(st.integers(0, 10**11 - 1), min_size=1, max_size=3, unique=True))
    return [
        {
            "employer": Employer(
                company_id=f"{draw(st.integers(0, 10**10 - 1)):010d}",
                fla_importance_code=draw(st.none() | st.integers(1, 9)),
            ),
            "employee": Employee(inss=f"{person:011d}"),
            "calendar_year": 2024,
        }
        for person in people
    ]


@st.composite
def training_photos(draw: st.DrawFn) -> list[Declaration]:
    return [
        TrainingsDeclaration(
            **head,
            trainings=tuple(
                draw(trainings(number)) for number in range(1, draw(st.integers(2, 4)))
            ),
        )
        for head in draw(heads())
    ]


_COMMITTEES = st.sampled_from(["200", "149.02", "149.10", "202.01.01"])


@st.composite
def rights(draw: st.DrawFn, kind: RightType) -> Any:
    model = RIGHT_MODELS[kind]
    name = next(field for field in model.model_fields if field.endswith("_hours"))
    days = name.replace("_hours", "_days")
    in_days = draw(st.booleans())
    values: dict[str, Any] = {
        days if in_days else name: draw(st.integers(0, 60)) * 50,
        "working_regulations_registry_nbr": draw(st.none() | TEXTS),
        "joint_commission_nbr": draw(_COMMITTEES),
    }
    if kind is RightType.LEGAL:
        values["joint_commission_nbr"] = tuple(draw(st.lists(_COMMITTEES, min_size=1, max_size=3)))
    if kind is RightType.SECTOR:
        values["activity_code"] = draw(st.integers(0, 99999))
    return model(**values)


@st.composite
def right_photos(draw: st.DrawFn) -> list[Declaration]:
    return [
        TrainingRightsDeclaration(
            **head,
            training_rights=TrainingRights(
                legal_fla_right=draw(rights(RightType.LEGAL)),
                complementary_sector_right=tuple(
                    draw(st.lists(rights(RightType.SECTOR), max_size=2))
                ),
                complementary_employer_right=tuple(
                    draw(st.lists(rights(RightType.EMPLOYER), max_size=2))
                ),
            ),
        )
        for head in draw(heads())
    ]


def rows_of(declaration: Declaration) -> list[dict[str, Any]]:
    """The rows of a table that say the same as a declaration, with exact columns."""
    body = declaration.to_json()
    head = {**body["employer"], **body["employee"], "calendarYear": body["calendarYear"]}
    if isinstance(declaration, TrainingsDeclaration):
        return [
            head
            | {name: value for name, value in item.items() if name != "detailsPerPeriod"}
            | part
            for item in body["trainings"]
            for part in item["detailsPerPeriod"]
        ]
    return [
        head | right | {"jointCommissionNbr": _joined(right["jointCommissionNbr"])}
        for right in _blocks(body["trainingRights"])
    ]


def _blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = [("LEGAL", [body["legalFlaRight"]])]
    kinds += [("SECTOR", body.get("complementarySectorRight", []))]
    kinds += [("EMPLOYER", body.get("complementaryEmployerRight", []))]
    return [right | {"rightType": kind} for kind, found in kinds for right in found]


def _joined(committees: str | list[str]) -> str:
    return committees if isinstance(committees, str) else "|".join(committees)


def frame_of(declarations: list[Declaration]) -> pl.DataFrame:
    rows = [row for declaration in declarations for row in rows_of(declaration)]
    names = dict.fromkeys(name for row in rows for name in row)
    names |= dict.fromkeys(["trainingHours"] if "trainingType" in names else ["hours"])
    return pl.DataFrame(
        {
            name: [None if row.get(name) is None else str(row[name]) for row in rows]
            for name in names
        },
        schema=dict.fromkeys(names, pl.String),
    )


def write(declarations: list[Declaration], path: Path) -> None:
    if path.suffix == ".json":
        path.write_text(json.dumps([declaration.to_json() for declaration in declarations]))
    elif path.suffix == ".parquet":
        frame_of(declarations).write_parquet(path)
    elif path.suffix == ".xlsx":
        import xlsxwriter

        frame = frame_of(declarations)
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet()
        for i, row in enumerate([frame.columns, *frame.rows()]):
            for j, cell in enumerate(row):
                if cell is not None:
                    sheet.write_string(i, j, cell)
        book.close()
    else:
        frame_of(declarations).write_csv(path, separator=";")


@pytest.mark.parametrize("suffix", [".json", ".csv", ".xlsx", ".parquet"])
@quick
@given(declarations=training_photos() | right_photos())
def test_what_is_written_reads_back_equal(
    scratch: Path, read: Any, suffix: str, declarations: list[Declaration]
) -> None:
    path = scratch / f"back{suffix}"
    write(declarations, path)
    found = read(path)
    assert [anomaly for anomaly in found.anomalies if anomaly.blocks] == []
    assert found.declarations == declarations


@quick
@given(declarations=training_photos(), data=st.data())
def test_every_value_leads_back_to_its_row(
    scratch: Path, read: Any, declarations: list[Declaration], data: st.DataObject
) -> None:
    path = scratch / "origin.parquet"
    frame = frame_of(declarations)
    frame.write_parquet(path)
    entry = data.draw(st.sampled_from(read(path).entries))
    index = data.draw(st.integers(0, len(entry.declaration.trainings) - 1))
    parts = entry.declaration.trainings[index].details_per_period
    number = data.draw(st.integers(0, len(parts) - 1))
    place = entry.origin.source_of(
        ("trainings", index, "detailsPerPeriod", number, "trainingStartDate")
    )
    cell = frame["trainingStartDate"][place.row - 1]
    assert cell == parts[number].training_start_date.isoformat()


@pytest.mark.parametrize("suffix", [".json", ".csv", ".xlsx", ".parquet", ".txt", ".odd"])
@quick
@given(content=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode()))
def test_random_bytes_never_crash(scratch: Path, read: Any, suffix: str, content: bytes) -> None:
    path = scratch / f"random{suffix}"
    path.write_bytes(content)
    found = read(path)
    assert found.entries or found.loose


@quick
@given(content=st.text('a;,"\n\r #=é', max_size=80))
def test_random_rows_never_crash(scratch: Path, read: Any, content: str) -> None:
    heading = "companyId;inss;calendarYear;rightType;hours;jointCommissionNbr\n"
    path = scratch / "rows.csv"
    path.write_text(heading + content, encoding="utf-8", newline="")
    found = read(path)
    assert found.entries or found.loose


@quick
@given(start=st.integers(0, 3000), noise=st.binary(min_size=1, max_size=20))
@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_damaged_files_never_crash(
    scratch: Path, read: Any, suffix: str, start: int, noise: bytes
) -> None:
    good = scratch / f"good{suffix}"
    if not good.exists():
        person = TrainingsDeclaration(
            employer=Employer(company_id="0880820673"),
            employee=Employee(inss="81511716525"),
            calendar_year=2024,
            trainings=(Training(details_per_period=(DetailsPerPeriod(training_type=1),)),),
        )
        write([person], good)
    content = bytearray(good.read_bytes())
    start %= len(content)
    content[start : start + len(noise)] = noise
    path = scratch / f"damaged{suffix}"
    path.write_bytes(content)
    read(path)


@quick
@given(value=JSON_VALUES)
def test_any_json_value_is_read(scratch: Path, read: Any, value: object) -> None:
    path = scratch / "any.json"
    text = json.dumps(value)
    path.write_text(text)
    found = read(path)
    assert found.entries or found.loose
    load_answer(text)


@given(value=JSON_VALUES, kind=st.sampled_from(ZoneType), many=st.integers(1, 2))
def test_any_value_for_any_zone(value: object, kind: ZoneType, many: int) -> None:
    from_json(Zone("X", kind, many=many), value)


@given(minutes=st.integers(0, 60 * 1000))
def test_clock_and_decimal_hours_agree(minutes: int) -> None:
    hours, rest = divmod(minutes, 60)
    for mark in (":", "h"):
        found = hours_centi(f"{hours}{mark}{rest:02d}")
        assert isinstance(found, int)
        assert abs(found - minutes * 100 / 60) <= 0.5


@given(centi=st.integers(-(10**6), 10**7))
def test_hundredths_round_trip(centi: int) -> None:
    sign, rest = ("-", -centi) if centi < 0 else ("", centi)
    for point in (".", ","):
        text = f"{sign}{rest // 100}{point}{rest % 100:02d}"
        assert hours_centi(text) == centi
        assert days_centi(text) == centi


@given(headings=st.lists(st.text(max_size=10) | st.sampled_from(["inss", "hours", "scope"])))
def test_any_headings(headings: list[str]) -> None:
    layout_of(headings, Source("any.csv", 1))
