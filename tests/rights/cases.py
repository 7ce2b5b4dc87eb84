"""Cases as data: `*.yaml` beside this module, read into input files, a date and expectations.

Each case names the section of the rights document that it comes from. Its `workers` have
`dmfa` lines and `dimona` periods in words of the trade; the first worker is the one whose right
is expected, `times` repeats a worker. Hours a week are in hours (38), not in hundredths.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from fla_batch.rights.compute import Computation, prepare
from fla_batch.rights.request import Request, declared_quarter
from fla_batch.rights.right import WorkerRight
from fla_batch.rights.spill import Spill

COMPANY = "0880820673"
DMFA_COLUMNS = (
    "CompanyID",
    "NOSSRegistrationNbr",
    "INSS",
    "Quarter",
    "EmployerClass",
    "WorkerCode",
    "OccupationStartingDate",
    "OccupationEndingDate",
    "JointCommissionNbr",
    "RefMeanWorkingHours",
    "MeanWorkingHours",
    "ServiceNbrHours",
    "ContractType",
    "OccupationNbr",
)
DIMONA_COLUMNS = (
    "CompanyID",
    "NOSSRegistrationNbr",
    "INSS",
    "StartingDate",
    "EndingDate",
    "WorkerType",
)


@dataclass(frozen=True)
class Case:
    """One case of a YAML file."""

    file: str
    fields: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file}: {self.fields['section']} {self.fields['title']}"


def cases(*files: str) -> list[Case]:
    """All cases of the YAML files of these names."""
    folder = Path(__file__).parent
    return [
        Case(file, fields)
        for file in files
        for fields in yaml.safe_load((folder / f"{file}.yaml").read_text(encoding="utf-8"))
    ]


def inss_of(number: int, born: str = "800101") -> str:
    """A valid INSS; `number` (1 to 997) tells the workers of a case apart."""
    body = int(f"{born}{number:03d}")
    return f"{born}{number:03d}{97 - body % 97:02d}"


def centi(hours: object) -> str:
    """Hours as hundredths; nothing stays nothing."""
    return "" if hours is None else str(int(Fraction(str(hours)) * 100))


def write_inputs(folder: Path, workers: Sequence[Mapping[str, Any]]) -> tuple[Path, Path]:
    """The two input files of a case."""
    lines, periods, number = [], [], 0
    for worker in workers:
        for _ in range(worker.get("times", 1)):
            number += 1
            inss = inss_of(number)
            lines += [_dmfa_row(inss, line) for line in worker.get("dmfa", ())]
            periods += [_dimona_row(inss, period) for period in worker.get("dimona", ())]
    return (
        write_table(folder / "dmfa.csv", DMFA_COLUMNS, lines),
        write_table(folder / "dimona.csv", DIMONA_COLUMNS, periods),
    )


def write_table(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A CSV file with headings."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(columns)
        table.writerows(rows)
    return path


def _dmfa_row(inss: str, line: Mapping[str, Any]) -> list[object]:
    return [
        line.get("company", COMPANY),
        "",
        inss,
        line["quarter"],
        line.get("employer class", "010"),
        line.get("worker code", "495"),
        line.get("from", ""),
        line.get("until") or "",
        line.get("committee", "999"),
        centi(line.get("S", 38)),
        centi(line.get("Q")),
        centi(line.get("hours worked")),
        line.get("contract", ""),
        line.get("occupation", ""),
    ]


def _dimona_row(inss: str, period: Mapping[str, Any]) -> list[object]:
    return [
        period.get("company", COMPANY),
        "",
        inss,
        period["in"],
        period.get("out") or "",
        period.get("type", "OTH"),
    ]


def request_of(fields: Mapping[str, Any]) -> Request:
    """What the case asks."""
    as_of: date = fields["as of"]
    size = fields.get("size")
    return Request(
        as_of=as_of,
        year=fields.get("year", as_of.year),
        declared_through=declared_quarter(fields.get("known through")),
        stated={} if size is None else {COMPANY: Fraction(str(size))},
        merged=fields.get("merged", {}),
        outside_law=frozenset([COMPANY] if fields.get("outside the law of 1968") else []),
    )


def computed(folder: Path, fields: Mapping[str, Any]) -> tuple[Computation, list[WorkerRight]]:
    """The computation of a case and the rights of all its workers."""
    dmfa, dimona = write_inputs(folder, fields["workers"])
    with Spill() as spill:
        computation = prepare(spill, [dmfa], [dimona], request_of(fields))
        return computation, list(computation.rights())


def right_of(rights: Sequence[WorkerRight], number: int = 1) -> WorkerRight:
    """The right of a worker of the case."""
    (found,) = [right for right in rights if right.inss == inss_of(number)]
    return found


def flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested expectations as paths, so that a failure says which one it is."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", value
