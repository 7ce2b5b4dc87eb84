"""Workbooks of real programs, and imitations of others: the same declarations from each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables.reading import read

CORPUS = Path(__file__).parent / "corpus"
PLAIN = [
    "openpyxl.xlsx",
    "xlsxwriter.xlsx",
    "xlsxwriter-1904.xlsx",
    "libreoffice.xlsx",
    "libreoffice.ods",
    "libreoffice.xls",
    "libreoffice-1904.ods",
    "imitation-excel-strict.xlsx",
    "imitation-openxml-sdk.xlsx",
    "imitation-google-sheets.xlsx",
    "imitation-numbers.xlsx",
]
SAID = {
    "openpyxl.xlsx": ["rows-above"],
    "libreoffice.xlsx": ["rows-above"],
    "libreoffice.ods": ["rows-above"],
    "libreoffice.xls": ["kinds-unknown"],
    "imitation-numbers.xlsx": ["rows-above"],
}


@pytest.mark.parametrize("name", PLAIN)
def test_every_program_writes_the_same(name: str) -> None:
    found = read(CORPUS / name)
    assert found.rules == SAID.get(name, [])
    hours = [
        (
            one["employer"]["companyId"],
            one["employee"]["inss"],
            one["trainings"][0]["trainingDenomination"],
            one["trainings"][0]["trainingLeadingToCertificate"],
            one["trainings"][0]["detailsPerPeriod"][0]["trainingStartDate"],
            one["trainings"][0]["detailsPerPeriod"][0]["trainingHours"],
        )
        for one in found.declarations
    ]
    assert hours == [
        ("0880820673", "81511716525", "Géographie", 1, "2024-02-01", 760),
        ("0880820673", "81061500131", "First aid", 1, "2024-03-04", 760),
        ("0880820673", "70081500504", "Excel", 2, "2024-05-06", 733),
    ]
    (receipt,) = found.receipts
    assert (receipt.rows, receipt.workers, receipt.employers) == (3, 3, 1)
    assert receipt.hours_centi == 2253


@pytest.mark.parametrize(
    ("name", "blocking"),
    [
        ("openpyxl-traits.xlsx", [("uncomputed-formula", 5, "trainingReferenceNbr")]),
        ("libreoffice-traits.ods", []),
        (
            "xlsxwriter-formulas.xlsx",
            [("uncomputed-zero", 2, "hours"), ("error-cell", 3, "trainingReferenceNbr")],
        ),
    ],
)
def test_what_holds_no_value_is_said(name: str, blocking: list[tuple[str, int, str]]) -> None:
    found = [one for one in read(CORPUS / name).anomalies if one.blocks]
    assert [(one.rule, one.source.row, one.source.column) for one in found] == blocking


@pytest.mark.parametrize("name", ["openpyxl-traits.xlsx", "libreoffice-traits.ods"])
def test_hidden_merged_and_total(name: str) -> None:
    found = read(CORPUS / name)
    said = [(one.rule, one.source.row, one.source.column) for one in found.anomalies]
    assert ("hidden-rows", 4, None) in said
    assert ("hidden-column", 1, "trainingReferenceNbr") in said
    assert ("total-row", 6, None) in said
    assert [one for one in said if one[0] == "merged-filled"] == [
        ("merged-filled", 3, column) for column in ("companyId", "inss", "calendarYear")
    ]
    assert [len(one["trainings"]) for one in found.declarations] == [2, 1, 1]
    assert found.receipts[0].hidden_rows == 1
