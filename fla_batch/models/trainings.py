"""Training, its periods and its provider's reference (REST manual 3.3.4.1 D).

Days are hundredths of a day in steps of 50 (half days), 0 to 156000; hours are hundredths of an
hour, 0 to 1560000. The order of the fields is the order of the zones in the message.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Repeats, Zone, ZoneType

TRAININGS_MAX = 999
PERIODS_MAX = 999

RESULT_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("passed", "réussie", "geslaagd"),
    2: ("failed", "échouée", "niet geslaagd"),
    3: ("interrupted", "interrompue", "onderbroken"),
    4: ("followed, no result", "suivie sans résultat", "gevolgd zonder resultaat"),
    5: ("not finished yet", "pas encore terminée", "nog niet beëindigd"),
}
CERTIFICATE_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("no", "non", "nee"),
    2: ("yes", "oui", "ja"),
}
SCOPE_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("inside the FLA's scope", "dans le champ du FLA", "binnen het toepassingsgebied"),
    2: ("outside the FLA's scope", "hors du champ du FLA", "buiten het toepassingsgebied"),
}
STATUS_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("followed", "suivie", "gevolgd"),
    2: ("not followed", "non suivie", "niet gevolgd"),
    3: ("does not suit the worker", "ne convient pas", "niet geschikt"),
    4: ("reserved, not yet followed", "réservée, pas encore suivie", "gereserveerd"),
}
TYPE_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("formal", "formelle", "formeel"),
    2: ("informal", "informelle", "informeel"),
}
PLACE_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("on-site", "sur site", "op de werkplek"),
    2: ("off-site", "en externe", "extern"),
    3: ("online", "en ligne", "online"),
    4: ("abroad", "à l'étranger", "in het buitenland"),
}
STATE_CODES: dict[int | str, tuple[str, str, str]] = {
    "toValidate": ("to validate", "à valider", "te valideren"),
    "validated": ("validated", "validée", "gevalideerd"),
}


def _coded(
    label: str,
    codes: dict[int | str, tuple[str, str, str]],
    presence: Presence = Presence.MANDATORY,
) -> Zone:
    return Zone(label, ZoneType.INTEGER, presence, low=1, high=len(codes), codes=codes)


def _date(label: str, presence: Presence = Presence.MANDATORY) -> Zone:
    return Zone(label, ZoneType.DATE, presence)


class DetailsPerPeriod(Block):
    """One period of a training: exactly one of days and hours, two dates, a status, a type."""

    training_days: Annotated[
        int | None,
        Zone("TrainingDays", ZoneType.INTEGER, Presence.ONE_OF, low=0, high=156000, step=50),
    ] = None
    training_hours: Annotated[
        int | None,
        Zone("TrainingHours", ZoneType.INTEGER, Presence.ONE_OF, low=0, high=1560000),
    ] = None
    training_start_date: Annotated[date | None, _date("TrainingStartDate")] = None
    training_end_date: Annotated[date | None, _date("TrainingEndDate")] = None
    # The manual leaves its presence blank: optional here, and a rule warns when it is missing.
    training_status: Annotated[
        int | None, _coded("TrainingStatus", STATUS_CODES, Presence.OPTIONAL)
    ] = None
    training_type: Annotated[int | None, _coded("TrainingType", TYPE_CODES)] = None
    training_place: Annotated[
        int | None, _coded("TrainingPlace", PLACE_CODES, Presence.OPTIONAL)
    ] = None
    additional_information: Annotated[
        str | None, Zone("AdditionalInformation", ZoneType.TEXT, longest=500)
    ] = None


class TrainingProviderReference(Block):
    """Names a training that a provider registered; sending it validates that training."""

    provider_training_id: Annotated[
        str | None,
        Zone(
            "ProviderTrainingId",
            ZoneType.TEXT,
            Presence.MANDATORY,
            longest=36,
            pattern=r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
            form="xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            samples=("8f14e45f-ceea-467f-9c2d-0123456789ab",),
        ),
    ] = None
    training_provider_company_id: Annotated[
        str | None, Zone("TrainingProviderCompanyId", ZoneType.COMPANY_ID, Presence.MANDATORY)
    ] = None


class Training(Block):
    """One training with its periods, declared whole in the year in which its first one starts."""

    training_sequence_nbr: Annotated[
        int | None,
        Zone("TrainingSequenceNbr", ZoneType.INTEGER, Presence.MANDATORY, low=1, high=999),
    ] = None
    training_denomination: Annotated[
        str | None,
        Zone("TrainingDenomination", ZoneType.TEXT, Presence.MANDATORY, shortest=3, longest=500),
    ] = None
    training_first_start_date: Annotated[date | None, _date("TrainingFirstStartDate")] = None
    training_last_end_date: Annotated[date | None, _date("TrainingLastEndDate")] = None
    training_reference_nbr: Annotated[
        str | None, Zone("TrainingReferenceNbr", ZoneType.TEXT, longest=500)
    ] = None
    training_organiser_name: Annotated[
        str | None, Zone("TrainingOrganiserName", ZoneType.TEXT, longest=500)
    ] = None
    training_result: Annotated[int | None, _coded("TrainingResult", RESULT_CODES)] = None
    training_leading_to_certificate: Annotated[
        int | None, _coded("TrainingLeadingToCertificate", CERTIFICATE_CODES)
    ] = None
    certificate_validity_start_date: Annotated[
        date | None, _date("CertificateValidityStartDate", Presence.OPTIONAL)
    ] = None
    certificate_validity_end_date: Annotated[
        date | None, _date("CertificateValidityEndDate", Presence.OPTIONAL)
    ] = None
    scope: Annotated[int | None, _coded("Scope", SCOPE_CODES)] = None
    details_per_period: Annotated[tuple[DetailsPerPeriod, ...], Repeats(PERIODS_MAX, least=1)] = ()
    training_provider_reference: TrainingProviderReference | None = None
    processing_state: Annotated[
        str | None,
        Zone("ProcessingState", ZoneType.TEXT, Presence.READ_ONLY, longest=36, codes=STATE_CODES),
    ] = None
