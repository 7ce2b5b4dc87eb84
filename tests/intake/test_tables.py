"""Tables of trainings and rights: what is read, and where each value came from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fla_batch.models import TrainingRightsDeclaration, TrainingsDeclaration

Cells = dict[str, str]
Write = Callable[..., Path]


def photo(found: Any) -> TrainingsDeclaration:
    (declaration,) = found.declarations
    assert isinstance(declaration, TrainingsDeclaration)
    return declaration


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_as_spreadsheets_write_it(
    training: Cells, tmp_path: Path, read: Any, separator: str, encoding: str
) -> None:
    training["trainingDenomination"] = "Géographie"
    path = tmp_path / "input.csv"
    lines = [separator.join(training), separator.join(training.values())]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    found = read(path)
    assert found.anomalies == []
    assert photo(found).trainings[0].training_denomination == "Géographie"


def test_headings_in_any_case_and_with_blanks(training: Cells, csv_file: Write, read: Any) -> None:
    shouted = {f" {name.upper()} ": value for name, value in training.items()}
    found = read(csv_file(shouted))
    assert found.declarations == read(csv_file(training)).declarations
    (entry,) = found.entries
    path = ("trainings", 0, "detailsPerPeriod", 0, "trainingHours")
    assert entry.origin.source_of(path).column == "HOURS"


@pytest.mark.parametrize("hours", ["7.6", "7,6", "7:36", "7h36", " 7.60 ", "7 h 36"])
def test_notations_of_hours(training: Cells, csv_file: Write, read: Any, hours: str) -> None:
    training["hours"] = hours
    assert photo(read(csv_file(training))).trainings[0].details_per_period[0].training_hours == 760


def test_exact_columns_hold_hundredths(training: Cells, csv_file: Write, read: Any) -> None:
    del training["hours"]
    training |= {"trainingHours": "760", "days": "0,5"}
    (period,) = photo(read(csv_file(training))).trainings[0].details_per_period
    assert (period.training_hours, period.training_days) == (760, 50)  # the rules refuse both


def test_day_comes_first(training: Cells, csv_file: Write, read: Any) -> None:
    training |= {"trainingStartDate": "1/2/2024", "trainingEndDate": "05/02/2024"}
    (period,) = photo(read(csv_file(training))).trainings[0].details_per_period
    assert (period.training_start_date, period.training_end_date) == (
        date(2024, 2, 1),
        date(2024, 2, 5),
    )


def test_short_numbers_are_padded(training: Cells, csv_file: Write, read: Any) -> None:
    training |= {"companyId": "880820673", "inss": "1010100166"}
    declaration = photo(read(csv_file(training)))
    assert declaration.key[:2] == ("0880820673", "01010100166")


def test_a_cell_with_a_line_end_keeps_rows_true(
    training: Cells, csv_file: Write, read: Any
) -> None:
    first = training | {"trainingDenomination": '"two\nlines; and ""quotes"""'}
    second = training | {"trainingDenomination": "other", "hours": "x"}
    found = read(csv_file(first, second))
    assert photo(found).trainings[0].training_denomination == 'two\nlines; and "quotes"'
    assert (found.only().source.row, found.only().source.column) == (3, "hours")


def test_what_looks_like_a_formula_is_text(training: Cells, csv_file: Write, read: Any) -> None:
    training["trainingDenomination"] = "=cmd|' /C calc'!A0"
    declaration = photo(read(csv_file(training)))
    assert declaration.trainings[0].training_denomination == "=cmd|' /C calc'!A0"


def test_rows_of_one_key_anywhere_make_one_photo(
    training: Cells, csv_file: Write, read: Any
) -> None:
    other = training | {"inss": "70081500504"}
    later = training | {"inss": "81.51.17-165.25", "trainingDenomination": "later"}
    found = read(csv_file(training, other, {}, later))
    assert [declaration.employee.inss for declaration in found.declarations] == [
        "81511716525",
        "70081500504",
    ]
    first = found.entries[0]
    assert isinstance(first.declaration, TrainingsDeclaration)
    names = [item.training_denomination for item in first.declaration.trainings]
    assert names == ["webmaster", "later"]
    assert first.origin.source_of(("trainings", 1, "scope")).row == 5


def test_sequence_numbers_join_periods(training: Cells, csv_file: Write, read: Any) -> None:
    rows = [training | {"trainingSequenceNbr": number} for number in ("7", "2", "7")]
    rows[2] |= {"trainingStartDate": "2024-03-01", "trainingEndDate": "2024-03-02"}
    found = read(csv_file(*rows))
    first, second = photo(found).trainings
    assert (first.training_sequence_nbr, second.training_sequence_nbr) == (7, 2)
    assert len(first.details_per_period) == 2
    assert first.training_first_start_date == date(2024, 2, 1)
    assert first.training_last_end_date == date(2024, 3, 2)
    path = ("trainings", 0, "detailsPerPeriod", 1, "trainingStartDate")
    assert found.entries[0].origin.source_of(path).row == 4


