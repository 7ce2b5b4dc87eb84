"""What the models have and a profile has no place for; constructs that samples do not settle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fla_batch.message.conformity import Difference, Standing
from fla_batch.message.form_tree import bound_zones
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.models import DECLARATIONS
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, blocks_of, json_name, zones_of
from fla_batch.vocabulary.terms import FormKind

QUESTIONS = "questions"
"""Name by which a profile accepts that nothing can be asked."""


CONTENT = {FormKind.TRAINING_RIGHTS: "trainingRights", FormKind.TRAININGS: "trainings"}
"""What each kind of declaration is about; without it a form says: delete."""

_NEEDED = frozenset({"employer", "employee", "trainings", "trainingRights", "detailsPerPeriod"})
"""Blocks without which a declaration says nothing."""


def missing_places(profile: Profile) -> Iterator[Difference]:
    """Kinds of form, and zones of declarations, that the binding never writes."""
    for kind in DECLARATIONS:
        if kind in profile.identifications:
            yield from _unbound(profile, kind)
        else:
            yield _limit("unbound", kind.value, f"there is no form for {kind.value}", kind.value)
    questions = [kind for kind in FormKind if not kind.is_declaration]
    missing = [kind.value for kind in questions if kind not in profile.identifications]
    if profile.answer is None:
        text = "there is no [answer]: nothing can be asked"
        yield _limit("unbound", QUESTIONS, text, QUESTIONS)
    elif len(missing) == len(questions):
        yield _limit("unbound", QUESTIONS, "there is no form for any question", QUESTIONS)
    else:
        for name in missing:
            yield _limit("unbound", name, f"there is no form for {name}", f"{QUESTIONS}.{name}")


def _unbound(profile: Profile, kind: FormKind) -> Iterator[Difference]:
    bound = set(bound_zones(profile.shapes[kind].tree, kind))
    content = CONTENT[kind]
    if not any(path[0] == content for path in bound):
        text = f"the binding has no place for the {content} of {kind.value}: each would delete all"
        advice = (
            f"Add a line for it; or remove {kind.value} from [identifications], and "
            f'drop = ["{kind.value}"] in [profile].'
        )
        yield Difference("unbound", content, text, advice=advice)
        return
    every = list(_zone_paths(DECLARATIONS[kind], ()))
    last_names = Counter(path[-1] for path, _ in every)
    seen: set[str] = set()
    for path, presence in every:
        if path in bound or presence is Presence.READ_ONLY:
            continue
        absent = _absent_block(path, bound)
        name = ".".join(absent or path)
        if name in seen:
            continue
        seen.add(name)
        text = f"the binding has no element for {name} of {kind.value}"
        if presence is Presence.MANDATORY and absent is None:
            advice = "Every such declaration has it: add an entry for that field."
            yield Difference("unbound", name, text, advice=advice)
        else:
            short = path[-1] if last_names[path[-1]] == 1 and absent is None else name
            yield _limit("unbound", name, text, name, short)


def _absent_block(path: tuple[str, ...], bound: set[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The outermost optional block around a zone of which the binding knows nothing."""
    for length in range(1, len(path)):
        block = path[:length]
        if block[-1] not in _NEEDED and not any(each[:length] == block for each in bound):
            return block
    return None


def _limit(kind: str, path: str, text: str, name: str, short: str = "") -> Difference:
    named = short or name
    advice = f'Add it to the binding; if the XSD has no place: drop = ["{named}"] in [profile].'
    return Difference(
        kind, path, text, Standing.LIMIT, advice=advice, name=name, accepted_in="drop"
    )


def _zone_paths(
    model: type[Block], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Presence]]:
    for name, zone in zones_of(model).items():
        yield (*path, json_name(model, name)), zone.presence
    for name, block in blocks_of(model).items():
        yield from _zone_paths(block, (*path, json_name(model, name)))


def unsettled(profile: Profile, shape: MessageShape) -> Iterator[Difference]:  # noqa: ARG001
    """Keys, assertions and the like in the XSDs of `shape`."""
    if shape.answers:
        return
    for name, component in shape.outline.files.unsettled():
        label = component.node.get("name") or component.node.get("test") or ""
        text = f"the XSD has a construct that samples cannot settle: {name} {label}".rstrip()
        yield Difference(
            "undecided",
            name,
            text,
            Standing.UNDECIDED,
            where=component.where,
            advice=f'Read it; if it holds for what you send: undecided = ["{name}"] in [profile].',
            name=name,
            accepted_in="undecided",
        )
