"""Anomaly reports become anomalies of the same shape as local ones."""

from __future__ import annotations

from typing import Any

import pytest

from fla_batch.answers.notification import AnomalyLocation, AnomalyReport, NotificationForm
from fla_batch.answers.remote_anomalies import anomalies_of
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import AnomalyOrigin
from tests.answers import messages


def form_with(*reports: AnomalyReport, **changes: Any) -> NotificationForm:
    return messages.notification_form(anomaly_reports=reports, **changes)


def single(report: AnomalyReport, **changes: Any) -> Anomaly:
    (anomaly,) = anomalies_of(form_with(report, **changes))
    return anomaly


def test_every_part_of_a_report_finds_its_place() -> None:
    report = AnomalyReport(
        "00024-152",
        "INSS",
        "81511716525",
        "B",
        "Insz-nummer - Geen arbeidsrelatie op die datum of periode (1)",
        location=AnomalyLocation("12", "3", "1,1,7,2"),
        path=(("CompanyID", "880820673"), ("INSS", "81511716525"), ("CalendarYear", "2024")),
    )
    assert list(anomalies_of(form_with(report))) == [
        Anomaly(
            "B",
            "00024-152",
            label=Labels(
                en="National number (INSS) - No employment relation on that date or period",
                fr="Numéro NISS - Pas de relation de travail à cette date ou période",
                nl="Insz-nummer - Geen arbeidsrelatie op die datum of periode (1)",
            ),
            tag="INSS",
            path="1,1,7,2, line 12, column 3",
            value="81511716525",
            company_id="0880820673",
            inss="81511716525",
            calendar_year=2024,
            origin=AnomalyOrigin.REMOTE,
        )
    ]


def test_without_a_language_the_platforms_label_stands_for_all() -> None:
    anomaly = single(AnomalyReport("00024-152", anomaly_label="Pas de relation"))
    assert anomaly.label == Labels(*["Pas de relation"] * 3)


def test_an_unknown_id_is_kept_with_the_platforms_label_in_every_language() -> None:
    report = AnomalyReport("QQ999-777", anomaly_label="Something new")
    (anomaly,) = anomalies_of(form_with(report))
    assert anomaly.error_id == "QQ999-777"
    assert anomaly.label == Labels(*["Something new"] * 3)


def test_without_a_label_the_catalogue_speaks_or_nobody() -> None:
    assert single(AnomalyReport("00014-017")).label.nl == (
        "Ondernemingsnummer - Werkgever niet aanwezig in het repertorium"
    )
    assert single(AnomalyReport("QQ999-777")).label == Labels()


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (None, None),
        (AnomalyLocation(), None),
        (AnomalyLocation(location="1,2"), "1,2"),
        (AnomalyLocation(line_nbr="4"), "line 4"),
    ],
)
def test_the_place_is_as_much_as_is_known(
    location: AnomalyLocation | None, path: str | None
) -> None:
    assert single(AnomalyReport("00014-017", location=location)).path == path


def test_what_the_path_leaves_out_comes_from_the_form() -> None:
    reports = (
        AnomalyReport("00014-017", path=(("INSS", "70081500504"),)),
        AnomalyReport("00014-017"),
    )
    form = form_with(*reports, company_id="0880820673", inss="81511716525")
    found = [
        (anomaly.company_id, anomaly.inss, anomaly.calendar_year) for anomaly in anomalies_of(form)
    ]
    assert found == [
        ("0880820673", "70081500504", None),
        ("0880820673", "81511716525", None),
    ]


@pytest.mark.parametrize(
    ("quarter", "year"),
    [("20251", 2025), (None, None), ("now", None), ("\u0662\u0660\u0662\u0665", None)],
)
def test_the_concerned_quarter_gives_the_year(quarter: str | None, year: int | None) -> None:
    anomaly = single(AnomalyReport("00014-017"), concerned_quarter=quarter)
    assert anomaly.calendar_year == year


@pytest.mark.parametrize(
    ("anomaly_class", "result_code", "shown", "blocks"),
    [
        ("B", "1", "B", True),
        ("NB", "0", "NB", False),
        (None, "0", "B", True),
        (None, "3", "B", True),
        (None, "1", "W", False),
        ("ZZ", "1", "ZZ", False),
    ],
)
def test_the_class_is_kept_and_a_missing_one_follows_the_verdict(
    anomaly_class: str | None, result_code: str, shown: str, blocks: bool
) -> None:
    report = AnomalyReport("00014-017", anomaly_class=anomaly_class)
    anomaly = single(report, result_code=result_code)
    assert (anomaly.anomaly_class, anomaly.blocks) == (shown, blocks)


def test_a_report_without_an_id_is_still_an_anomaly() -> None:
    assert single(AnomalyReport(None, anomaly_label="Odd")).label.en == "Odd"
