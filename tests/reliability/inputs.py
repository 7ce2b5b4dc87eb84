"""Input files in the REST manual's shape; every number is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builders import company_id, inss

ABSENT_EMPLOYER = "0999999922"
"""The sandbox's directory does not know it: its forms are refused."""


def trainings_body(worker: int = 1, count: int = 2, employer: str | None = None) -> dict[str, Any]:
    """A year of trainings of one worker."""
    return {
        "employer": {"companyId": int(employer or company_id())},
        "employee": {"inss": int(inss(worker))},
        "calendarYear": 2024,
        "trainings": [_training(number) for number in range(1, count + 1)],
    }


def _training(number: int) -> dict[str, Any]:
    day = f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}"
    return {
        "trainingSequenceNbr": number,
        "trainingDenomination": f"First aid at work, part {number}",
        "trainingFirstStartDate": day,
        "trainingLastEndDate": day,
        "trainingResult": 1,
        "trainingLeadingToCertificate": 1,
        "scope": 1,
        "detailsPerPeriod": [
            {
                "trainingHours": 760,
                "trainingStartDate": day,
                "trainingEndDate": day,
                "trainingStatus": 1,
                "trainingType": 1,
                "additionalInformation": "Fire drill and first aid. " * 12,
            }
        ],
    }


def rights_body(worker: int = 1, days: int = 500, *, legal: bool = True) -> dict[str, Any]:
    """A year of rights of one worker: the legal one, and one of the employer."""
    rights: dict[str, Any] = {
        "complementaryEmployerRight": [
            {"complementaryEmployerRightDays": 100, "jointCommissionNbr": "200"}
        ]
    }
    if legal:
        rights["legalFlaRight"] = {"legalFlaRightDays": days, "jointCommissionNbr": ["200"]}
    return {
        "employer": {"companyId": int(company_id())},
        "employee": {"inss": int(inss(worker))},
        "calendarYear": 2024,
        "trainingRights": rights,
    }


def write(path: Path, *bodies: dict[str, Any]) -> Path:
    """The bodies as one input file."""
    path.write_text(json.dumps(list(bodies)), encoding="utf-8")
    return path
