"""Templates: untouched they declare nothing; filled in they read back."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fla_batch.intake.template import write_template
from fla_batch.models import (
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.vocabulary.errors import DiskTrouble, UsageMistake
from fla_batch.vocabulary.terms import FormKind, Language

KINDS = [FormKind.TRAININGS, FormKind.TRAINING_RIGHTS]
_HEADS: dict[str, Any] = {
    "employer": Employer(company_id="0880820673"),
    "employee": Employee(inss="81511716525"),
    "calendar_year": 2024,
}
EXAMPLES: dict[FormKind, Declaration] = {
    FormKind.TRAININGS: TrainingsDeclaration(
        **_HEADS,
        trainings=(
            Training(
                training_sequence_nbr=1,
                training_denomination="webmaster",
                training_first_start_date=date(2024, 2, 1),
                training_last_end_date=date(2024, 2, 5),
                training_result=1,
                training_leading_to_certificate=1,
                scope=1,
                details_per_period=(
                    DetailsPerPeriod(
                        training_hours=760,
                        training_start_date=date(2024, 2, 1),
                        training_end_date=date(2024, 2, 5),
                        training_status=1,
                        training_type=1,
                        training_place=3,
                    ),
                ),
            ),
        ),
    ),
    FormKind.TRAINING_RIGHTS: TrainingRightsDeclaration(
        **_HEADS,
        training_rights=TrainingRights(
            complementary_sector_right=(
                ComplementarySectorRight(
                    complementary_sector_right_hours=4000,
                    working_regulations_registry_nbr="181682/CO/200",
                    joint_commission_nbr="202.01",
                    activity_code=228,
                ),
            )
        ),
    ),
}


def uncomment(path: Path) -> None:
    """Make a row of the example, as a person who fills it in."""
    if path.suffix == ".csv":
        path.write_bytes(path.read_bytes().replace(b"# ", b""))
        return
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"# 0880820673", b"0880820673"))
    path.write_bytes(content.getvalue())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_untouched_and_filled_in(
    tmp_path: Path, read: Any, kind: FormKind, language: Language, suffix: str
) -> None:
    path = tmp_path / f"template{suffix}"
    write_template(kind, path, language)
    untouched = read(path)
    assert untouched.entries == []
    assert [anomaly.rule for anomaly in untouched.loose] == ["nothing-declared"]
    assert not untouched.loose[0].blocks
    uncomment(path)
    filled = read(path)
    assert filled.anomalies == []
    assert filled.declarations == [EXAMPLES[kind]]


def test_excel_keeps_zeros_and_offers_lists(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(FormKind.TRAININGS, path, Language.NL)
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        texts = parts.read("xl/sharedStrings.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
        comments = parts.read("xl/comments1.xml").decode()
    assert 'state="frozen"' in sheet
    assert sheet.count("<dataValidation ") == 8
    assert "1 - geslaagd" in texts
    assert 'formatCode="@"' in styles
    assert "verplicht" in comments


def test_csv_opens_in_excel(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    write_template(FormKind.TRAINING_RIGHTS, path, Language.EN)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    headings = next(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert headings[:3] == ["companyId", "inss", "calendarYear"]
    assert {"rightType", "hours", "days", "jointCommissionNbr", "activityCode"} <= set(headings)
    assert "source" not in headings


def test_a_template_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("my data")
    with pytest.raises(UsageMistake, match="exists already"):
        write_template(FormKind.TRAININGS, path, Language.EN)
    assert path.read_text() == "my data"


@pytest.mark.parametrize("kind", [FormKind.ASK_CREDIT])
def test_no_template_for_questions(tmp_path: Path, kind: FormKind) -> None:
    with pytest.raises(UsageMistake, match="no template"):
        write_template(kind, tmp_path / "a.csv", Language.EN)


def test_other_endings(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="\\.xlsx or \\.csv"):
        write_template(FormKind.TRAININGS, tmp_path / "a.ods", Language.EN)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble):
        write_template(FormKind.TRAININGS, tmp_path / "absent" / "a.csv", Language.EN)


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        (Language.EN, ["companyId", "inss", "calendarYear"]),
        (Language.FR, ["Numéro d'entreprise", "Numéro NISS", "Année civile"]),
        (Language.NL, ["Ondernemingsnummer", "INSZ-nummer", "Kalenderjaar"]),
    ],
)
def test_headings_in_the_language(tmp_path: Path, language: Language, headings: list[str]) -> None:
    path = tmp_path / "template.csv"
    write_template(FormKind.TRAININGS, path, language)
    written = next(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert written[:3] == headings
