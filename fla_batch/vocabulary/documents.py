"""What stands in the documents that `--json` prints: a type for each command (decision 1906).

`schemas/json` has the JSON Schema of each, generated from here; a test compares every document that
any test reads with its type. Members are always there, but those that are NotRequired, and unknown
parts are null; more members may come. Hours are hundredths, instants ISO 8601 in UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, NotRequired

from typing_extensions import TypedDict

from fla_batch.vocabulary.filenames import BatchName


def members(kind: type, told: object, **given: object) -> dict[str, Any]:
    """A part of a document: the members of its type, which `told` has as attributes.

    Those that it has not, or otherwise, are `given`.
    """
    return {
        name: _plain(given[name] if name in given else getattr(told, name))
        for name in kind.__annotations__
        if name in given or hasattr(told, name)
    }


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, BatchName | Path) else value


class TextsJson(TypedDict):
    """A text in three languages."""

    en: str | None
    fr: str | None
    nl: str | None


class PlaceJson(TypedDict):
    """Where a value stood in the user's file; rows count from 1."""

    file: str | None
    sheet: str | None
    row: int | None
    column: str | None


# `class` is a word of the language, so these two are not written as classes.
FoundAnomalyJson = TypedDict(
    "FoundAnomalyJson",
    {
        "class": str,
        "error_id": str,
        "rule": str | None,
        "tag": str | None,
        "path": str | None,
        "value": str | None,
        "label": TextsJson,
        "advice": TextsJson,
        "company_id": str | None,
        "inss": str | None,
        "calendar_year": int | None,
        "source": PlaceJson,
        "origin": str,
        "blocked": NotRequired[bool],
    },
)
CauseOfManyJson = TypedDict(
    "CauseOfManyJson",
    {
        "class": str,
        "rule": str | None,
        "error_id": str,
        "column": str | None,
        "count": int,
        "first_rows": list[int],
        "label": TextsJson,
        "advice": TextsJson,
    },
)


class FoundAnomaliesJson(TypedDict):
    """`validate`, `anomalies`."""

    blocking: int
    warnings: int
    information: int
    anomalies: list[FoundAnomalyJson]


class ReadFileJson(TypedDict):
    """What was read of one file; `header_row`, `rows` and `sheet` are null where there are none."""

    file: str
    sheet: str | None
    header_row: int | None
    rows: int | None
    declarations: int
    workers: int
    employers: int
    hours_centi: int
    unread_hours: int
    ignored_columns: list[str]
    hidden_rows: int
    unread_sheets: list[str]


class ChangedCellJson(TypedDict):
    """A cell that `check --fix` put a proposal in."""

    kind: str
    file: str | None
    sheet: str | None
    row: int | None
    column: str | None
    old: str | None
    new: str | None


class CheckedJson(FoundAnomaliesJson):
    """`check`; `fixed` with --fix."""

    groups: list[CauseOfManyJson]
    read: list[ReadFileJson]
    fixed: NotRequired[list[ChangedCellJson]]


class BatchBuiltJson(TypedDict):
    """A staged batch; `files` are the names of FI, FS and GO."""

    name: str
    forms: int
    parts: int
    files: list[str]


class EmployerOutlookJson(TypedDict):
    """What would become of an employer's declarations."""

    company_id: str
    workers: int
    added: int
    changed: int
    unchanged: int


class RemovalJson(TypedDict):
    """What would be deleted on the platform."""

    company_id: str
    inss: str
    calendar_year: int
    block: str
    what: str


class BuiltJson(TypedDict):
    """`build`, and `run` that built nothing; `build --dry-run` tells the employers and removals."""

    batches: list[BatchBuiltJson]
    forms: int
    skipped: int
    unchanged: int
    being_cancelled: list[str]
    removals_file: str | None
    anomalies: list[FoundAnomalyJson]
    groups: list[CauseOfManyJson]
    read: list[ReadFileJson]
    employers: NotRequired[list[EmployerOutlookJson]]
    removals: NotRequired[list[RemovalJson]]


