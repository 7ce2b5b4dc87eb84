"""What the gateway checks when a GO arrives: names, counts, sizes and content.

One implementation for the tool, before anything is sent, and for the sandbox. Pure: names are
raw text as they lie in the folder; the day, the names that were used before and what was found
in each part are arguments. `CHECKS` maps each code to its check; all of them run,
and what they find comes back together in the table's order. Meanings of the codes are in the
catalogue. Source: the portal's codes for files received over sFTP.

>>> files = (("FI.FLAD.123456.20250301.00001.S.1.1", 9), ("GO.FLAD.123456.20250301.00001.S.1", 0))
>>> check(Delivery("INTEST-S", "123456", files), today=date(2025, 3, 1))
[]
>>> check(Delivery("IN", "654321", files), today=date(2025, 2, 28))
['ACRF-108', 'ACRF-111', 'ACRF-257']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from fla_batch.channel.delivery import PARTED, Case, Delivery, DeliveryLimits, PartFacts, RawName
from fla_batch.vocabulary.terms import Environment, FileKind

_NO_LIMITS_GIVEN = DeliveryLimits()
_OURS = (*PARTED, FileKind.GO, FileKind.TD)
_SEQUENCE = re.compile("[0-9A-Z]*")
_DIGITS = re.compile("[0-9]+")

Check = Callable[[Case], bool]
"""True when the delivery has the fault."""


def _lacks_structure(kind: FileKind) -> Check:
    return lambda case: any(not name.has_structure for name in case.of(kind))


def _any_name(fault: Callable[[RawName, Case], bool]) -> Check:
    """A check of one field, over all names that have fields."""
    return lambda case: any(fault(name, case) for name in case.structured(*_OURS))


def _any_part(fault: Callable[[PartFacts], bool]) -> Check:
    return lambda case: any(fault(part) for part in case.parts)


def _is_too_old(name: RawName, case: Case) -> bool:
    return name.day is not None and case.today - name.day > timedelta(case.limits.max_age_days)


def _is_outside(environment: Environment) -> Check:
    def fault(name: RawName, case: Case) -> bool:
        return name.environment == environment and case.delivery.folder != environment.folder_in

    return _any_name(fault)


def _miscounts_fi(case: Case) -> bool:
    return case.go is not None and len(case.of(FileKind.FI)) != case.go.parts_announced


def _miscounts_fs(case: Case) -> bool:
    # Signatures are mandatory in production, and taken but not asked for elsewhere.
    if case.go is None or case.go.environment != Environment.PRODUCTION:
        return False
    return len(case.of(FileKind.FS)) != case.go.parts_announced


def _misnumbers(kind: FileKind) -> Check:
    return lambda case: any(_is_misnumbered(name, case.go) for name in case.structured(kind))


def _is_misnumbered(name: RawName, go: RawName | None) -> bool:
    if go is not None and name.total != go.total:
        return True
    numbers = range(1, (name.parts_announced or 0) + 1)
    return name.part not in map(str, numbers)


CHECKS: Mapping[str, Check] = {
    # structure of the names
    "107": _lacks_structure(FileKind.GO),
    "131": _lacks_structure(FileKind.FI),
    "132": _lacks_structure(FileKind.FS),
    "129": lambda case: any(name.kind not in _OURS for name in case.names),
    # sender
    "108": _any_name(lambda name, case: name.sender != case.delivery.sender),
    # date
    "109": _any_name(lambda name, _: not name.has_eight_digits),
    "110": _any_name(lambda name, _: name.has_eight_digits and name.day is None),
    "111": _any_name(lambda name, case: name.day is not None and name.day > case.today),
    "126": _any_name(_is_too_old),
    # sequence
    "112": _any_name(lambda name, _: len(name.sequence) != 5),
    "127": _any_name(lambda name, _: not name.sequence.strip("0")),
    "367": _any_name(lambda name, _: not _SEQUENCE.fullmatch(name.sequence)),
    # number of parts
    "114": _any_name(lambda name, _: len(name.total) != 1),
    "115": _any_name(lambda name, _: not _DIGITS.fullmatch(name.total)),
    "116": _any_name(lambda name, _: not name.total.strip("0")),
    "128": _any_name(lambda name, case: (name.parts_announced or 0) > case.limits.max_parts),
    # environment and folder
    "117": _any_name(lambda name, _: name.environment not in set(Environment)),
    "118": _is_outside(Environment.PRODUCTION),
    "119": _is_outside(Environment.CIRCUIT_TEST),
    "257": _is_outside(Environment.SIMULATION),
    # counts and numbering
    "130": lambda case: not case.of(FileKind.GO),
    "142": lambda case: not case.of(FileKind.FI),
    "120": _miscounts_fi,
    "122": _miscounts_fs,
    "123": _misnumbers(FileKind.FI),
    "124": _misnumbers(FileKind.FS),
    "133": lambda case: any(case.used(name.text) for name in case.names),
    # sizes
    "134": lambda case: any(not name.size for kind in PARTED for name in case.of(kind)),
    "184": lambda case: any(name.size > case.limits.max_file_bytes for name in case.names),
    "509": lambda case: sum(name.size for name in case.names) > case.limits.max_batch_bytes,
    # signature and rights
    "125": _any_part(lambda part: part.signature_valid is False),
    "153": _any_part(lambda part: part.certificate_fits_holder is False),
    "103": _any_part(lambda part: part.sender_authorised is False),
    "101": _any_part(lambda part: part.employers_authorised is False),
    # XML
    "102": _any_part(lambda part: part.well_formed is False),
    "088": _any_part(lambda part: part.schema_known is False),
    "089": _any_part(lambda part: part.root_known is False),
    "312": _any_part(lambda part: part.fits_schema is False),
    # forms
    "157": _any_part(lambda part: part.forms == 0),
    "158": _any_part(lambda part: part.forms_fit_name is False),
    "172": lambda case: any((part.forms or 0) > case.limits.max_forms for part in case.parts),
}


def check(
    delivery: Delivery,
    *,
    today: date,
    used: Callable[[str], bool] = lambda _: False,
    limits: DeliveryLimits = _NO_LIMITS_GIVEN,
    parts: Iterable[PartFacts] = (),
) -> list[str]:
    """Every fault of the delivery as an error id (`ACRF-125`), in the order of `CHECKS`.

    `today` is the day in Belgium; `used` says whether a file name was used before.
    """
    names = tuple(RawName(text, size) for text, size in delivery.files)
    case = Case(delivery, names, today, used, limits, tuple(parts))
    return [f"ACRF-{code}" for code, finds in CHECKS.items() if finds(case)]