def test_references_join_periods_and_numbers_are_given(
    training: Cells, csv_file: Write, read: Any
) -> None:
    rows = [
        training | {"trainingSequenceNbr": "1"},
        training | {"trainingReferenceNbr": "A", "trainingEndDate": "2024-02-02"},
        training | {"trainingReferenceNbr": "A"},
        training | {"trainingDenomination": "third"},
    ]
    trainings = photo(read(csv_file(*rows))).trainings
    assert [item.training_sequence_nbr for item in trainings] == [1, 2, 3]
    assert [len(item.details_per_period) for item in trainings] == [1, 2, 1]


def test_denomination_and_dates_join_periods(training: Cells, csv_file: Write, read: Any) -> None:
    whole = {"trainingFirstStartDate": "2024-02-01", "trainingLastEndDate": "2024-04-01"}
    rows = [
        training | whole,
        training | whole | {"trainingStartDate": "2024-04-01", "trainingEndDate": "2024-04-01"},
        training | {"trainingStartDate": "2024-05-01", "trainingEndDate": "2024-05-01"},
    ]
    trainings = photo(read(csv_file(*rows))).trainings
    assert [len(item.details_per_period) for item in trainings] == [2, 1]


def test_order_of_rows_changes_only_order(training: Cells, csv_file: Write, read: Any) -> None:
    rows = [
        training
        | {
            "trainingSequenceNbr": "1",
            "trainingStartDate": f"2024-02-0{day}",
            "trainingEndDate": f"2024-02-0{day}",
        }
        for day in (1, 2, 3)
    ]
    (there,) = photo(read(csv_file(*rows))).trainings
    (back,) = photo(read(csv_file(*reversed(rows)))).trainings
    assert back.details_per_period == there.details_per_period[::-1]
    assert back.model_copy(update={"details_per_period": ()}) == there.model_copy(
        update={"details_per_period": ()}
    )


def test_contradiction_names_both_rows(training: Cells, csv_file: Write, read: Any) -> None:
    rows = [training | {"trainingSequenceNbr": "1", "scope": scope} for scope in ("1", "2", "")]
    found = read(csv_file(*rows))
    anomaly = next(a for a in found.anomalies if a.rule == "contradiction")
    assert anomaly.error_id == "Scope-003"
    assert "“1” in row 2, but “2” in row 3" in anomaly.label.en
    assert (anomaly.source.row, anomaly.source.column) == (3, "scope")


def test_a_value_from_a_later_row_leads_there(training: Cells, csv_file: Write, read: Any) -> None:
    rows = [training | {"trainingSequenceNbr": "1", "scope": scope} for scope in ("", "9")]
    (entry,) = read(csv_file(*rows)).entries
    assert entry.origin.source_of(("trainings", 0, "scope")).row == 3
    assert entry.origin.source_of(("trainings", 0, "trainingResult")).row == 2


def test_a_row_pasted_twice_is_said(training: Cells, csv_file: Write, read: Any) -> None:
    anomaly = read(csv_file(training, training)).only()
    assert (anomaly.rule, anomaly.anomaly_class, anomaly.source.row) == ("row-twice", "W", 3)


def test_provider_reference(training: Cells, csv_file: Write, read: Any) -> None:
    training["providerTrainingId"] = "0d8ef2a4-1b2c-4d5e-8f90-123456789abc"
    training["trainingProviderCompanyId"] = "880820673"
    (item,) = photo(read(csv_file(training))).trainings
    assert item.training_provider_reference is not None
    assert item.training_provider_reference.training_provider_company_id == "0880820673"


def test_rights_of_three_kinds(right: Cells, csv_file: Write, read: Any) -> None:
    rows = [
        right | {"jointCommissionNbr": "200 | 149.02"},
        right | {"rightType": "sector", "activityCode": "228", "jointCommissionNbr": "202.01"},
        right | {"rightType": "EMPLOYER - recht van de werkgever", "hours": "", "days": "1,5"},
    ]
    found = read(csv_file(*rows))
    assert found.anomalies == []
    (declaration,) = found.declarations
    assert isinstance(declaration, TrainingRightsDeclaration)
    assert declaration.to_json()["trainingRights"] == {
        "legalFlaRight": {"legalFlaRightHours": 3800, "jointCommissionNbr": ["200", "149.02"]},
        "complementarySectorRight": [
            {
                "complementarySectorRightHours": 3800,
                "jointCommissionNbr": "202.01",
                "activityCode": 228,
            }
        ],
        "complementaryEmployerRight": [
            {"complementaryEmployerRightDays": 150, "jointCommissionNbr": "200"}
        ],
    }
    origin = found.entries[0].origin
    path = ("trainingRights", "complementaryEmployerRight", 0, "complementaryEmployerRightDays")
    assert (origin.source_of(path).row, origin.source_of(path).column) == (4, "days")


def test_the_exact_column_says_which_right(right: Cells, csv_file: Write, read: Any) -> None:
    del right["rightType"], right["hours"]
    right["complementaryEmployerRightHours"] = "3800"
    (declaration,) = read(csv_file(right)).declarations
    (only,) = declaration.rights
    assert only.complementary_employer_right_hours == 3800
