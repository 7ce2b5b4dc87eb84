"""What `rights compute` writes: bodies for `build` (JSON) or a table (CSV), whole or not at all.

A body has the shape of PUT /trainingRights in the REST manual (3.3.3.3), with one legal right:
the hours of all joint committees together, and the committees, ten at most.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from fla_batch.rights.compute import Computation
from fla_batch.rights.relation import Standing
from fla_batch.rights.right import WorkerRight, hours_centi, plain_text
from fla_batch.rights.right_findings import finding
from fla_batch.rights.workers import is_company
from fla_batch.vocabulary.errors import DiskTrouble, UsageMistake
from fla_batch.vocabulary.findings import Anomaly, blocking
from fla_batch.vocabulary.terms import AnomalyClass

CSV_COLUMNS = (
    "CompanyID",
    "INSS",
    "CalendarYear",
    "JointCommissionNbr",
    "Size",
    "A",
    "BC",
    "Days",
    "HoursCenti",
    "Hours",
)
_COMMITTEES_MAX = 10
_COUNTED_TOGETHER = 1000
_JSON, _CSV = ".json", ".csv"


@dataclass(slots=True)
class Written:
    """The outcome: workers and rows in the file, and every finding. `kept` says if it exists."""

    workers: int = 0
    rows: int = 0
    kept: bool = False
    anomalies: list[Anomaly] = field(default_factory=list)


def write_rights(
    computation: Computation, path: Path, counted: Callable[[int], None] = lambda _: None
) -> Written:
    """Compute every right and write it to `path`, unless any finding blocks.

    `counted` is told how many more workers are done.
    Raises UsageMistake for a name that is neither .json nor .csv, DiskTrouble.
    """
    kind = path.suffix.lower()
    if kind not in (_JSON, _CSV):
        raise UsageMistake(f"{path.name}: rights are written to a .json or .csv file.")
    written = Written()
    if blocking(computation.anomalies):
        written.anomalies = list(computation.anomalies)
        return written
    write = _write_bodies if kind == _JSON else _write_rows
    with _whole_file(path, lambda: written.kept) as file:
        rights = _checked(computation, written, for_declaration=kind == _JSON)
        write(file, _counted(rights, counted), written)
        written.anomalies = [*computation.anomalies, *written.anomalies]
        written.kept = not blocking(written.anomalies)
    return written


def body(right: WorkerRight) -> dict[str, Any]:
    """The body of PUT /trainingRights; numbers as the REST manual prints them."""
    return {
        "employer": {"companyId": int(right.company_id)},
        "employee": {"inss": int(right.inss)},
        "calendarYear": right.calendar_year,
        "trainingRights": {
            "legalFlaRight": {
                "legalFlaRightHours": hours_centi(right.hours),
                "jointCommissionNbr": [each.joint_committee for each in right.committees],
            }
        },
    }


def _checked(
    computation: Computation, written: Written, *, for_declaration: bool
) -> Iterator[WorkerRight]:
    """The rights, noting employers without a company number and workers with too much."""
    unknown: set[str] = set()
    for right in computation.rights():
        if for_declaration and len(right.committees) > _COMMITTEES_MAX:
            written.anomalies.append(_too_many(right))
        if not is_company(right.company_id) and right.company_id not in unknown:
            unknown.add(right.company_id)
            found = finding("employer-unknown", "CompanyID", value=right.company_id)
            warning = replace(found, anomaly_class=AnomalyClass.WARNING)
            written.anomalies.append(found if for_declaration else warning)
        yield right


def _counted(
    rights: Iterator[WorkerRight], counted: Callable[[int], None]
) -> Iterator[WorkerRight]:
    for number, right in enumerate(rights, start=1):
        if number % _COUNTED_TOGETHER == 0:
            counted(_COUNTED_TOGETHER)
        yield right


def _too_many(right: WorkerRight) -> Anomaly:
    return finding(
        "too-many-committees",
        "JointCommissionNbr",
        value=len(right.committees),
        inss=right.inss,
        company_id=right.company_id,
    )


def _write_bodies(file: IO[str], rights: Iterator[WorkerRight], written: Written) -> None:
    """One body per worker. Who is not employed yet has no relation to declare a right for."""
    separator = "[\n"
    for right in rights:
        if right.standing is Standing.FUTURE:
            continue
        file.write(separator + json.dumps(body(right)))
        separator = ",\n"
        written.workers += 1
        written.rows += 1
    file.write("\n]\n" if written.rows else "[]\n")


def _write_rows(file: IO[str], rights: Iterator[WorkerRight], written: Written) -> None:
    """One row per worker and joint committee."""
    table = csv.writer(file, delimiter=";", lineterminator="\n")
    table.writerow(CSV_COLUMNS)
    for right in rights:
        size = plain_text(right.size.value)
        for each in right.committees:
            amounts = each.amounts
            table.writerow(
                (
                    right.company_id,
                    right.inss,
                    right.calendar_year,
                    each.joint_committee,
                    size,
                    plain_text(each.factor.days),
                    amounts.bc,
                    amounts.days,
                    amounts.hours_centi,
                    amounts.hours_hm,
                )
            )
            written.rows += 1
        written.workers += 1


@contextmanager
def _whole_file(path: Path, keep: Callable[[], bool]) -> Iterator[IO[str]]:
    """A file that appears under its name only when it is whole and `keep` agrees; mode 0600."""
    try:
        with NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            temporary = Path(file.name)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                if keep():
                    temporary.replace(path)
                    _sync_folder(path.parent)
            finally:
                temporary.unlink(missing_ok=True)
    except OSError as mistake:
        raise DiskTrouble(f"{path.name} cannot be written: {mistake.strerror}.") from mistake


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
