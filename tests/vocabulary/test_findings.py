"""Anomalies as values."""

from __future__ import annotations

import json

import pytest

from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, Labels, Source, blocking, summary
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin, Language

FULL = Anomaly(
    anomaly_class="B",
    error_id="TrainingHours-008",
    label=Labels("Training hours", "Heures de formation", "Opleidingsuren"),
    rule="bounds",
    tag="TrainingHours",
    path="trainings[0].detailsPerPeriod[0].trainingHours",
    value="1560001",
    advice=Labels("Correct it.", "Corrigez.", "Verbeter."),
    company_id="0880820673",
    inss="81511716525",
    calendar_year=2024,
    source=Source("2024.csv", 7, "trainingHours"),
)


def test_the_shape_of_json_is_fixed() -> None:
    assert json.loads(json.dumps(FULL.to_json())) == {
        "class": "B",
        "error_id": "TrainingHours-008",
        "rule": "bounds",
        "tag": "TrainingHours",
        "path": "trainings[0].detailsPerPeriod[0].trainingHours",
        "value": "1560001",
        "label": {"en": "Training hours", "fr": "Heures de formation", "nl": "Opleidingsuren"},
        "advice": {"en": "Correct it.", "fr": "Corrigez.", "nl": "Verbeter."},
        "company_id": "0880820673",
        "inss": "81511716525",
        "calendar_year": 2024,
        "source": {"file": "2024.csv", "sheet": None, "row": 7, "column": "trainingHours"},
        "origin": "local",
    }


def test_unknown_parts_are_null_and_never_left_out() -> None:
    remote = Anomaly(AnomalyClass.WARNING, "XYZ-999", origin=AnomalyOrigin.REMOTE).to_json()
    assert remote.keys() == FULL.to_json().keys()
    assert remote["source"] == {"file": None, "sheet": None, "row": None, "column": None}
    assert remote["label"] == {"en": None, "fr": None, "nl": None}
    assert (remote["class"], remote["rule"], remote["origin"]) == ("W", None, "remote")


@pytest.mark.parametrize("anomaly_class", AnomalyClass)
def test_only_class_b_blocks(anomaly_class: AnomalyClass) -> None:
    for spelled in (anomaly_class, anomaly_class.value):
        assert Anomaly(spelled, "X-001").blocks == (anomaly_class.value == "B")


def test_a_class_that_nobody_knows_does_not_block() -> None:
    assert not Anomaly("Z", "X-001").blocks


def test_summary_counts() -> None:
    warning = Anomaly("W", "X-001")
    told = summary(iter([FULL, warning, FULL]))
    assert (told["blocking"], told["warnings"]) == (2, 1)
    assert [each["class"] for each in told["anomalies"]] == ["B", "W", "B"]
    assert blocking([warning, FULL]) == [FULL]
    assert summary([]) == {"anomalies": [], **AnomalyCounts(0, 0)._asdict()}
    told = summary([FULL, warning, Anomaly("NB", "X-000"), Anomaly("Z", "X-001")])
    assert (told["blocking"], told["warnings"], told["information"]) == (1, 1, 2)


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (Labels("a", "b", "c"), ["a", "b", "c"]),
        (Labels(en="a"), ["a", "a", "a"]),
        (Labels(nl="c"), ["c", "c", "c"]),
        (Labels(fr="b", nl="c"), ["b", "b", "c"]),
        (Labels(en="", fr="b"), ["b", "b", "b"]),
        (Labels(), ["", "", ""]),
    ],
)
def test_a_language_that_is_missing_falls_back(labels: Labels, shown: list[str]) -> None:
    assert [labels.text(language) for language in Language] == shown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (Source("a.csv", 7, "hours"), "a.csv, row 7, column hours"),
        (Source("a.json", 1), "a.json, row 1"),
        (Source(row=0), "row 0"),
        (Source(), ""),
    ],
)
def test_where_it_stood(source: Source, text: str) -> None:
    assert str(source) == text


def test_at_moves_only_the_source() -> None:
    moved = FULL.at(Source("b.csv", 1))
    assert moved.source == Source("b.csv", 1)
    assert moved.at(FULL.source) == FULL
