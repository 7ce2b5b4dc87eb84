"""Headings as people write them: in three languages, and by a mapping of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fla_batch.commands.columns_draft import columns_draft
from fla_batch.intake import ReadingChoice
from fla_batch.intake.heading_words import KINDS, column_names, known_headings
from fla_batch.intake.zone_columns import columns_of
from fla_batch.tables.codes import bare_words
from fla_batch.tables.column_mapping import read_mapping
from fla_batch.tables.table import TableChoice
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.terms import FormKind
from tests.tables.reading import read

Cells = dict[str, str]
Write = Callable[..., Path]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_labels_of_the_zones_are_headings(
    training: Cells, csv_file: Write, language: str
) -> None:
    plain = read(csv_file(training)).declarations
    columns = columns_of(FormKind.TRAININGS)
    labels = {
        str(getattr(catalogue.zone_label(columns[name].zone.label), language)): cell
        for name, cell in training.items()
    }
    assert read(csv_file(labels)).declarations == plain


@pytest.mark.parametrize("kind", KINDS)
def test_every_label_means_its_own_column(kind: FormKind) -> None:
    for name, column in columns_of(kind).items():
        label = catalogue.zone_label(column.zone.label)
        for text in (label.en, label.fr, label.nl):
            meant = known_headings(kind).by_words[bare_words(str(text))]
            # The friendly columns of rights share the zone of the legal right.
            assert meant.zone.label == column.zone.label, (name, text)


def test_hours_under_their_label_are_hours(training: Cells, csv_file: Write) -> None:
    """In hundredths they stand only under the exact name: 38 hours never become 0.38."""
    del training["hours"]
    found = read(csv_file(training | {"Heures de formation": "38"}))
    period = found.declarations[0]["trainings"][0]["detailsPerPeriod"][0]
    assert period["trainingHours"] == 3800


def mapping(folder: Path, text: str) -> ReadingChoice:
    path = folder / "columns.toml"
    path.write_text(text, encoding="utf-8-sig")
    return ReadingChoice(mapping=read_mapping(path, column_names()))


def test_a_mapping_of_ones_own(training: Cells, csv_file: Write, tmp_path: Path) -> None:
    plain = read(csv_file(training)).declarations
    del training["companyId"], training["trainingDenomination"]
    training |= {"Stage": "webmaster", "trainingResult": "top", "Nom": "Dupont"}
    how = mapping(
        tmp_path,
        """
        ignore = ["nom"]
        [columns]
        "Stage" = "trainingDenomination"
        [values.trainingResult]
        "Top" = 1
        [constants]
        companyId = "0880820673"
        """,
    )
    found = read(csv_file(training), how=how)
    assert found.declarations == plain
    assert "ignored-column" not in found.rules
    assert found.receipts[0].ignored_columns == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ignor = []", "unknown key ignor"),
        ('[columns]\n"A" = "trainingPlaec"', "trainingPlaec"),
        ('[constants]\ncompany = "1"', "company"),
        ("[values]\ntrainingResult = 1", "words and codes"),
        ("ignore = 3", "list"),
        ("[columns", "not TOML"),
    ],
)
def test_a_mapping_that_is_not_right(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigurationMistake, match=words):
        mapping(tmp_path, text)


def test_the_draft_is_a_mapping(training: Cells, csv_file: Write, tmp_path: Path) -> None:
    plain = read(csv_file(training)).declarations
    training["NISS"] = training.pop("inss")
    training["trainingPlaec"] = training.pop("scope")
    training["Nom"] = "Dupont"
    path = csv_file(training)
    text = columns_draft(path, TableChoice())
    assert 'ignore = ["Nom"]' in text
    assert '"NISS" = "inss"' in text
    assert '"trainingPlaec" = "trainingPlace"' in text
    how = mapping(tmp_path, text.replace('= "trainingPlace"', '= "scope"'))
    assert read(path, how=how).declarations == plain
