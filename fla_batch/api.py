"""The library's public face: what a program may build on. Everything else is private.

What stands in `__all__` keeps its name, arguments and meaning until the next major version; what is
added has a default. Everything else of the package may change with any version (decision 1905).
Nothing here prints, reads a clock or asks for a password: what a function needs is an argument.
Bad data comes back as `Anomaly` values; what is broken around them is raised as `FlaBatchError`,
whose `exit_code`, `hint` and `retryable` say what to do.

Hours are whole hundredths of an hour (7.6 h is 760), days hundredths of a day, dates Belgian dates,
instants aware; company and national numbers are text of 10 and 11 digits.

>>> from datetime import UTC, date, datetime
>>> mine = TrainingsDeclaration(
...     employer=Employer(company_id="0880820673"),
...     employee=Employee(inss="00010100105"),
...     calendar_year=2024,
...     trainings=(
...         Training(
...             training_sequence_nbr=1,
...             training_denomination="First aid",
...             training_first_start_date=date(2024, 2, 5),
...             training_last_end_date=date(2024, 2, 5),
...             training_result=1,
...             training_leading_to_certificate=1,
...             scope=1,
...             details_per_period=(
...                 DetailsPerPeriod(
...                     training_hours=760,
...                     training_start_date=date(2024, 2, 5),
...                     training_end_date=date(2024, 2, 5),
...                     training_status=1,
...                     training_type=1,
...                 ),
...             ),
...         ),
...     ),
... )
>>> check(mine, today=date(2025, 3, 1))
[]
>>> message = write([mine], run="EXAMPLE", at=datetime(2025, 3, 1, 9, 0, tzinfo=UTC))
>>> message.count(b"<Form>")
1
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    LegalFlaRight,
    Training,
    TrainingProviderReference,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import (
    NO_SENDER,
    AnomalyClass,
    Environment,
    FormKind,
    Language,
)

if TYPE_CHECKING:
    from fla_batch.account.remaining_credit import Forecast
    from fla_batch.answers.acknowledgement import Acknowledgement
    from fla_batch.answers.notification import NotificationForm
    from fla_batch.commands.build_batches import BuildResult
    from fla_batch.commands.poll_result import PollResult
    from fla_batch.commands.send import SendOutcome
    from fla_batch.commands.workspace import Workspace
    from fla_batch.ledger.records import BatchRow
    from fla_batch.rights.not_computed import NotComputed
    from fla_batch.rights.right import WorkerRight
    from fla_batch.signing.signer import Signer

__all__ = [
    "Anomaly",
    "AnomalyClass",
    "ComplementaryEmployerRight",
    "ComplementarySectorRight",
    "Declaration",
    "DetailsPerPeriod",
    "Employee",
    "Employer",
    "Environment",
    "FlaBatchError",
    "FormKind",
    "Labels",
    "Language",
    "LegalFlaRight",
    "Source",
    "Training",
    "TrainingProviderReference",
    "TrainingRights",
    "TrainingRightsDeclaration",
    "TrainingsDeclaration",
    "build",
    "check",
    "compute_rights",
    "declaration_from_json",
    "forecast_credit",
    "load_signer",
    "open_workspace",
    "poll",
    "read",
    "read_acknowledgement",
    "read_notification",
    "send",
    "sign",
    "status",
    "validate",
    "write",
]

PROFILE = "fla-20250131"


def read(inputs: Iterable[Path]) -> Iterator[Declaration | Anomaly]:
    """The declarations in files of any kind that `fla-batch check` takes, and what is wrong there.

    A declaration of which something could not be read is not given, only what `blocks` it: it
    would say less than the file. Streamed: a file of a million rows is never whole in memory.
    Raises InputUnreadable for a file that cannot be read at all. Source: docs/reference/input.md.

    >>> from importlib.resources import files
    >>> example = Path(str(files("fla_batch.sandbox") / "examples" / "trainings-2024.csv"))
    >>> sum(isinstance(each, TrainingsDeclaration) for each in read([example])) > 0
    True
    """
    from fla_batch.intake import read_inputs

    for item in read_inputs(inputs):
        if isinstance(item, Anomaly):
            yield item
            continue
        yield from item.anomalies
        if not any(each.blocks for each in item.anomalies):
            yield item.declaration


def declaration_from_json(body: str | bytes) -> list[Declaration | Anomaly]:
    """A body of PUT /trainings or PUT /trainingRights, one or a list, as the REST manual prints it.

    What cannot be read of it is an Anomaly, as in `read`. Source: REST manual 3.3.3.2 and 3.3.4.2.

    >>> (one,) = declaration_from_json('{"employer": {"companyId": "0880820673"}, "trainings": []}')
    >>> one.employer.company_id
    '0880820673'
    """
    from tempfile import TemporaryDirectory

    content = body.encode() if isinstance(body, str) else body
    with TemporaryDirectory(prefix="fla-batch-") as folder:
        path = Path(folder) / "body.json"
        path.write_bytes(content)
        return list(read([path]))


def check(declaration: Declaration, *, today: date) -> list[Anomaly]:
    """What the platform's rules find wrong on the Belgian date `today`; [] when nothing.

    A declaration may be sent when no anomaly `blocks`. The guards against deleting trainings need
    the ledger: `build` applies them. Source: REST manual 3.1, 3.3.3, 3.3.4.

    >>> empty = TrainingsDeclaration(employee=Employee(inss="00010100106"))
    >>> sorted({anomaly.tag for anomaly in check(empty, today=date(2025, 3, 1))})
    ['CalendarYear', 'CompanyID', 'INSS', 'Trainings']
    """
    from fla_batch.models import Entry
    from fla_batch.rules import RuleContext
    from fla_batch.rules import check as check_entry

    return check_entry(Entry(declaration), RuleContext(today))


def write(
    declarations: Sequence[Declaration],
    *,
    run: str,
    at: datetime,
    profile: str = PROFILE,
    sender: str | None = None,
    environment: Environment = Environment.SIMULATION,
) -> bytes:
    """One message (the content of an FI part) with a form for each declaration of one kind.

    `run` (1 to 14 of 0-9 A-Z) begins every reference number and must never be used again; `at` is
    the instant of creation (aware). `sender` (6 digits) and `environment` are for profiles whose
    header says them. The same arguments give the same bytes. Raises ProfileMistake, and ValueError
    for no declaration, two kinds, or a header that says a sender who is not given.
    """
    from fla_batch.batching.form_maker import FormMaker
    from fla_batch.message import load
    from fla_batch.message.templates import MessageFacts
    from fla_batch.message.writer import writers_of
    from fla_batch.vocabulary.belgian_time import belgian_date

    kinds = {each.kind for each in declarations}
    if len(kinds) != 1:
        raise ValueError("a message holds one kind of declaration, and at least one of it")
    loaded = load(profile)
    maker = FormMaker(loaded, run, at)
    facts = MessageFacts(belgian_date(at), sender or NO_SENDER, environment)
    writer = writers_of(loaded, facts=facts)[kinds.pop()]
    if sender is None and writer.says("sender"):
        raise ValueError("the header of this profile says who sends: give `sender`")
    return b"".join(writer.message(maker.form(each) for each in declarations))


def validate(message: Path, *, today: date, profile: str = PROFILE) -> list[Anomaly]:
    """What is wrong with an existing message, by XSD, format and rules; [] when it is valid.

    Raises ProfileMistake, DiskTrouble.
    """
    from fla_batch.message import load
    from fla_batch.message.validation import validate_message
    from fla_batch.rules import RuleContext
    from fla_batch.system.anomaly_store import AnomalySpool

    found = AnomalySpool()
    validate_message(message, load(profile), RuleContext(today), found)
    return list(found.by_place())


def load_signer(
    *,
    pkcs12_file: Path | None = None,
    key_file: Path | None = None,
    certificate_file: Path | None = None,
    password_env: str | None = None,
) -> Signer:
    """A signer of a PKCS#12 file, or of a PEM key and its certificate.

    `password_env` names the environment variable that holds the password. Raises
    KeyOrCertificateMistake: missing, open to others, wrong password, not meant for signatures.
    """
    from fla_batch.signing.signer import load_signer as load

    return load(
        pkcs12_file=pkcs12_file,
        key_file=key_file,
        certificate_file=certificate_file,
        password_env=password_env,
    )


def sign(message: Path, signer: Signer, *, at: datetime) -> bytes:
    """The FS of an FI part: detached CMS in base64, verified once it is made, in constant memory.

    Signing twice gives different bytes: keep them. Raises KeyOrCertificateMistake.

    >>> from datetime import UTC, datetime
    >>> from tempfile import TemporaryDirectory
    >>> from fla_batch.signing.throwaway import throwaway_certificate
    >>> now = datetime(2025, 3, 1, tzinfo=UTC)
    >>> with TemporaryDirectory() as folder:
    ...     made = throwaway_certificate(Path(folder), now=now, key_type="ec")
    ...     part = Path(folder) / "FI"
    ...     written = part.write_bytes(b"<FLA/>")
    ...     signer = load_signer(key_file=made.key_file, certificate_file=made.certificate_file)
    ...     sign(part, signer, at=now)[:3]
    b'MII'
    """
    from fla_batch.signing.signer import sign_file

    return sign_file(signer, message, signed_at=at)


def read_acknowledgement(file: Path) -> Sequence[Acknowledgement]:
    """The portal's verdicts in an ACRF: `accepted`, `refused`, `ticket`, `anomalies`.

    Raises NotWellFormed, UnsafeXml, UnexpectedRoot, NoForm; OSError.
    """
    from fla_batch.answers.acknowledgement import read as read_file

    return read_file(file)


def read_notification(file: Path) -> Iterator[NotificationForm]:
    """The platform's verdicts in a NOTI, form by form; count them only once the iterator has ended.

    Raises as `read_acknowledgement`.
    """
    from fla_batch.answers.notification import read_forms

    return read_forms(file)


def compute_rights(
    dmfa: Sequence[Path],
    dimona: Sequence[Path],
    *,
    as_of: date,
    year: int | None = None,
    sizes: Mapping[str, int] | None = None,
    told: Callable[[Anomaly | NotComputed], None] = lambda _: None,
) -> Iterator[WorkerRight]:
    """The legal right (A x B x C) of each worker with an employer in `year`, by INSS and employer.

    `sizes` are those of employers that you know already; others are computed from the DmfA of the
    reference quarters. `told` hears every finding on the input, and who could not be computed,
    with the reason; all of it once the iterator has ended. Raises InputUnreadable,
    ConfigurationMistake. Source: docs/concepts/rights.md.

    >>> from tempfile import TemporaryDirectory
    >>> heading = "CompanyID;INSS;Quarter;EmployerClass;WorkerCode;OccupationStartingDate;"
    >>> heading += "JointCommissionNbr;RefMeanWorkingHours;MeanWorkingHours"
    >>> line = "0880820673;80010100107;2024Q1;958;495;2020-03-01;200;3800;1900"
    >>> period = "0880820673;80010100107;2020-03-01;;OTH"
    >>> with TemporaryDirectory() as folder:
    ...     dmfa, dimona = Path(folder) / "dmfa.csv", Path(folder) / "dimona.csv"
    ...     _ = dmfa.write_text(f"{heading}\\n{line}\\n")
    ...     heading = "CompanyID;INSS;StartingDate;EndingDate;WorkerType"
    ...     _ = dimona.write_text(f"{heading}\\n{period}\\n")
    ...     day = date(2024, 4, 15)
    ...     (one,) = compute_rights([dmfa], [dimona], as_of=day, sizes={"0880820673": 25})
    >>> one.inss, one.calendar_year, float(one.hours)  # 3 days, half of full time, 7.6 h a day
    ('80010100107', 2024, 11.4)
    """
    from fla_batch.rights.compute import prepare
    from fla_batch.rights.request import Request
    from fla_batch.rights.spill import Spill

    with Spill() as spill:
        stated = {number: Fraction(size) for number, size in (sizes or {}).items()}
        request = Request(as_of=as_of, year=year or as_of.year, stated=stated)
        computation = prepare(spill, dmfa, dimona, request)
        yield from computation.rights()
        for found in computation.anomalies:
            told(found)
        for missing in computation.not_computed():
            told(missing)


def forecast_credit(declarations: Iterable[Declaration], *, at: datetime) -> Iterator[Forecast]:
    """The training credit that remains to each worker of `declarations` (all years that count).

    `at` is Belgian local time, without a zone. Source: REST manual 3.3.5.

    >>> from datetime import datetime
    >>> rights = TrainingRightsDeclaration(
    ...     employer=Employer(company_id="0880820673"),
    ...     employee=Employee(inss="00010100105"),
    ...     calendar_year=2024,
    ...     training_rights=TrainingRights(
    ...         legal_fla_right=LegalFlaRight(legal_fla_right_hours=3800)
    ...     ),
    ... )
    >>> (one,) = forecast_credit([rights], at=datetime(2024, 12, 31))
    >>> one.credit.legal_fla_credit.total_legal_fla_credit_hours
    3800
    """
    from fla_batch.account.credit_forecast import forecasts

    return forecasts(declarations, at)


@contextmanager
def open_workspace(settings: Path, *, clock: Callable[[], datetime]) -> Iterator[Workspace]:
    """Ledger, outbox and server of a `fla-batch.toml`; for `build`, `send`, `poll` and `status`.

    `clock` gives aware instants. Safe beside the command line and other processes on the same
    settings. Raises ConfigurationMistake, LedgerTrouble, DiskTrouble.

    >>> from datetime import UTC, datetime
    >>> from tempfile import TemporaryDirectory
    >>> from fla_batch.message import load
    >>> from fla_batch.sandbox.ground import practice_ground
    >>> from importlib.resources import files
    >>> example = Path(str(files("fla_batch.sandbox") / "examples" / "trainings-2024.csv"))
    >>> now = lambda: datetime.now(UTC)
    >>> with TemporaryDirectory() as folder:
    ...     with practice_ground(Path(folder), load(PROFILE), clock=now) as ground:
    ...         with open_workspace(ground.settings_file, clock=now) as workspace:
    ...             built = build(workspace, [example])
    ...             sent = send(workspace)
    ...             while poll(workspace).open_batches:
    ...                 pass  # in life: wait some minutes
    ...             (row,) = status(workspace)
    >>> row.state.value, row.open
    ('closed', 0)
    """
    from fla_batch.commands.workspace import Workspace
    from fla_batch.configuration.loading import load

    with Workspace.open(load(settings, environ={}), clock=clock) as workspace:
        yield workspace


def build(workspace: Workspace, inputs: Iterable[Path]) -> BuildResult:
    """Signed batches in the outbox, and all anomalies; with one that blocks nothing is staged.

    Raises ConfigurationMistake, KeyOrCertificateMistake, DiskTrouble.
    """
    from fla_batch.commands.build import build as build_inputs

    return build_inputs(workspace, inputs)


def send(workspace: Workspace) -> list[SendOutcome]:
    """Sends what is staged, each batch once, and what was interrupted on from where it stopped.

    Raises PlatformClosed in production, GatewayUnavailable, LoginRefused, HostKeyMismatch.
    """
    from fla_batch.commands.send import require_checked, require_open, to_send
    from fla_batch.commands.send import send as send_batches

    waiting = to_send(workspace, [])
    if waiting:
        require_checked(workspace.settings.profile.name)
    require_open(workspace, waiting, after_closure=False)
    return send_batches(workspace, waiting)


def poll(workspace: Workspace) -> PollResult:
    """Fetches and processes the answers that are there now. Raises as `send`, and LockHeld."""
    from fla_batch.commands.poll import poll as poll_once

    return poll_once(workspace)


def status(workspace: Workspace) -> list[BatchRow]:
    """Every batch with its state and its counts, oldest first."""
    from fla_batch.commands.status import status as rows

    return rows(workspace)
