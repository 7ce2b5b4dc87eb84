"""The tables of zones in docs/reference/input.md and in SOURCE.md, from the zones themselves.

`python -m tests.cli.regenerate` writes them anew, and a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from fla_batch.intake.zone_columns import Column, columns_of
from fla_batch.models import DECLARATIONS, Employee, Employer
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Zone, ZoneType, blocks_of, zones_of
from fla_batch.vocabulary.terms import FormKind

SOURCE = Path(__file__).parents[1] / "schemas" / "fla-20250131" / "SOURCE.md"
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "input.md"
_HEADING = ("| column | must | holds |", "| --- | --- | --- |")
# What a table may leave out, or say otherwise than a message.
_REMARKS = {
    "companyId": ("yes", "company number, with or without BE, points and leading zero"),
    "inss": ("yes", "national or BIS number, with or without separators and leading zeros"),
    "hours": ("one of two", "`7.6`, `7,6`, `7:36`, `7h36`, or an Excel time"),
    "days": ("one of two", "`0.5`, `0,5`"),
    "rightType": ("unless an exact column says it", "LEGAL, SECTOR, EMPLOYER"),
    "trainingSequenceNbr": ("", "1 to 999; given when left out"),
    "trainingFirstStartDate": ("", "the earliest start of the periods, when left out"),
    "trainingLastEndDate": ("", "the latest end of the periods, when left out"),
    "activityCode": ("for SECTOR", "NACE code, 0 to 99999"),
    "providerTrainingId": ("", "a UUID: names a training that a provider registered"),
    "trainingProviderCompanyId": ("", "company number of that provider"),
}


def written(page: str) -> str:
    """`page` with each table that follows a mark `<!-- columns: ... -->` written anew."""
    for mark, names in _tables().items():
        table = "\n".join((*_HEADING, *map(_row, names)))
        before, begin, rest = page.partition(f"<!-- columns: {mark} -->\n")
        assert begin, mark
        after = re.sub(r"\A(?:\|.*\n)*", "", rest)
        page = before + begin + table + "\n" + after
    return page


def _tables() -> dict[str, list[Column]]:
    trainings, rights = (
        columns_of(kind) for kind in (FormKind.TRAININGS, FormKind.TRAINING_RIGHTS)
    )
    both = [column for name, column in trainings.items() if name in rights]
    return {
        "both": both,
        "trainings": [column for column in trainings.values() if column.name not in rights],
        "rights": [column for column in rights.values() if column.name not in trainings],
    }


def _row(column: Column) -> str:
    must, holds = _REMARKS.get(column.name, (_must(column), holding(column.zone)))
    return f"| `{column.name}` | {must} | {holds} |"


def _must(column: Column) -> str:
    if column.zone.presence is Presence.ONE_OF:
        return "one of two"
    return "yes" if column.zone.presence is Presence.MANDATORY else ""


def holding(zone: Zone) -> str:
    """What a zone holds, in words."""
    return "; ".join(_facts(zone))


def _facts(zone: Zone) -> Iterator[str]:
    if zone.presence is Presence.READ_ONLY:
        yield "read-only, from answers"
    if zone.codes:
        yield ", ".join(
            f"{code} = {names[0]}" if isinstance(code, int) else str(code)
            for code, names in zone.codes.items()
        )
    elif zone.type is ZoneType.INTEGER:
        unit = "hundredths, " if zone.label.endswith(("Hours", "Days", "Day")) else ""
        half = ", in half days" if zone.step > 1 else ""
        yield f"{unit}{zone.low} to {zone.high}{half}"
    elif zone.type is ZoneType.DATE:
        yield "date"
    elif zone.pattern:
        yield zone.form
    else:
        shortest = zone.shortest or 0
        yield (
            f"{shortest} to {zone.longest} characters"
            if shortest > 1
            else (f"up to {zone.longest} characters")
        )
    if zone.label == "TrainingStatus":
        yield "a warning without it"
    if zone.many > 1:
        yield f"up to {zone.many} of them, separated by <code>&#124;</code>"


_SOURCE_HEADING = (
    "| block | zone | presence | bounds | section | remark |\n"
    "| --- | --- | --- | --- | --- | --- |\n"
)
_SOURCE_PRESENCE = {Presence.READ_ONLY: "answers only", Presence.ONE_OF: "one of the two"}
_SOURCE_FORMS = {
    ZoneType.COMPANY_ID: "10 digits",
    ZoneType.INSS: "11 digits",
    ZoneType.DATE: "date",
}


def sourced(page: str) -> str:
    """`page` with what its table says of our zones written anew; sections and remarks stay.

    Rows of zones that no model has (questions, the envelope) stay as they are, at the end.
    """
    before, heading, rest = page.partition(_SOURCE_HEADING)
    assert heading
    table, blank, after = rest.partition("\n\n")
    cells = [[cell.strip() for cell in row.strip("| ").split("|")] for row in table.splitlines()]
    notes = {(row[0], row[1].strip("`")): (*row[4:], "", "")[:2] for row in cells}
    rows = list(_source_rows(notes))
    blocks = {row.split("|")[1] for row in rows}
    others = [row for row in table.splitlines() if row.split("|")[1] not in blocks]
    return before + heading + "\n".join(rows + others) + blank + after


def _source_rows(notes: Mapping[tuple[str, str], tuple[str, ...]]) -> Iterator[str]:
    for name, block in _source_blocks().items():
        for zone in zones_of(block).values():
            section, remark = notes.get((name, zone.label), ("", "not in the manual"))
            presence = _SOURCE_PRESENCE.get(zone.presence, zone.presence.value)
            bounds = "; ".join(_bounds(zone))
            yield f"| {name} | `{zone.label}` | {presence} | {bounds} | {section} | {remark} |"


def _source_blocks() -> dict[str, type[Block]]:
    """Each block with zones by its name in the table, in the order of the manual."""
    found: dict[str, type[Block]] = {}
    for declaration in DECLARATIONS.values():
        found |= {"Employer": Employer, "Employee": Employee, "Form": declaration}
        for block in blocks_of(declaration).values():
            found |= {each.__name__: each for each in (block, *blocks_of(block).values())}
    return found


def _bounds(zone: Zone) -> Iterator[str]:
    if zone.type in _SOURCE_FORMS:
        yield _SOURCE_FORMS[zone.type]
    elif zone.type is ZoneType.INTEGER:
        yield f"{zone.low}-{zone.high}"
    elif zone.codes:
        yield ", ".join(map(str, zone.codes))
    elif zone.pattern:
        yield ", ".join(f"`{form}`" for form in zone.form.split(", "))
    else:
        yield f"{zone.shortest or 0}-{zone.longest} characters"
    if zone.step > 1:
        yield "half days"
    if zone.many > 1:
        yield f"1-{zone.many} times"
