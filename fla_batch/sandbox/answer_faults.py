"""What may go wrong with answers, as data: given to the portal, never patched in.

Those of the channel itself are in `faults`; docs/reference/faults.md says what comes of each. A
fault either spoils an answer before it is signed, or delivers it otherwise than the portal should.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fla_batch.sandbox.answer_drafts import AnswerDraft, Deliver, Prepare, deliver, unchanged
from fla_batch.sandbox.faults import CHANNEL_FAULTS, NO_FAULTS, Faults, both
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FileKind

_HOURS_LATE_S = 3 * 3600.0
_ZIP_DATE = (2025, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """One fault; the default is none. `delay_s` passes before a batch is looked at.

    `new_deliver` makes what delivers, once per portal: a fault may remember what it held back.
    """

    prepare: Prepare = unchanged
    new_deliver: Callable[[], Deliver] = lambda: deliver
    delay_s: float = 0.0


def _zipped(draft: AnswerDraft) -> AnswerDraft:
    """As CO, a ZIP that holds exactly the answer; the FS then signs the ZIP."""
    packed = draft.renamed(replace(draft.name, kind=FileKind.CO))
    entry = zipfile.ZipInfo(draft.path.name, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with (
        zipfile.ZipFile(packed.path, "w") as archive,
        draft.path.open("rb") as source,
        archive.open(entry, "w") as target,
    ):
        shutil.copyfileobj(source, target)
    draft.path.unlink()
    return packed


def _truncated(draft: AnswerDraft) -> AnswerDraft:
    with draft.path.open("r+b") as stream:
        stream.truncate(draft.path.stat().st_size // 2)
    return draft


def _badly_signed(draft: AnswerDraft, folder: Path) -> None:
    """The answer differs from what was signed; a portal without certificate signs nonsense."""
    fs = draft.beside(FileKind.FS)
    if fs.exists():
        with draft.path.open("ab") as stream:
            stream.write(b"\n")
    else:
        fs.write_bytes(b"no signature")
    deliver(draft, folder)


def _without_go(draft: AnswerDraft, folder: Path) -> None:
    draft.beside(FileKind.GO).unlink()
    deliver(draft, folder)


def _never(draft: AnswerDraft, _folder: Path) -> None:
    draft.remove()


def _twice(draft: AnswerDraft, folder: Path) -> None:
    """The same content again under a second name, as after a fault of the portal."""
    batch = draft.name.batch
    second_name = replace(draft.name, batch=replace(batch, sequence=f"Z{batch.sequence[1:]}"))
    second = draft.renamed(second_name)
    for path, copy in zip(draft.files, second.files, strict=True):
        if path.exists():
            shutil.copyfile(path, copy)
    deliver(draft, folder)
    deliver(second, folder)


class _OutOfOrder:
    """Holds an acknowledgement back until another answer was delivered."""

    def __init__(self) -> None:
        self._held: list[tuple[AnswerDraft, Path]] = []

    def __call__(self, draft: AnswerDraft, folder: Path) -> None:
        if draft.name.batch.application == "ACRF":
            self._held.append((draft, folder))
            return
        deliver(draft, folder)
        while self._held:
            deliver(*self._held.pop())


SOUND = AnswerFault()

# The names that `fla-batch sandbox serve --fault` takes, beside those of the channel.
ANSWER_FAULTS: Mapping[str, AnswerFault] = {
    "answer-twice": AnswerFault(new_deliver=lambda: _twice),
    "answer-out-of-order": AnswerFault(new_deliver=_OutOfOrder),
    "answer-without-go": AnswerFault(new_deliver=lambda: _without_go),
    "answer-badly-signed": AnswerFault(new_deliver=lambda: _badly_signed),
    "answer-zipped": AnswerFault(prepare=_zipped),
    "answer-truncated": AnswerFault(prepare=_truncated),
    "answer-hours-late": AnswerFault(delay_s=_HOURS_LATE_S),
    "answer-never": AnswerFault(new_deliver=lambda: _never),
}


def combined(names: Iterable[str]) -> tuple[Faults, AnswerFault]:
    """Several faults at a time, of the channel and of answers.

    Raises UsageMistake for a name that is not known, and for two that cannot both hold.
    """
    faults, answer = NO_FAULTS, SOUND
    for name in dict.fromkeys(names):
        if name in CHANNEL_FAULTS:
            faults = both(faults, CHANNEL_FAULTS[name], name)
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
