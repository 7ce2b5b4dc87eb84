"""What `rights compute` writes: bodies for `build` (JSON) or a table (CSV), whole or not at all.

A body has the shape of PUT /trainingRights in the REST manual (3.3.3.3), with one legal right:
the hours of all joint committees together, and the committees, ten at most. What cannot be
computed stands in `not-computed.csv` beside it, never as 0. What a sector adds below 10 workers
is no legal right: it stands in `sector-supplements.csv`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import polars as pl

from fla_batch.rights.compute import Computation
from fla_batch.rights.factor import Factor, Supplement
from fla_batch.rights.kept_file import kept_file, remove_own
from fla_batch.rights.not_computed import COLUMNS as NOT_COMPUTED_COLUMNS
from fla_batch.rights.not_computed import NotComputed
from fla_batch.rights.relation import EmploymentStanding
from fla_batch.rights.right import Amounts, WorkerRight, factor_text, hours_centi, plain_text
from fla_batch.rights.right_findings import finding
from fla_batch.rights.workers import KEY, is_company
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly, blocking
from fla_batch.vocabulary.terms import AnomalyClass, Language

if TYPE_CHECKING:
    from fla_batch.system.workforce import Workforce

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
NOT_COMPUTED_FILE = "not-computed.csv"
SUPPLEMENTS_FILE = "sector-supplements.csv"
_COMMITTEES_MAX = 10
_JSON, _CSV = ".json", ".csv"
Row = tuple[object, ...]


@dataclass(slots=True)
class Written:
    """The outcome for a year: workers and rows in the file, and every finding.

    `kept` says if the file exists.
    """

    year: int
    workers: int = 0
    rows: int = 0
    kept: bool = False
    anomalies: list[Anomaly] = field(default_factory=list)
    not_computed: list[NotComputed] = field(default_factory=list)
    supplements: list[Row] = field(default_factory=list)


def write_rights(
    computation: Computation,
    path: Path,
    counted: Callable[[int], None] = lambda _: None,
    *,
    all_or_nothing: bool = False,
    language: Language = Language.EN,
    workforce: Workforce | None = None,
) -> Written:
    """Compute every right and write to `path` what can be computed.

    With `all_or_nothing` nothing is written when anything cannot be computed. `counted` is told
    how many more workers are done; `language` is that of the reasons in `not-computed.csv`.
    Raises UsageMistake for a name that is neither .json nor .csv, DiskTrouble.
    """
    kind = path.suffix.lower()
    if kind not in (_JSON, _CSV):
        raise UsageMistake(f"{path.name}: rights are written to a .json or .csv file.")
    written = Written(computation.request.year)
    with kept_file(path, lambda: written.kept) as file:
        write = _write_bodies if kind == _JSON else _write_rows
        tables = computation.tables(workforce)
        checked = _checked_tables(computation, tables, written, kind == _JSON, counted)
        write(file, checked, written)
        written.anomalies = [
            *computation.anomalies,
            *written.anomalies,
            *computation.sector_warnings(),
        ]
        written.not_computed = computation.not_computed()
        stopped = all_or_nothing and blocking(written.anomalies)
        nothing = not written.workers and bool(written.not_computed)
        written.kept = computation.read.usable and not stopped and not nothing
    _write_beside(path.parent, written, language)
    return written


def _write_beside(folder: Path, written: Written, language: Language) -> None:
    """The two lists beside the output. One of an earlier run that is empty now goes away."""
    rows: list[Row] = [each.cells(language) for each in written.not_computed]
    lists = (
        (NOT_COMPUTED_FILE, NOT_COMPUTED_COLUMNS, rows),
        (SUPPLEMENTS_FILE, CSV_COLUMNS, written.supplements if written.kept else []),
    )
    for name, columns, content in lists:
        if not content:
            remove_own(folder / name, ";".join(columns))
            continue
        with kept_file(folder / name, lambda: True) as file:
            table = csv.writer(file, delimiter=";", lineterminator="\n")
            table.writerow(columns)
            table.writerows(content)


def body(right: WorkerRight) -> dict[str, Any]:
    """The body of PUT /trainingRights; numbers as the REST manual prints them."""
    committees = [each.joint_committee for each in right.committees]
    numbers = int(right.company_id), int(right.inss), hours_centi(right.hours)
    return _body(*numbers, right.calendar_year, committees)


def _body(
    company_id: object, inss: object, hours: object, year: int, committees: list[str]
) -> dict[str, Any]:
    right = {"legalFlaRightHours": hours, "jointCommissionNbr": committees}
    return {
        "employer": {"companyId": company_id},
        "employee": {"inss": inss},
        "calendarYear": year,
        "trainingRights": {"legalFlaRight": right},
    }


def _checked_tables(
    computation: Computation,
    tables: Tables,
    written: Written,
    for_declaration: bool,
    counted: Callable[[int], None],
) -> Iterator[tuple[pl.DataFrame, list[WorkerRight]]]:
    """Part by part the plain workers as a table, and the others that can be written."""
    unknown: set[str] = set()
    for plain, rights in tables:
        checked = [
            right
            for right in rights
            if _is_writable(right, computation, written, unknown, for_declaration=for_declaration)
        ]
        counted(plain.height + len(checked))
        yield plain, checked


def _is_writable(
    right: WorkerRight,
    computation: Computation,
    written: Written,
    unknown: set[str],
    *,
    for_declaration: bool,
) -> bool:
    """False, with a finding, for what a declaration cannot say. `unknown` grows by employers
    without a company number, which a table may name by their NSSO number."""
    if not is_company(right.company_id) and right.company_id not in unknown:
        unknown.add(right.company_id)
        found = finding(
            "employer-unknown", "CompanyID", value=right.company_id, company_id=right.company_id
        )
        warning = replace(found, anomaly_class=AnomalyClass.WARNING)
        written.anomalies.append(found if for_declaration else warning)
        if for_declaration:
            computation.held.employer(found)
    if for_declaration and right.company_id in unknown:
        return False
    if for_declaration and len(right.committees) > _COMMITTEES_MAX:
        written.anomalies.append(_too_many(right))
        computation.held.worker(written.anomalies[-1])
        return False
    written.supplements += _supplement_rows(right)
    return True


def _too_many(right: WorkerRight) -> Anomaly:
    return finding(
        "too-many-committees",
        "JointCommissionNbr",
        value=len(right.committees),
        inss=right.inss,
        company_id=right.company_id,
    )


Tables = Iterator[tuple["pl.DataFrame", list[WorkerRight]]]


def _write_bodies(file: IO[str], tables: Tables, written: Written) -> None:
    """One body per worker. Who is not employed yet has no relation to declare a right for."""
    separator = "[\n"
    for plain, rights in tables:
        declared = [right for right in rights if right.standing is not EmploymentStanding.FUTURE]
        others = pl.DataFrame(
            [(right.inss, right.company_id, json.dumps(body(right))) for right in declared],
            schema=dict.fromkeys((*KEY, "body"), pl.String),
            orient="row",
        )
        bodies = pl.concat([_plain_bodies(plain, written.year), others]).sort(KEY)
        for text in bodies["body"]:
            file.write(separator + text)
            separator = ",\n"
        written.workers += bodies.height
        written.rows += bodies.height
    file.write("\n]\n" if written.rows else "[]\n")


def _plain_bodies(plain: pl.DataFrame, year: int) -> pl.DataFrame:
    """The bodies of plain workers, as `body` gives them for the others."""
    shape = json.dumps(_body("{}", "{}", "{}", year, ["<{}>"]))
    parts = shape.replace('"{}"', "\0").replace("<{}>", "\0").split("\0")
    number = [pl.col(name).str.strip_chars_start("0") for name in ("employer", "inss")]
    values = (*number, pl.col("hours_centi").cast(pl.String), pl.col("joint_committee"))
    texts = [pl.lit(parts[0])]
    for value, part in zip(values, parts[1:], strict=True):
        texts += [value, pl.lit(part)]
    return plain.select(*KEY, pl.concat_str(texts).alias("body"))


def _write_rows(file: IO[str], tables: Tables, written: Written) -> None:
    """One row per worker and joint committee."""
    file.write(";".join(CSV_COLUMNS) + "\n")
    for plain, rights in tables:
        rows = [tuple(map(str, row)) for right in rights for row in rows_of(right)]
        schema = dict.fromkeys(CSV_COLUMNS, pl.String)
        others = pl.DataFrame(rows, schema=schema, orient="row")
        table = pl.concat([_plain_rows(plain, written.year), others])
        ordered = table.sort("INSS", "CompanyID", "JointCommissionNbr")
        file.write(ordered.write_csv(include_header=False, separator=";", quote_style="never"))
        written.workers += plain.height + len(rights)
        written.rows += table.height


def _plain_rows(plain: pl.DataFrame, year: int) -> pl.DataFrame:
    """The rows of plain workers, as `rows_of` gives them for the others."""
    names = (
        *("employer", "inss", None, "joint_committee", "size"),
        *("a_text", "bc", "days", "hours_centi", "hours"),
    )
    return plain.select(
        (pl.lit(str(year)) if name is None else pl.col(name).cast(pl.String)).alias(column)
        for name, column in zip(names, CSV_COLUMNS, strict=True)
    )


def rows_of(right: WorkerRight) -> Iterator[Row]:
    """The rows of a worker, in the order of `CSV_COLUMNS`."""
    for each in right.committees:
        yield _row(right, each.joint_committee, each.factor, each.amounts)


def _supplement_rows(right: WorkerRight) -> Iterator[Row]:
    for each in right.committees:
        if each.supplement is not None and each.factor.supplement is not None:
            yield _row(right, each.joint_committee, each.factor.supplement, each.supplement)


def _row(right: WorkerRight, committee: str, a: Factor | Supplement, amounts: Amounts) -> Row:
    return (
        right.company_id,
        right.inss,
        right.calendar_year,
        committee,
        plain_text(right.size.value),
        factor_text(a.days, a.hours),
        amounts.bc,
        amounts.days,
        amounts.hours_centi,
        amounts.hours_hm,
    )
