"""Anomalies that only the platform can find: directory, accounts, register, questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fla_batch.account.remaining_credit import BeyondBounds
from fla_batch.models import DeclarationKey, Entry, TrainingProviderReference
from fla_batch.models.question import Question
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.identifiers import is_valid_company_id, is_valid_inss
from fla_batch.vocabulary.terms import AnomalyClass, FormKind
from fla_batch.vocabulary.zone_path import path_text

_ABOUT_A_WORKER = (FormKind.ASK_CREDIT, FormKind.ASK_RIGHTS, FormKind.ASK_TRAININGS)
_ABOUT_A_YEAR = (FormKind.ASK_RIGHTS, FormKind.ASK_TRAININGS)


def not_in_directory(company_id: str) -> Anomaly:
    """The employer is not in the directory (00014-017; REST manual 3.4.3)."""
    return Anomaly(
        AnomalyClass.BLOCKING,
        "00014-017",
        label=catalogue.label_of("00014-017"),
        tag="CompanyID",
        path="employer.companyId",
        value=company_id,
        company_id=company_id,
    )


def legal_must_stay(key: DeclarationKey) -> Anomaly:
    """The employer keeps the legal right of that year, and left it out (3.3.3.2 F)."""
    return _about(
        key, AnomalyClass.BLOCKING, "LegalFlaRight", "001", "trainingRights.legalFlaRight"
    )


def already_declared(key: DeclarationKey) -> Anomaly:
    """The same rights were declared before (FLA04-272; REST manual 3.4.2)."""
    return _about(key, AnomalyClass.WARNING, "TrainingRights", "272", "trainingRights")


def unknown_reference(
    key: DeclarationKey, index: int, reference: TrainingProviderReference
) -> Anomaly:
    """No provider registered that training for this worker (513) [D]: it counts all the same."""
    path = f"trainings[{index}].trainingProviderReference.providerTrainingId"
    number = reference.provider_training_id
    return _about(key, AnomalyClass.WARNING, "ProviderTrainingId", "513", path, number)


def beyond_bounds(key: DeclarationKey, found: Iterable[BeyondBounds]) -> Iterator[Anomaly]:
    """A credit that passes the manual's upper bounds is told whole, and said to (008) [D]."""
    for zone, hours_centi, year in found:
        about = key._replace(calendar_year=year or key.calendar_year)
        yield _about(
            about, AnomalyClass.WARNING, zone, "008", "flaCreditCalculation", str(hours_centi)
        )


def unreadable(entry: Entry) -> Iterator[Anomaly]:
    """Values that the message carries and that do not fit their zone (003)."""
    for path in sorted(entry.unreadable, key=path_text):
        name = str(path[-1])
        zone = name[:1].upper() + name[1:]
        yield _about(entry.declaration.key, AnomalyClass.BLOCKING, zone, "003", path_text(path))


def of_question(question: Question) -> Iterator[Anomaly]:
    """What is missing or wrong in a question (REST manual 3.3.3.3 to 3.3.7.2)."""
    kind = question.kind
    company_id = question.employer.company_id
    inss = question.employee.inss if question.employee else None
    if not is_valid_company_id(company_id or ""):
        yield _wrong("CompanyID", "004" if company_id else "001", "employer.companyId")
    if (kind in _ABOUT_A_WORKER or inss) and not is_valid_inss(inss or ""):
        yield _wrong("INSS", "004" if inss else "001", "employee.inss")
    if kind in _ABOUT_A_YEAR and question.calendar_year is None:
        yield _wrong("CalendarYear", "001", "calendarYear")
    if kind is FormKind.ASK_TO_VALIDATE and question.processing_state is None:
        yield _wrong("ProcessingState", "001", "processingState")
    if kind is FormKind.ASK_CHANGED_RIGHTS and question.modified_from_date is None:
        yield _wrong("ModifiedFromDate", "001", "modifiedFromDate")
    first, last = question.from_training_first_start_date, question.to_training_last_end_date
    if first and last and last < first:
        yield _wrong("ToTrainingLastEndDate", "014", "toTrainingLastEndDate")


def _wrong(zone: str, code: str, path: str) -> Anomaly:
    error_id = f"{zone}-{code}"
    return Anomaly(
        AnomalyClass.BLOCKING, error_id, label=catalogue.label_of(error_id), tag=zone, path=path
    )


def _about(
    key: DeclarationKey,
    anomaly_class: AnomalyClass,
    zone: str,
    code: str,
    path: str,
    value: str | None = None,
) -> Anomaly:
    error_id = f"{zone}-{code}"
    return Anomaly(
        anomaly_class,
        error_id,
        label=catalogue.label_of(error_id),
        tag=zone,
        path=path,
        value=value,
        company_id=key.company_id or None,
        inss=key.inss or None,
        calendar_year=key.calendar_year or None,
    )
