"""The declaration XML: our own small declaration here, the portal's sample when it is there."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from fla_batch.rights.dmfa import read_dmfa
from fla_batch.rights.law import law_of
from fla_batch.rights.occupation import Kind, Line
from fla_batch.rights.quarters import parse_quarter, quarter_end, quarter_start
from tests.rights.cases import COMPANY, inss_of
from tests.rights.test_cli import SIZE, run

LAW = law_of(2024)
OFFICIAL = Path(__file__).parents[3] / "shared" / "official" / "samples"
Q1 = parse_quarter("2024Q1")

PERSON = """
  <NaturalPerson><INSS>{inss}</INSS>
   <WorkerRecord><EmployerClass>010</EmployerClass><WorkerCode>{code}</WorkerCode>
    {content}
   </WorkerRecord>
  </NaturalPerson>"""
OCCUPATION = """<Occupation>
     <OccupationStartingDate>2024-02-01</OccupationStartingDate>
     <JointCommissionNbr>200</JointCommissionNbr><ContractType>{contract}</ContractType>
     <RefMeanWorkingHours>03800</RefMeanWorkingHours>{hours}
     <Service><ServiceCode>001</ServiceCode><ServiceNbrHours>0012000</ServiceNbrHours></Service>
     <Service><ServiceCode>301</ServiceCode><ServiceNbrHours>500</ServiceNbrHours></Service>
     <Service><ServiceCode>050</ServiceCode><ServiceNbrHours>9999</ServiceNbrHours></Service>
    </Occupation>"""


def declaration(path: Path, persons: list[str]) -> Path:
    """A DmfA of one employer, without a company number, as the NSSO number may stand alone."""
    employer = "<Quarter>20241</Quarter><NOSSRegistrationNbr>012345678</NOSSRegistrationNbr>"
    path.write_text(
        f"<DmfAOriginal><Form><EmployerDeclaration>{employer}<CompanyID>0</CompanyID>"
        f"{''.join(persons)}</EmployerDeclaration></Form></DmfAOriginal>",
        encoding="utf-8",
    )
    return path


def person(number: int, code: str, content: str) -> str:
    return PERSON.format(inss=inss_of(number), code=code, content=content)


def lines(path: Path) -> list[tuple[str | None, str | None, Line]]:
    found = []
    for chunk in read_dmfa(path, LAW).chunks:
        assert chunk.anomalies == []
        found += [
            (row[0], row[2], Line._make(row[3 : 3 + len(Line._fields)]))
            for row in chunk.values.iter_rows()
        ]
    return found


def test_full_timer_part_timer_interruption_flexi_and_student(tmp_path: Path) -> None:
    full = OCCUPATION.format(contract=0, hours="")
    part = OCCUPATION.format(contract=1, hours="<MeanWorkingHours>01900</MeanWorkingHours>")
    idle = OCCUPATION.format(contract=0, hours="<MeanWorkingHours>0</MeanWorkingHours>")
    student = "<StudentContribution><StudentHoursNbr>040</StudentHoursNbr></StudentContribution>"
    path = declaration(
        tmp_path / "dmfa.xml",
        [
            person(1, "495", full),
            person(2, "495", part),
            person(3, "495", idle),
            person(4, "050", part),
            person(5, "840", student),
        ],
    )
    found = lines(path)
    assert [(inss, noss) for inss, noss, _ in found] == [
        (inss_of(number), "12345678") for number in range(1, 6)
    ]
    assert [(line.mean, line.ref) for _, _, line in found[:3]] == [
        (3800, 3800),
        (1900, 3800),
        (0, 3800),
    ]
    flexi, student_line = found[3][2], found[4][2]
    assert (flexi.kind, flexi.hours_centi, flexi.regime_centi) == (Kind.FLEXI, 12_500, 3800)
    assert (student_line.kind, student_line.hours_centi) == (Kind.STUDENT, 4000)
    assert (student_line.start, student_line.end) == (quarter_start(Q1), quarter_end(Q1))


def test_findings_name_the_line_of_the_file(tmp_path: Path) -> None:
    path = declaration(
        tmp_path / "dmfa.xml", [person(1, "495", OCCUPATION.format(contract=1, hours=""))]
    )
    (chunk,) = read_dmfa(path, LAW).chunks
    (found,) = chunk.anomalies
    assert (found.rule, found.source.file, found.source.row) == ("missing-mean", "dmfa.xml", 4)


def test_workers_are_freed_as_they_are_read(tmp_path: Path) -> None:
    """Twenty times the workers must not take twenty times the memory of the tree."""
    one = person(1, "495", OCCUPATION.format(contract=0, hours=""))
    few, many = declaration(tmp_path / "few.xml", [one] * 100), tmp_path / "many.xml"
    declaration(many, [one] * 2000)
    peaks = []
    for path in (few, many):
        tracemalloc.start()
        for _ in read_dmfa(path, LAW).chunks:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1] / path.stat().st_size)
        tracemalloc.stop()
    assert peaks[1] <= peaks[0]


@pytest.mark.official
def test_the_portals_sample() -> None:
    sample = OFFICIAL / "DmfAOriginal_20223_1.xml"
    if not sample.exists():
        pytest.skip("the portal's samples do not lie beside the project (shared/official)")
    found = lines(sample)
    assert len(found) == 7
    assert {noss for _, noss, _ in found} == {"199999934"}
    assert {line.quarter for _, _, line in found} == {parse_quarter("2022Q3")}
    rates = [(line.mean, line.ref) for _, _, line in found if line.kind == Kind.ORDINARY]
    assert rates == [
        (3800, 3800),
        (0, 3800),
        (4800, 4800),
        (4800, 4800),
        (3800, 3800),
        (4800, 4800),
    ]
    (student,) = [line for _, _, line in found if line.kind == Kind.STUDENT]
    assert student.hours_centi == 40_000


def occupation(start: str, mean: int, end: str = "") -> str:
    ended = end and f"<OccupationEndingDate>{end}</OccupationEndingDate>"
    return (
        f"<OccupationStartingDate>{start}</OccupationStartingDate>{ended}"
        "<JointCommissionNbr>200</JointCommissionNbr><ContractType>1</ContractType>"
        f"<RefMeanWorkingHours>3800</RefMeanWorkingHours><MeanWorkingHours>{mean}</MeanWorkingHours>"
    )


def original(path: Path, created: str, occupations: list[str]) -> Path:
    inner = "".join(f"<Occupation>{each}</Occupation>" for each in occupations)
    head = f"<FormCreationDate>{created}</FormCreationDate>"
    record = f"<EmployerClass>010</EmployerClass><WorkerCode>495</WorkerCode>{inner}"
    path.write_text(
        f"<DmfAOriginal><Form>{head}<EmployerDeclaration><Quarter>20241</Quarter>"
        f"<NOSSRegistrationNbr>12345678</NOSSRegistrationNbr><CompanyID>{COMPANY}</CompanyID>"
        f"<NaturalPerson><INSS>{inss_of(1)}</INSS><WorkerRecord>{record}</WorkerRecord>"
        "</NaturalPerson></EmployerDeclaration></Form></DmfAOriginal>",
        encoding="utf-8",
    )
    return path


def update(path: Path, created: str, code: int, occupations: list[str]) -> Path:
    inner = "".join(f"<OccupationUpdate>{each}</OccupationUpdate>" for each in occupations)
    path.write_text(
        f"<DmfAUpdate><Form><FormCreationDate>{created}</FormCreationDate>"
        "<FormCreationHour>10:00:00</FormCreationHour><EmployerDeclarationUpdate>"
        "<Quarter>20241</Quarter><NOSSRegistrationNbr>12345678</NOSSRegistrationNbr>"
        f"<CompanyID>{COMPANY}</CompanyID><NaturalPersonUpdate><INSS>{inss_of(1)}</INSS>"
        "<WorkerRecordUpdate><LastSituationWR><EmployerClass>010</EmployerClass>"
        "<WorkerCode>495</WorkerCode><WorkerRecordVersionNbr>1</WorkerRecordVersionNbr>"
        "</LastSituationWR><WorkerRecordUpdateAction><EmployerClass>010</EmployerClass>"
        f"<WorkerCode>{code}</WorkerCode><UpdateAction>1</UpdateAction>{inner}"
        "</WorkerRecordUpdateAction></WorkerRecordUpdate></NaturalPersonUpdate>"
        "</EmployerDeclarationUpdate></Form></DmfAUpdate>",
        encoding="utf-8",
    )
    return path


def bc_of(folder: Path, *dmfa: Path) -> tuple[str | None, list[str]]:
    """B x C of the one worker, and the rules of what was found on its lines."""
    output = folder / "rights.csv"
    output.unlink(missing_ok=True)
    arguments = [part for path in dmfa for part in ("--dmfa", path)]
    result = run("compute", *arguments, "--as-of", "2024-04-15", *SIZE, "-o", output, "--json")
    document = json.loads(result.stdout)
    rules = [found["rule"] for found in document["anomalies"] if found["inss"]]
    rows = output.read_text(encoding="utf-8").splitlines()[1:] if output.exists() else []
    return (rows[0].split(";")[6] if rows else None), rules


def test_a_declaration_sent_again_replaces_by_its_creation_and_not_its_place(
    tmp_path: Path,
) -> None:
    old = original(tmp_path / "old.xml", "2024-04-10", [occupation("2020-01-01", 1900)])
    new = original(tmp_path / "new.xml", "2024-05-02", [occupation("2020-01-01", 2280)])
    assert bc_of(tmp_path, old, new) == ("0.600000", ["corrected-line"])
    assert bc_of(tmp_path, new, old) == ("0.600000", ["corrected-line"])


def test_an_update_takes_back_the_whole_record_and_puts_its_own_instead(tmp_path: Path) -> None:
    lines = [occupation("2020-01-01", 1900), occupation("2023-01-01", 950)]
    first = original(tmp_path / "original.xml", "2024-04-10", lines)
    second = update(tmp_path / "update.xml", "2024-04-09", 495, [occupation("2020-01-01", 3040)])
    assert bc_of(tmp_path, second, first) == ("0.800000", ["taken-back", "taken-back"])
    moved = update(tmp_path / "moved.xml", "2024-05-02", 675, [occupation("2020-01-01", 2280)])
    assert bc_of(tmp_path, first, moved)[0] == "0.600000"
    assert bc_of(tmp_path, first, second, moved)[0] == "0.600000"


def test_an_update_that_brings_nothing_cancels(tmp_path: Path) -> None:
    first = original(tmp_path / "original.xml", "2024-04-10", [occupation("2020-01-01", 1900)])
    gone = update(tmp_path / "gone.xml", "2024-05-02", 495, [])
    bc, rules = bc_of(tmp_path, first, gone)
    assert (bc, rules) == (None, ["taken-back"])


def test_two_equal_occupations_of_one_form_are_two(tmp_path: Path) -> None:
    twice = [occupation("2020-01-01", 1900), occupation("2020-01-01", 1900)]
    path = original(tmp_path / "twice.xml", "2024-04-10", twice)
    assert bc_of(tmp_path, path) == ("1.000000", [])
    again = original(tmp_path / "again.xml", "2024-04-11", twice)
    assert bc_of(tmp_path, path, again) == ("1.000000", ["duplicate-line", "duplicate-line"])


def test_one_bad_worker_in_a_file_of_one_row_does_not_take_the_others_along(tmp_path: Path) -> None:
    good = OCCUPATION.format(contract=1, hours="<MeanWorkingHours>1900</MeanWorkingHours>")
    path = declaration(
        tmp_path / "dmfa.xml",
        [person(1, "495", good), person(2, "495", OCCUPATION.format(contract=1, hours=""))],
    )
    path.write_text(path.read_text(encoding="utf-8").replace("\n", ""), encoding="utf-8")
    (chunk,) = read_dmfa(path, LAW).chunks
    assert chunk.values["inss"].to_list() == [inss_of(1)]
    assert chunk.refused is not None
    assert chunk.refused["inss"].to_list() == [inss_of(2)]
