"""TrainingRights and its three kinds of right (REST manual 3.3.3.1 D).

Days are hundredths of a day in steps of 50 (half days), 0 to 31200; hours are hundredths of an
hour, 0 to 312000. Each right carries exactly one of the two. The order of the fields is the
order of the zones in the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Repeats, Zone, ZoneType
from fla_batch.vocabulary.terms import RightType

SECTOR_RIGHTS_MAX = 10
EMPLOYER_RIGHTS_MAX = 10
JOINT_COMMITTEES_MAX = 10
_JOINT_COMMITTEE = r"[0-9]{3}(\.[0-9]{2}){0,2}"
_SOURCES: dict[int | str, tuple[str, str, str]] = {
    "EMPLOYER": ("employer", "employeur", "werkgever"),
    "PROVIDER": ("mandate holder", "mandataire", "mandataris"),
    "FLA": ("computed by the platform", "calculé par la plateforme", "berekend door het platform"),
}


def _days(label: str) -> Zone:
    return Zone(label, ZoneType.INTEGER, Presence.ONE_OF, low=0, high=31200, step=50)


def _hours(label: str) -> Zone:
    return Zone(label, ZoneType.INTEGER, Presence.ONE_OF, low=0, high=312000)


def _joint_committee(many: int = 1) -> Zone:
    return Zone(
        "JointCommissionNbr",
        ZoneType.TEXT,
        Presence.MANDATORY,
        longest=9,
        pattern=_JOINT_COMMITTEE,
        form="CCC, CCC.CC, CCC.CC.CC",
        samples=("200", "149.02", "149.02.01"),
        many=many,
    )


_REGISTRY = Zone("WorkingRegulationsRegistryNbr", ZoneType.TEXT, shortest=1, longest=200)
_SOURCE = Zone("Source", ZoneType.TEXT, Presence.READ_ONLY, longest=36, codes=_SOURCES)


class LegalFlaRight(Block):
    """The legal right; its joint committee repeats, once to ten times."""

    right_type: ClassVar[RightType] = RightType.LEGAL

    legal_fla_right_days: Annotated[int | None, _days("LegalFlaRightDays")] = None
    legal_fla_right_hours: Annotated[int | None, _hours("LegalFlaRightHours")] = None
    working_regulations_registry_nbr: Annotated[str | None, _REGISTRY] = None
    joint_commission_nbr: Annotated[
        tuple[str, ...], _joint_committee(many=JOINT_COMMITTEES_MAX)
    ] = ()
    source: Annotated[str | None, _SOURCE] = None
    legal_fla_right_validity_end_date: Annotated[
        date | None, Zone("LegalFlaRightValidityEndDate", ZoneType.DATE, Presence.READ_ONLY)
    ] = None


class ComplementarySectorRight(Block):
    """A right that a collective agreement of the sector adds; one block per joint committee."""

    right_type: ClassVar[RightType] = RightType.SECTOR

    complementary_sector_right_days: Annotated[
        int | None, _days("ComplementarySectorRightDays")
    ] = None
    complementary_sector_right_hours: Annotated[
        int | None, _hours("ComplementarySectorRightHours")
    ] = None
    working_regulations_registry_nbr: Annotated[str | None, _REGISTRY] = None
    joint_commission_nbr: Annotated[str | None, _joint_committee()] = None
    activity_code: Annotated[
        int | None,
        Zone("ActivityCode", ZoneType.INTEGER, Presence.MANDATORY, low=0, high=99999),
    ] = None
    source: Annotated[str | None, _SOURCE] = None


class ComplementaryEmployerRight(Block):
    """A right that the employer adds in its working regulations."""

    right_type: ClassVar[RightType] = RightType.EMPLOYER

    complementary_employer_right_days: Annotated[
        int | None, _days("ComplementaryEmployerRightDays")
    ] = None
    complementary_employer_right_hours: Annotated[
        int | None, _hours("ComplementaryEmployerRightHours")
    ] = None
    working_regulations_registry_nbr: Annotated[str | None, _REGISTRY] = None
    joint_commission_nbr: Annotated[str | None, _joint_committee()] = None
    source: Annotated[str | None, _SOURCE] = None


Right = LegalFlaRight | ComplementarySectorRight | ComplementaryEmployerRight


RIGHT_MODELS: Mapping[
    RightType,
    type[LegalFlaRight] | type[ComplementarySectorRight] | type[ComplementaryEmployerRight],
] = {
    RightType.LEGAL: LegalFlaRight,
    RightType.SECTOR: ComplementarySectorRight,
    RightType.EMPLOYER: ComplementaryEmployerRight,
}
RIGHT_FIELDS = {
    RightType.LEGAL: "legal_fla_right",
    RightType.SECTOR: "complementary_sector_right",
    RightType.EMPLOYER: "complementary_employer_right",
}
"""The fields of TrainingRights; the names of a right's days and hours begin with them too."""


class TrainingRights(Block):
    """All rights of one worker and year: what is left out is deleted, the legal right excepted."""

    legal_fla_right: LegalFlaRight | None = None
    complementary_sector_right: Annotated[
        tuple[ComplementarySectorRight, ...], Repeats(SECTOR_RIGHTS_MAX)
    ] = ()
    complementary_employer_right: Annotated[
        tuple[ComplementaryEmployerRight, ...], Repeats(EMPLOYER_RIGHTS_MAX)
    ] = ()

    def of(self, right_type: RightType) -> tuple[Right, ...]:
        """The rights of that kind: of the legal one there is one, or none."""
        found = getattr(self, RIGHT_FIELDS[right_type])
        if isinstance(found, tuple):
            return found
        return () if found is None else (found,)
