"""Which kind of answer a file is, by its root and not by its name."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import BinaryIO

from fla_batch.answers import acknowledgement, notification
from fla_batch.system.xmlsafe import root_label


class AnswerKind(Enum):
    """What the portal sends us; the value is the root's label."""

    ACKNOWLEDGEMENT = acknowledgement.ROOT
    NOTIFICATION = notification.ROOT
    FLA_ANSWER = "FLAAnswer"


def kind_of(source: Path | BinaryIO, *, answer_root: str | None = "FLAAnswer") -> AnswerKind | None:
    """The kind of answer; None for well-formed XML that is none of ours.

    `answer_root` is the root of consultation answers, which is the profile's. Only the
    beginning is read: that a kind is returned does not mean that the file is whole.
    Raises NotWellFormed, UnsafeXml; OSError.
    """
    root = root_label(source)
    if root == answer_root:
        return AnswerKind.FLA_ANSWER
    kinds = {kind.value: kind for kind in (AnswerKind.ACKNOWLEDGEMENT, AnswerKind.NOTIFICATION)}
    return kinds.get(root)
