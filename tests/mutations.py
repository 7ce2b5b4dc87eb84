"""Changes to declarations that come from their zones: values in, on and beyond every bound.

Nothing here names a zone or a rule: a new zone is changed as the others are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from fla_batch.intake.zone_columns import columns_of
from fla_batch.message.samples import values_of
from fla_batch.models.block import Block
from fla_batch.models.zone import Zone, ZoneType, blocks_of, is_list, repeats_of, zones_of
from fla_batch.vocabulary.terms import FormKind

_STEPS = (1, -1, 7, -7, 366, -366, 5 * 366)
_ODD_TEXTS = ("", " ", "€", "“x”", "a\x01b", "a\tb", "n'importe quoi", "SSß", "x\n")


@cache
def values_around(zone: Zone) -> tuple[Any, ...]:
    """Values that the zone may hold and values that it may not, absence included."""
    inside = list(values_of(zone))
    if zone.type is ZoneType.INTEGER:
        ends = [zone.low or 0, zone.high or 0]
        return (None, *inside, *(end + step for end in ends for step in (-1, 1)))
    if zone.type is ZoneType.DATE:
        return (None, *inside)
    bent = [text[:-1] + chr(ord(text[-1]) ^ 1) for text in inside if text]
    beyond = ["x" * (zone.longest + 1)] if zone.longest else []
    short = ["x" * (zone.shortest - 1)] if zone.shortest else []
    return (None, *inside, *bent, *beyond, *short, *(text[:-1] for text in inside), *_ODD_TEXTS)


def mutated(block: Any, random: Random) -> Any:
    """`block` with one change, somewhere in it."""
    model: type[Block] = type(block)
    inner = [name for name in blocks_of(model) if getattr(block, name)]
    if inner and random.random() < 0.7:
        name = random.choice(inner)
        value = getattr(block, name)
        if not is_list(model, name):
            return _with(block, name, mutated(value, random))
        return _with(block, name, _list_mutated(value, random))
    zones = zones_of(model)
    if not zones or random.random() < 0.1:
        return _without_a_block(block, random)
    name = random.choice(sorted(zones))
    return _with(block, name, _another(getattr(block, name), zones[name], random))


def _with(block: Block, name: str, value: Any) -> Block:
    return block.model_copy(update={name: value})


def _another(value: Any, zone: Zone, random: Random) -> Any:
    if zone.many > 1:
        few = tuple(random.choices(values_around(zone)[1:], k=random.choice((0, 1, 2, 11))))
        return (*value, *value) if random.random() < 0.2 else few
    if isinstance(value, date) and random.random() < 0.7:
        return value + timedelta(days=random.choice(_STEPS))
    if isinstance(value, int) and random.random() < 0.5:
        return value + random.choice((1, -1, 50, 10_000))
    if isinstance(value, str) and random.random() < 0.2:
        return value.swapcase()
    return random.choice(values_around(zone))


def _list_mutated(blocks: tuple[Any, ...], random: Random) -> tuple[Any, ...]:
    """One of them changed, left out, moved, or there twice."""
    index = random.randrange(len(blocks))
    chosen, before, after = blocks[index], blocks[:index], blocks[index + 1 :]
    what = random.random()
    if what < 0.75:
        return (*before, mutated(chosen, random), *after)
    if what < 0.85:
        return (*before, *after)
    if what < 0.92:
        return (*before, *after, chosen)
    return (*blocks, chosen)


def _without_a_block(block: Any, random: Random) -> Any:
    model: type[Block] = type(block)
    left_out = [name for name in blocks_of(model) if model.model_fields[name].default in (None, ())]
    if not left_out:
        return block
    name = random.choice(left_out)
    if is_list(model, name) and random.random() < 0.05:
        return _with(block, name, getattr(block, name)[:1] * (repeats_of(model)[name].most + 1))
    return _with(block, name, model.model_fields[name].default)


@cache
def cells_around(kind: FormKind, column: str) -> tuple[str | None, ...]:
    """Cells of a column of a table of that kind: good, wrong and unreadable ones, or empty."""
    found = columns_of(kind)[column]
    scale = 100 if column in ("hours", "days") else 1
    cells = [_cell(value, scale) for value in values_around(found.zone)]
    return tuple(dict.fromkeys([*cells, "n/a", "#REF!", "2024-03-14", "2024-03-16"]))


def _cell(value: Any, scale: int) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, date):
        return value.isoformat()
    return str(value if scale == 1 else value / scale)


def spoil(
    rows: list[dict[str, Any]], random: Random, kind: FormKind, columns: Sequence[str]
) -> None:
    """Some cells of some rows changed, rows moved to the end, doubled and left out."""
    for _ in range(random.choice((0, 1, 2, 3, 6))):
        index = random.randrange(len(rows))
        name = random.choice(columns)
        what = random.random()
        if what < 0.7:
            rows[index] = rows[index] | {name: random.choice(cells_around(kind, name))}
        elif what < 0.8:
            rows.append(rows.pop(index))
        elif what < 0.9:
            rows.append(dict(rows[index]))
        else:
            del rows[index]
