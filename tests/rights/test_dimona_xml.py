"""Dimona from XML: each form joined to its period by the number in a notification, or said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fla_batch.rights.dimona import dimona_values
from fla_batch.rights.dimona_xml import read_dimona_messages
from fla_batch.rights.law import law_of
from fla_batch.rights.quarters import OPEN
from fla_batch.vocabulary.input_origin import InputSheet
from tests.rights.cases import COMPANY, DMFA_COLUMNS, inss_of, write_table
from tests.rights.test_cli import SIZE, run

OFFICIAL = Path(__file__).parents[3] / "shared" / "official"
LAW = law_of(2024)
EMPLOYER = f"<EmployerId><CompanyID>{COMPANY}</CompanyID></EmployerId>"


def form(hour: str, content: str, reference: str = "") -> str:
    own = reference and (
        "<Reference><ReferenceType>1</ReferenceType><ReferenceOrigin>1</ReferenceOrigin>"
        f"<ReferenceNbr>{reference}</ReferenceNbr></Reference>"
    )
    return (
        "<Form><Identification>DIMONA</Identification><FormCreationDate>2024-02-01"
        f"</FormCreationDate><FormCreationHour>{hour}</FormCreationHour>{own}{content}</Form>"
    )


def dimona_in(inss: str, start: str = "2024-02-05", kind: str = "OTH") -> str:
    # XXX is a value of Dimona's own, in the portal's sample too: a committee without special rules.
    return (
        f"<DimonaIn><StartingDate>{start}</StartingDate>{EMPLOYER}<NaturalPerson><INSS>{inss}"
        "</INSS></NaturalPerson><DimonaFeatures><JointCommissionNbr>XXX</JointCommissionNbr>"
        f"<WorkerType>{kind}</WorkerType></DimonaFeatures></DimonaIn>"
    )


def of_period(label: str, number: str, content: str = "", inss: str = "") -> str:
    who = inss and f"<INSS>{inss}</INSS>"
    return f"<{label}><DimonaPeriodId>{number}</DimonaPeriodId>{content}{who}{EMPLOYER}</{label}>"


def notice(hour: str, number: str, inss: str, result: int = 1, reference: str = "") -> str:
    own = reference and (
        "<Reference><ReferenceType>1</ReferenceType><ReferenceOrigin>1</ReferenceOrigin>"
        f"<ReferenceNbr>{reference}</ReferenceNbr></Reference>"
    )
    return (
        "<Form><Identification>NOTI001</Identification><FormCreationDate>2024-02-02"
        "</FormCreationDate><FormCreationHour>06:00:00.000</FormCreationHour>"
        "<HandledOriginalForm><Identification>DIMONA</Identification><FormCreationDate>2024-02-01"
        f"</FormCreationDate><FormCreationHour>{hour}</FormCreationHour></HandledOriginalForm>"
        f"{own}<NaturalPerson><INSS>{inss}</INSS></NaturalPerson><HandledReference>"
        "<ReferenceType>1</ReferenceType><ReferenceOrigin>2</ReferenceOrigin>"
        f"<ReferenceNbr>{number}</ReferenceNbr></HandledReference>"
        f"<HandlingResult><ResultCode>{result}</ResultCode></HandlingResult></Form>"
    )


def messages(folder: Path, declared: list[str], told: list[str]) -> list[Path]:
    declaration, notification = folder / "dimona.xml", folder / "noti.xml"
    declaration.write_text(f"<Dimona>{''.join(declared)}</Dimona>", encoding="utf-8")
    notification.write_text(f"<NOTIFICATION>{''.join(told)}</NOTIFICATION>", encoding="utf-8")
    return [declaration, notification]


def read(paths: list[Path]) -> tuple[list[tuple[str, str | None]], list[str | None]]:
    """Start and end of each period, and the rules of the findings."""
    found = read_dimona_messages(paths)
    periods = []
    for path in paths:
        chunk = dimona_values(found.frames[path], LAW, InputSheet(path.name))
        assert chunk.anomalies == []
    for cells in found.frames[paths[0]].iter_rows(named=True):
        periods.append((cells["StartingDate"], cells["EndingDate"]))
    return periods, [each.rule for each in found.anomalies]


ONE = inss_of(1)


def test_out_update_and_cancel_find_their_period(tmp_path: Path) -> None:
    declared = [
        form("10:00:00.000", dimona_in(ONE)),
        form("10:01:00.000", dimona_in(inss_of(2))),
        form("10:02:00.000", dimona_in(inss_of(3), start="2024-03-01")),
        form("11:00:00", of_period("DimonaOut", "501", "<EndingDate>2024-06-30</EndingDate>")),
        form("11:01:00", of_period("DimonaCancel", "502")),
        form(
            "11:02:00", of_period("DimonaUpdate", "503", "<StartingDate>2024-03-04</StartingDate>")
        ),
    ]
    told = [
        notice("10:00:00.000", "000000000501", ONE),
        notice("10:01:00", "502", inss_of(2)),
        notice("10:02:00.000", "503", inss_of(3)),
    ]
    periods, rules = read(messages(tmp_path, declared, told))
    assert periods == [("2024-02-05", "2024-06-30"), ("2024-03-04", None)]
    assert rules == []


def test_forms_of_one_second_are_told_apart_by_worker_or_reference(tmp_path: Path) -> None:
    out = of_period("DimonaOut", "7", "<EndingDate>2024-06-30</EndingDate>")
    declared = [
        form("10:00:00", dimona_in(ONE), "A-1"),
        form("10:00:00", dimona_in(ONE, start="2024-05-01"), "A-2"),
        form("12:00:00", out),
    ]
    told = [notice("10:00:00", "7", ONE, reference="A-2")]
    periods, rules = read(messages(tmp_path, declared, told))
    assert periods == [("2024-02-05", None), ("2024-05-01", "2024-06-30")]
    assert rules == []
    periods, rules = read(messages(tmp_path, declared, [notice("10:00:00", "7", ONE)]))
    assert periods == [("2024-02-05", None), ("2024-05-01", None)]
    assert rules == ["dimona-unjoined"]


@pytest.mark.parametrize("label", ["DimonaOut", "DimonaUpdate", "DimonaCancel"])
def test_without_its_notification_a_form_is_said_and_its_worker_held_back(
    tmp_path: Path, label: str
) -> None:
    content = "" if label == "DimonaCancel" else "<EndingDate>2024-06-30</EndingDate>"
    declared = [
        form("10:00:00", dimona_in(ONE)),
        form("11:00:00", of_period(label, "501", content, ONE)),
    ]
    paths = messages(tmp_path, declared, [])
    line = {"CompanyID": COMPANY, "INSS": ONE, "Quarter": "2024Q1", "EmployerClass": "10"}
    line |= {"WorkerCode": "495", "OccupationStartingDate": "2024-02-05"}
    line |= {"JointCommissionNbr": "200", "RefMeanWorkingHours": "3800", "MeanWorkingHours": "3800"}
    rows = [[line.get(name, "") for name in DMFA_COLUMNS]]
    dmfa = write_table(tmp_path / "dmfa.csv", DMFA_COLUMNS, rows)
    result = run(
        *("compute", "--dmfa", dmfa, "--dimona", paths[0], "--dimona", paths[1]),
        *("--as-of", "2024-04-15", *SIZE, "-o", tmp_path / "out.csv", "--json"),
    )
    document: dict[str, Any] = json.loads(result.stdout)
    assert (result.exit_code, document["output"]) == (1, None)
    (held,) = document["not_computed"]
    assert (held["rule"], held["inss"], held["file"]) == ("dimona-unjoined", ONE, "dimona.xml")
    assert held["row"] == 1


def test_a_form_that_was_refused_does_not_count(tmp_path: Path) -> None:
    declared = [form("10:00:00", dimona_in(ONE)), form("10:05:00", dimona_in(ONE, "2024-02-06"))]
    told = [notice("10:00:00", "1", ONE, result=0), notice("10:05:00", "2", ONE)]
    periods, rules = read(messages(tmp_path, declared, told))
    assert (periods, rules) == ([("2024-02-06", None)], ["dimona-refused"])


def test_an_unknown_type_is_an_error_and_not_ordinary(tmp_path: Path) -> None:
    paths = messages(tmp_path, [form("10:00:00", dimona_in(ONE, kind="ZZZ"))], [])
    frame = read_dimona_messages(paths).frames[paths[0]]
    chunk = dimona_values(frame, LAW, InputSheet("dimona.xml"))
    assert (chunk.values.height, [each.rule for each in chunk.anomalies]) == (0, ["unknown-type"])


@pytest.mark.official
def test_the_portals_sample() -> None:
    sample = OFFICIAL / "samples" / "Dimona_20231_1.xml"
    if not sample.exists():
        pytest.skip("the portal's samples do not lie beside the project (shared/official)")
    found = read_dimona_messages([sample])
    chunk = dimona_values(found.frames[sample], LAW, InputSheet(sample.name))
    (row,) = chunk.values.iter_rows(named=True)
    assert (row["noss"], row["worker_type"], row["end"] == OPEN) == ("175110801", "TRI", False)
    assert (chunk.anomalies, found.anomalies) == ([], [])
