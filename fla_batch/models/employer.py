"""Employer and Employee (REST manual 3.3.3.1 A and B)."""

from __future__ import annotations

from typing import Annotated

from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Zone, ZoneType

IMPORTANCE_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("1-4 workers", "1 à 4 travailleurs", "1 tot 4 werknemers"),
    2: ("5-9 workers", "5 à 9 travailleurs", "5 tot 9 werknemers"),
    3: ("10-19 workers", "10 à 19 travailleurs", "10 tot 19 werknemers"),
    4: ("20-49 workers", "20 à 49 travailleurs", "20 tot 49 werknemers"),
    5: ("50-99 workers", "50 à 99 travailleurs", "50 tot 99 werknemers"),
    6: ("100-199 workers", "100 à 199 travailleurs", "100 tot 199 werknemers"),
    7: ("200-499 workers", "200 à 499 travailleurs", "200 tot 499 werknemers"),
    8: ("500-999 workers", "500 à 999 travailleurs", "500 tot 999 werknemers"),
    9: ("1000 workers or more", "1000 travailleurs ou plus", "1000 werknemers of meer"),
}
SMALL_EMPLOYERS = (1, 2)
"""FlaImportanceCode of fewer than 10 workers: their providers' trainings validate themselves."""
LANGUAGE_CODES: dict[int | str, tuple[str, str, str]] = {
    1: ("Dutch", "néerlandais", "Nederlands"),
    2: ("French", "français", "Frans"),
    3: ("German", "allemand", "Duits"),
    4: ("English", "anglais", "Engels"),
}


class Employer(Block):
    """The employer. `company_id` is the 10-digit KBO/BCE number, zeros kept."""

    company_id: Annotated[
        str | None, Zone("CompanyID", ZoneType.COMPANY_ID, Presence.MANDATORY)
    ] = None
    fla_importance_code: Annotated[
        int | None,
        Zone("FlaImportanceCode", ZoneType.INTEGER, low=1, high=9, codes=IMPORTANCE_CODES),
    ] = None


class Employee(Block):
    """The worker. `inss` is the 11-digit national or BIS number, zeros kept.

    `ref_hours_in_working_day` is in hundredths of an hour, 0 to 1400: 7 h 36 = 760.
    """

    inss: Annotated[str | None, Zone("INSS", ZoneType.INSS, Presence.MANDATORY)] = None
    language: Annotated[
        int | None, Zone("Language", ZoneType.INTEGER, low=1, high=4, codes=LANGUAGE_CODES)
    ] = None
    ref_hours_in_working_day: Annotated[
        int | None, Zone("RefHoursInWorkingDay", ZoneType.INTEGER, low=0, high=1400)
    ] = None