class NameAndReasonJson(TypedDict):
    """A file in quarantine."""

    name: str
    reason: str


class LeftJson(TypedDict):
    """A name in OUT that was left alone; `is_ours` is false for what belongs to somebody else."""

    place: str
    name: str
    reason: str
    is_ours: bool


class ReplayedJson(TypedDict):
    """`replay`."""

    processed: list[str]
    quarantined: list[NameAndReasonJson]
    unfetched: list[LeftJson]
    strangers: list[LeftJson]
    unmatched: list[str]
    cancelled: list[str]
    refused_files: int
    refused_forms: int


class PolledJson(ReplayedJson):
    """`poll`."""

    open_batches: int


class RanJson(BuiltJson):
    """`run`; `poll` when something was sent."""

    poll: NotRequired[PolledJson]


class BatchStandingJson(TypedDict):
    """A batch as `status` shows it."""

    name: str
    state: str
    environment: str
    ticket: str | None
    forms: int
    accepted: int
    warned: int
    refused: int
    open: int
    sent_at: str | None
    closed_at: str | None
    trouble: str | None
    waits_for: str | None


class FormStandingJson(TypedDict):
    """A form of a batch."""

    reference: str
    state: str
    ticket: str | None
    kind: str
    company_id: str | None
    inss: str | None
    calendar_year: int | None


class DeadlineJson(TypedDict):
    """A day within the year that comes, and what it is the last one for."""

    day: str
    days_left: int
    due: str
    text: TextsJson


class StandingJson(TypedDict):
    """`status`; `forms` when a batch, employer, worker or year is named."""

    batches: list[BatchStandingJson]
    left_alone: list[LeftJson]
    blocked: int
    deadlines: list[DeadlineJson]
    forms: NotRequired[list[FormStandingJson]]


class BatchSentJson(TypedDict):
    """The outcome of one batch; `elsewhere` when another process sends it."""

    name: str
    state: str
    elsewhere: bool
    trouble: str | None
    waits_for: str | None


class OnePointJson(TypedDict):
    """A point that the doctor looked at: ok, warning, error or skipped."""

    name: str
    state: str
    message: str
    advice: str | None


class RebuiltJson(TypedDict):
    """`ledger rebuild`; with --from-outbox what was put back."""

    answers: list[Any] | int
    batches: NotRequired[list[str]]
    brought_up: NotRequired[list[str]]
    problems: NotRequired[list[Any]]


class DifferenceJson(TypedDict):
    """A place where ledger and outbox differ."""

    batch: str
    file: str | None
    problem: str
    advice: str


class PurgedJson(TypedDict):
    """`purge`; `quarantined` and `answers` (that fit no batch of ours) are counts of files."""

    batches: list[str]
    quarantined: int
    answers: int


class AccountsJson(TypedDict):
    """`account export`; `incomplete` with --people."""

    folder: str
    accounts: int
    incomplete: NotRequired[list[Any]]


class AskedJson(TypedDict):
    """`ask ...`: `answers` in the REST manual's shape; only those with --show."""

    answers: list[dict[str, Any]]
    batches: NotRequired[list[str]]
    refused: NotRequired[list[FoundAnomalyJson]]
    waiting: NotRequired[int]


class ForecastsJson(TypedDict):
    """`credit forecast`: `credits` in the shape of GET creditCalculation."""

    credits: list[dict[str, Any]]
    anomalies: list[FoundAnomalyJson]


class NotComputedWorkerJson(TypedDict):
    """A worker whose right is in no output, and why."""

    company_id: str | None
    inss: str | None
    file: str | None
    sheet: str | None
    row: int | None
    column: str | None
    rule: str | None
    reason: TextsJson
    what_to_do: TextsJson


