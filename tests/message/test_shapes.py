"""Every shape is drafted, checks clean, is valid for three engines and reads back equal."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xmlschema

from fla_batch.batching.column_forms import ColumnForms
from fla_batch.batching.form_maker import FormMaker
from fla_batch.message import FormReader, MessageShape, Profile, load
from fla_batch.message.conformity import ProfileVerdict, differences, examined
from fla_batch.message.conformity_samples import Comparison, extra_texts, sample_forms
from fla_batch.message.draft_text import draft_profile
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.message.templates import MessageFacts
from fla_batch.message.validation import validate_message
from fla_batch.message.writer import MessageWriter
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.models.column_values import Blocks
from fla_batch.models.form import Form
from fla_batch.rules import RuleContext
from fla_batch.system import xmlsafe
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.system.profile_record import require_clean, schemas_folder
from fla_batch.vocabulary.terms import FormKind, Verdict
from tests.message.profiles import PROFILES
from tests.message.shapes import ANSWER, ENVELOPE, SHAPES, written

DAY = date(2025, 3, 1)
FOLDERS = {
    **PROFILES,
    **{
        name: Path(__file__).parents[1] / "profiles" / name
        for name in ("nested", "attributes", "per-kind")
    },
    "fla-generic": schemas_folder() / "fla-generic",
}


def drafted(name: str, tmp_path: Path) -> Profile:
    schemas = written(name, tmp_path / "received")
    made = draft_profile(schemas, tmp_path / "received" / ANSWER, tmp_path / name)
    return load(made.folder)


def message(profile: Profile, shape: MessageShape, folder: Path) -> tuple[Path, list[Form]]:
    forms = list(sample_forms(profile, shape, ProfileLimits.of(profile)))
    writer = MessageWriter(shape, facts=MessageFacts(DAY), extras=extra_texts(shape, forms))
    path = folder / f"{shape.root}.xml"
    path.write_bytes(b"".join(writer.message(forms)))
    return path, forms


def xmllint(shape: MessageShape, path: Path) -> bool:
    schema = shape.schema
    if shape.driver:
        schema = path.parent / "driver.xsd"
        schema.write_text(shape.driver, encoding="utf-8")
    command = ["xmllint", "--noout", "--nonet", "--schema", str(schema), str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def other_engine(shape: MessageShape, path: Path) -> bool:
    return bool(xmlschema.XMLSchema(shape.driver or str(shape.schema)).is_valid(str(path)))


def holds(profile: Profile, folder: Path) -> None:
    """What clean means, for each message of the profile."""
    for shape in profile.messages:
        path, forms = message(profile, shape, folder)
        assert forms
        assert SchemaValidator(profile, shape).check(path).verdict is Verdict.VALID
        assert xmllint(shape, path)
        assert other_engine(shape, path)
        reader, comparison = FormReader(profile, shape), Comparison(profile, shape)
        found = [reader.read(each) for each in xmlsafe.children(path, shape.form, root=shape.root)]
        assert len(found) == len(forms)
        for form, (again, reading) in zip(forms, found, strict=True):
            assert not reading.unreadable
            assert not reading.unknown
            assert comparison.flat(form) == comparison.flat(again)
        broken = path.with_suffix(".broken")
        broken.write_bytes(path.read_bytes().replace(b"88082067", b"x", 1))
        verdicts = {
            SchemaValidator(profile, shape).check(broken).verdict is Verdict.VALID,
            xmllint(shape, broken),
            other_engine(shape, broken),
        }
        assert len(verdicts) == 1


@pytest.mark.parametrize("name", [*SHAPES, ENVELOPE])
def test_a_shape_is_reached_by_its_draft_alone(name: str, tmp_path: Path) -> None:
    profile = drafted(name, tmp_path)
    found = examined(profile)
    assert found.verdict is ProfileVerdict.CLEAN, found.differences
    holds(profile, tmp_path)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_profile_is_clean_and_its_record_is_of_its_files(name: str, tmp_path: Path) -> None:
    profile = load(FOLDERS[name])
    assert not [each for each in differences(profile) if each.breaks]
    require_clean(FOLDERS[name])
    holds(profile, tmp_path)


@pytest.mark.parametrize("name", FOLDERS)
def test_columns_write_the_same_bytes_and_clear_the_same_forms(name: str, tmp_path: Path) -> None:
    columns_agree(load(FOLDERS[name]), tmp_path)


def columns_agree(profile: Profile, tmp_path: Path) -> None:
    """By models and by columns; by skeletons and form by form."""
    shape = profile.shapes[FormKind.TRAININGS]
    maker = FormMaker(profile, "RUN0RUN0", datetime(2025, 3, 1, 10, tzinfo=UTC))
    rows: list[dict[str, Any]] = [
        {"companyId": "0880820673", "inss": "81511716525", "calendarYear": 2024, "language": 2},
        {"companyId": "0200065765", "inss": "81511716525", "calendarYear": 2024, "language": None},
    ]
    frame = pl.DataFrame(rows)
    zones = {"0880820673": {"extra.NOSSRegistrationNbr": "123456789"}}
    numbers = pl.Series([1, 2])
    columns = ColumnForms(maker, profile.shapes, zones)
    assert columns.fits(FormKind.TRAININGS)
    made = columns.spooled(FormKind.TRAININGS, Blocks(frame), numbers)
    forms = [maker.form(body, n) for n, body in enumerate(_bodies(rows), 1)]
    writer = MessageWriter(shape, facts=MessageFacts(DAY), extras=zones)
    assert [each.content for each in made] == [writer.form(form) for form in forms]
    path, _ = message(profile, shape, tmp_path)
    anomalies = AnomalySpool()
    result = validate_message(path, profile, RuleContext(today=date(2100, 1, 1)), anomalies)
    assert result.check.verdict is Verdict.VALID


def _bodies(rows: list[dict[str, Any]]) -> list[Any]:
    from fla_batch.models import Employee, Employer, TrainingsDeclaration

    return [
        TrainingsDeclaration(
            employer=Employer(company_id=row["companyId"]),
            employee=Employee(inss=row["inss"], language=row["language"]),
            calendar_year=row["calendarYear"],
        )
        for row in rows
    ]
