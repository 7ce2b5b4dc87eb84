"""What a photo changes in the last accepted one, item by item: added, changed, removed, same. Pure.

Trainings are paired by the reference of their provider; else by their own reference number; else by
name and dates; else by a sequence number that the user wrote, when name or first start is the same.
A number that a reader gave by the order of the rows never pairs: one deleted row shifts them all.
What is left pairs where nothing but the name, or nothing but the dates, was mended. A pair whose
name and dates both differ is none. Rights pair by kind, joint committee and activity,
then by kind and committee: a mended NACE code or regulation number removes nothing. Decision 1305.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from fla_batch.models import Right, Training, TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Zone, blocks_of, leaves_of

_Item = TypeVar("_Item", bound=Block)
_Key = Callable[[_Item], Hashable | None]
"""What makes two items the same one; None where an item has nothing of it."""


class ItemOutcome(Enum):
    """What became of an item of the photo."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"


class ZoneChange(NamedTuple):
    """A zone of a pair that is not as it was; a zone that is not there is None."""

    zone: Zone
    before: object
    after: object


class ItemDifference(NamedTuple, Generic[_Item]):
    """One item: as it was, as it is, and the zones that changed."""

    before: _Item | None
    after: _Item | None
    changes: tuple[ZoneChange, ...] = ()

    @property
    def outcome(self) -> ItemOutcome:
        """One of the four words."""
        if self.before is None:
            return ItemOutcome.ADDED
        if self.after is None:
            return ItemOutcome.REMOVED
        return ItemOutcome.CHANGED if self.changes else ItemOutcome.SAME


def trainings_diff(
    before: TrainingsDeclaration, after: TrainingsDeclaration, *, numbers_given: bool = False
) -> list[ItemDifference[Training]]:
    """Every training of either photo once, in the order of `before`, then what was added.

    `numbers_given`: the sequence numbers of `after` were given by a reader, not by the user.
    """
    keys: list[_Key[Training]] = [_all_but_number, _provider, _reference, _name_and_dates]
    if not numbers_given:
        keys += [_number_and_name, _number_and_start]
    keys += [_all_but_name, _all_but_dates]
    return _paired(before.trainings, after.trainings, keys, _may_be_one)


def rights_diff(
    before: TrainingRightsDeclaration, after: TrainingRightsDeclaration
) -> list[ItemDifference[Right]]:
    """Every right that says something, of either photo once; 0 is a deletion already.

    The legal right stands here only when both photos carry it: leaving it out deletes nothing.
    """
    earlier, later = _complementary(before), _complementary(after)
    found = _paired(earlier, later, [_right_exactly, _activity, _committee], _any_pair)
    was, now = before.training_rights.legal_fla_right, after.training_rights.legal_fla_right
    if was is not None and now is not None:
        found.insert(0, ItemDifference(was, now, tuple(_changes(was, now))))
    return found


def hours_of_training(training: Training, day_hours_centi: int) -> int:
    """Hundredths of an hour of all periods; days count at `day_hours_centi`."""
    return sum(
        period.training_hours
        if period.training_hours is not None
        else (period.training_days or 0) * day_hours_centi // 100
        for period in training.details_per_period
    )


def size_of_right(right: Right) -> list[tuple[Zone, int]]:
    """The zone that says how much, Days or Hours, and its value; both, or none, as declared."""
    filled = ((zone, getattr(right, name)) for name, zone, _ in leaves_of(type(right)))
    return [
        (zone, value)
        for zone, value in filled
        if zone.presence is Presence.ONE_OF and value is not None
    ]


def _paired(
    before: Sequence[_Item],
    after: Sequence[_Item],
    keys: Sequence[_Key[_Item]],
    fits: Callable[[_Item, _Item], bool],
) -> list[ItemDifference[_Item]]:
    """Pairs by each key in turn, of what the keys before it have left."""
    partner: dict[int, int] = {}
    for key in keys:
        free: dict[Hashable, list[int]] = {}
        taken = set(partner.values())
        for place, item in enumerate(after):
            if place not in taken and (name := key(item)) is not None:
                free.setdefault(name, []).append(place)
        for place, item in enumerate(before):
            if place in partner or (name := key(item)) is None:
                continue
            fitting = [each for each in free.get(name, ()) if fits(item, after[each])]
            if fitting:
                partner[place] = fitting[0]
                free[name].remove(fitting[0])
    found: list[ItemDifference[_Item]] = []
    for place, item in enumerate(before):
        other = after[partner[place]] if place in partner else None
        changes = tuple(_changes(item, other)) if other is not None else ()
        found.append(ItemDifference(item, other, changes))
    taken = set(partner.values())
    found += [ItemDifference(None, item) for place, item in enumerate(after) if place not in taken]
    return found