class RightsComputedJson(FoundAnomaliesJson):
    """`rights compute`."""

    output: str | None
    workers: int
    rows: int
    sizes: dict[str, Any]
    sizes_established: int
    input: list[dict[str, Any]]
    not_computed: list[NotComputedWorkerJson]
    not_computed_file: str | None
    sector_supplements: int


class RightsCheckedJson(FoundAnomaliesJson):
    """`rights check`."""

    employers: list[dict[str, Any]]
    workers: int
    not_computed: list[NotComputedWorkerJson]


class RightsExplainedJson(FoundAnomaliesJson):
    """`rights explain`: each right with its arithmetic, exact numbers as fractions in text."""

    rights: list[dict[str, Any]]


class SectorFactsJson(FoundAnomaliesJson):
    """`rights sectors`."""

    facts: list[dict[str, Any]]


class ProfileListedJson(TypedDict):
    """A profile of the package; `sha256` is over its binding and XSDs."""

    name: str
    version: str
    title: str
    official: bool
    schema: str
    sha256: str


class DemonstratedJson(BuiltJson):
    """`demo`."""

    folder: str
    status: list[BatchStandingJson]
    remote: list[FoundAnomalyJson]


class ServingJson(TypedDict):
    """`sandbox serve`; `base_url` with --rest."""

    host: str
    port: int
    host_key: str
    settings: str
    folder: str
    base_url: NotRequired[str]


class VersionsJson(TypedDict):
    """`--version --json`: libraries by name, profiles with the fingerprint of binding and XSDs."""

    version: str
    python: str
    platform: str
    profiles: list[ProfileListedJson]
    libraries: dict[str, str | None]


DOCUMENTS: dict[str, type | dict[str, object]] = {
    "--version": VersionsJson,
    "account export": AccountsJson,
    "anomalies": FoundAnomaliesJson,
    "ask changed-rights": AskedJson,
    "ask credit": AskedJson,
    "ask rights": AskedJson,
    "ask to-validate": AskedJson,
    "ask trainings": AskedJson,
    "build": BuiltJson,
    "cancel": {"name": str, "state": str, "waits_for": str | None},
    "check": CheckedJson,
    "correct": {
        "previous": str,
        "batches": list[Any],
        "forms": int,
        "missing": list[Any],
        "unchanged": list[Any],
        "already_corrected": list[Any],
        "ignored": int,
        "anomalies": list[FoundAnomalyJson],
    },
    "credit forecast": ForecastsJson,
    "demo": DemonstratedJson,
    "doctor": {"checks": list[OnePointJson]},
    "ledger rebuild": RebuiltJson,
    "ledger verify": {"faults": list[DifferenceJson]},
    "poll": PolledJson,
    "purge": PurgedJson,
    "replay": ReplayedJson,
    "report": {"file": str, "batches": int, "anomalies": int},
    "rescue": {
        "folder": str,
        "employers": int,
        "workers": int,
        "questions": int,
        "accounts": int,
        "answers": int,
        "missing": int,
        "unread": list[Any],
    },
    "rights check": RightsCheckedJson,
    "rights compute": RightsComputedJson,
    "rights explain": RightsExplainedJson,
    "rights sectors": SectorFactsJson,
    "run": RanJson,
    "sandbox serve": ServingJson,
    "schema check": {
        "profile": str,
        "verdict": str,
        "clean": bool,
        "accepted": list[Any],
        "differences": list[dict[str, Any]],
    },
    "schema draft": {"folder": str, "elements": list[dict[str, Any]], "drop": list[str]},
    "schema list": {"profiles": list[ProfileListedJson]},
    "send": {"batches": list[BatchSentJson]},
    "status": StandingJson,
    "trainings validate": {"file": str, "validated": list[dict[str, Any]]},
    "validate": FoundAnomaliesJson,
}
"""Every command that takes `--json`, by its full name: its document as a type or by its members."""
