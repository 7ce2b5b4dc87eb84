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
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.terms import FormKind, Language
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


def in_french(labels: Labels) -> str:
    return labels.text(Language.FR)


def test_the_draft_speaks_to_who_reads_it(training: Cells, csv_file: Write) -> None:
    """It showed Python's own way to write a label, and English to everybody."""
    training["NISS"] = training.pop("inss")
    del training["scope"]
    text = columns_draft(csv_file(training), TableChoice(), in_french)
    assert "Labels(" not in text
    assert '# scope = ""  # 1 dans le champ du FLA, 2 hors du champ du FLA' in text
    assert '"NISS" = "inss"  # connu sans correspondance' in text
    assert text.startswith("# Proposé d'après ")


def test_the_draft_is_a_mapping(training: Cells, csv_file: Write, tmp_path: Path) -> None:
    plain = read(csv_file(training)).declarations
    training["NISS"] = training.pop("inss")
    training["trainingPlaec"] = training.pop("scope")
    training["Nom"] = "Dupont"
    path = csv_file(training)
    text = columns_draft(path, TableChoice(), in_french)
    assert 'ignore = ["Nom"]' in text
    assert '"NISS" = "inss"' in text
    assert '"trainingPlaec" = "trainingPlace"' in text
    how = mapping(tmp_path, text.replace('= "trainingPlace"', '= "scope"'))
    assert read(path, how=how).declarations == plain


def test_the_draft_offers_constants_for_what_the_table_lacks(
    training: Cells, csv_file: Write, tmp_path: Path
) -> None:
    """A sheet of one's own hardly ever has a column that says whether it is in scope."""
    given = {name: cell for name, cell in training.items() if name not in ("scope", "trainingType")}
    path = csv_file(given)
    text = columns_draft(path, TableChoice(), in_french)
    offered = text.partition("[constants]\n")[2].splitlines()
    assert [line.split("=")[0].strip() for line in offered] == ["# scope", "# trainingType"]
    for line in offered:
        name = line.split()[1]
        text = text.replace(line, f'{name} = "1"')
    assert not [each for each in read(path, how=mapping(tmp_path, text)).anomalies if each.blocks]


@pytest.mark.parametrize(
    ("column", "texts", "code"),
    [
        ("scope", ["oui", "Ja", "dans le périmètre", "binnen het toepassingsgebied"], 1),
        ("scope", ["non", "neen", "hors du périmètre", "buiten het toepassingsgebied"], 2),
        ("trainingPlace", ["interne", "Intern", "en interne"], 1),
        ("trainingPlace", ["externe", "Extern", "buitenshuis"], 2),
        ("trainingPlace", ["en ligne", "online", "E-learning"], 3),
        ("trainingType", ["formelle", "formeel", "Formele opleiding"], 1),
    ],
)
def test_words_that_people_write_for_codes(
    training: Cells, csv_file: Write, column: str, texts: list[str], code: int
) -> None:
    for text in texts:
        found = read(csv_file(training | {column: text}))
        (one,) = found.declarations[0]["trainings"]
        zones = {**one, **one["detailsPerPeriod"][0]}
        assert zones[column] == code, text