def _all_but_number(training: Training) -> Hashable:
    """What is the same in everything pairs first: two alike may share any of the rest."""
    return training.model_copy(update={"training_sequence_nbr": None})


def _all_but_name(training: Training) -> Hashable:
    """A mended name, in a table without numbers."""
    mended = {"training_sequence_nbr": None, "training_denomination": None}
    return training.model_copy(update=mended)


def _all_but_dates(training: Training) -> Hashable:
    """Mended dates, in a table without numbers; the name in any spelling."""
    undated = {"training_start_date": None, "training_end_date": None}
    return training.model_copy(
        update={
            "training_sequence_nbr": None,
            "training_denomination": _name(training),
            "training_first_start_date": None,
            "training_last_end_date": None,
            "details_per_period": tuple(
                period.model_copy(update=undated) for period in training.details_per_period
            ),
        }
    )


def _provider(training: Training) -> Hashable | None:
    reference = training.training_provider_reference
    return (reference.provider_training_id or "").lower() or None if reference else None


def _reference(training: Training) -> Hashable | None:
    return (training.training_reference_nbr or "").strip() or None


def _name(training: Training) -> str:
    return " ".join((training.training_denomination or "").split()).casefold()


def _dates(training: Training) -> tuple[object, object]:
    return training.training_first_start_date, training.training_last_end_date


def _name_and_dates(training: Training) -> Hashable:
    return _name(training), _dates(training)


def _number_and_name(training: Training) -> Hashable | None:
    number = training.training_sequence_nbr
    return None if number is None else (number, _name(training))


def _number_and_start(training: Training) -> Hashable | None:
    number = training.training_sequence_nbr
    return None if number is None else (number, training.training_first_start_date)


def _may_be_one(before: Training, after: Training) -> bool:
    return _name(before) == _name(after) or _dates(before) == _dates(after)


def _any_pair(_before: Right, _after: Right) -> bool:
    return True


def _complementary(declaration: TrainingRightsDeclaration) -> list[Right]:
    rights = declaration.training_rights
    found: list[Right] = [*rights.complementary_sector_right, *rights.complementary_employer_right]
    return [right for right in found if any(value for _, value in size_of_right(right))]


def _right_exactly(right: Right) -> Hashable:
    return *_activity_of(right), right.working_regulations_registry_nbr


def _activity(right: Right) -> Hashable:
    return _activity_of(right)


def _activity_of(right: Right) -> tuple[Hashable, ...]:
    return right.right_type, right.joint_commission_nbr, getattr(right, "activity_code", None)


def _committee(right: Right) -> Hashable:
    return right.right_type, right.joint_commission_nbr


def _changes(before: Block, after: Block) -> Iterator[ZoneChange]:
    """The zones that differ, in the order of the message; what only answers carry is left out."""
    for name, zone, _ in leaves_of(type(before)):
        if zone.presence is Presence.READ_ONLY or zone.label == "TrainingSequenceNbr":
            continue
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield ZoneChange(zone, was, now)
    for name in blocks_of(type(before)):
        was, now = _listed(getattr(before, name)), _listed(getattr(after, name))
        for place in range(max(len(was), len(now))):
            earlier = was[place] if place < len(was) else None
            later = now[place] if place < len(now) else None
            yield from _block_changes(earlier, later)


def _block_changes(before: Block | None, after: Block | None) -> Iterator[ZoneChange]:
    if before is not None and after is not None:
        yield from _changes(before, after)
        return
    there = before if before is not None else after
    assert there is not None  # noqa: S101 - one of the two is there
    for name, zone, _ in leaves_of(type(there)):
        value = getattr(there, name)
        if value is not None and zone.presence is not Presence.READ_ONLY:
            yield ZoneChange(zone, value if before else None, value if after else None)


def _listed(value: Block | tuple[Block, ...] | None) -> tuple[Block, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
