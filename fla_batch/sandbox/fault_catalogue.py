"""Several faults at a time; docs/reference/faults.md says what each does, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable

from fla_batch.sandbox.answer_faults import ANSWER_FAULTS, SOUND, AnswerFault
from fla_batch.sandbox.faults import CHANNEL_FAULTS, NO_FAULTS, Faults, both
from fla_batch.vocabulary.errors import UsageMistake


def combined(names: Iterable[str]) -> tuple[Faults, AnswerFault]:
    """Several faults at a time, of the channel and of answers.

    Raises UsageMistake for a name that is not known, and for two that cannot both hold.
    """
    faults, answer = NO_FAULTS, SOUND
    for name in dict.fromkeys(names):
        if name in CHANNEL_FAULTS:
            clash = f"{name} cannot be combined with the faults before it"
            faults = both(faults, CHANNEL_FAULTS[name], clash)
        elif name in ANSWER_FAULTS:
            answer = _both_answers(answer, ANSWER_FAULTS[name], name)
        else:
            raise UsageMistake(f"{name} is no fault of the sandbox")
    return faults, answer


def _both_answers(first: AnswerFault, second: AnswerFault, name: str) -> AnswerFault:
    delivers = [
        fault.new_deliver for fault in (first, second) if fault.new_deliver != SOUND.new_deliver
    ]
    if len(delivers) > 1:
        raise UsageMistake(f"{name} cannot be combined: answers are delivered in one way at a time")
    return AnswerFault(
        prepare=lambda draft: second.prepare(first.prepare(draft)),
        new_deliver=delivers[0] if delivers else SOUND.new_deliver,
        delay_s=max(first.delay_s, second.delay_s),
    )
