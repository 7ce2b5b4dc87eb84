"""All faults that can be asked for, what each does, and how the tool lives through it.

The texts are the page docs/reference/faults.md; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fla_batch.sandbox.answer_faults import ANSWER_FAULTS, SOUND, AnswerFault
from fla_batch.sandbox.faults import CHANNEL_FAULTS, NO_FAULTS, Faults, both
from fla_batch.vocabulary.errors import UsageMistake


class FaultNote(NamedTuple):
    """What goes wrong, and what the user of this tool sees of it."""

    fault: str
    outcome: str


NOTES: dict[str, FaultNote] = {
    "refuse-login": FaultNote(
        "the key is refused",
        "`send` and `poll` end at once with exit code 3 and are not tried again; the batch stays "
        "staged",
    ),
    "drop": FaultNote(
        "the first connection breaks after 1000 bytes",
        "`send` connects again and goes on with the same batch: sent once",
    ),
    "hang-banner": FaultNote(
        "TCP is accepted, and nothing is said",
        "a time limit ends the wait; tried again, then exit code 4; the batch stays staged",
    ),
    "hang-key-exchange": FaultNote(
        "the server greets, and nothing more",
        "as `hang-banner`",
    ),
    "hang-login": FaultNote(
        "the login is read and never answered",
        "as `hang-banner`",
    ),
    "hang-operation": FaultNote(
        "the first operation is never answered",
        "as `hang-banner`; the batch is `sending`, and the next `send` goes on with it",
    ),
    "no-stat": FaultNote(
        "sizes cannot be asked for",
        "`send` and `poll` do without: sent, answered, closed",
    ),
    "take-away": FaultNote(
        "the files of a batch vanish the instant its GO is there",
        "the portal took them: sent",
    ),
    "ssh-rsa-only": FaultNote(
        "only the old ssh-rsa signature is taken",
        "exit code 3, with the setting that allows it: `legacy_ssh_rsa`",
    ),
    "answer-twice": FaultNote(
        "each answer comes again under a second name",
        "closed as after one answer; both files are kept",
    ),
    "answer-out-of-order": FaultNote(
        "an acknowledgement waits until another answer went before it",
        "closed, whichever is processed first",
    ),
    "answer-without-go": FaultNote(
        "FO and FS, and never a GO",
        "the answer is not read; the batch stays sent, and `--timeout` ends with exit code 6",
    ),
    "answer-badly-signed": FaultNote(
        "the FS does not fit its FO",
        "nothing of the answer is read: quarantine, with the reason; the batch stays sent",
    ),
    "answer-zipped": FaultNote(
        "CO instead of FO: a ZIP of one file, signed as a ZIP",
        "unpacked and processed: closed",
    ),
    "answer-truncated": FaultNote(
        "half of each answer, soundly signed",
        "quarantine, with the reason; the batch stays sent",
    ),
    "answer-hours-late": FaultNote(
        "a batch is looked at after three hours",
        "the batch stays sent, `--timeout` ends with exit code 6, and a later `poll` closes it",
    ),
    "answer-never": FaultNote(
        "nothing ever comes",
        "the batch stays sent, and is shown as overdue after the time in `[answers]`",
    ),
}


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
