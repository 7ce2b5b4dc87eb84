"""An answer before it is published: its name, its files, and how they reach the OUT folder."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from fla_batch.vocabulary.filenames import FileName
from fla_batch.vocabulary.terms import FileKind


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """An answer that lies at `path`, a file of its final name in the staging folder.

    `go_name` is what its GO is called, when that is not as usual.
    """

    name: FileName
    path: Path
    go_name: str | None = None

    def beside(self, kind: FileKind) -> Path:
        """Where the FS or GO of the draft lies."""
        if kind is FileKind.GO and self.go_name is not None:
            return self.path.with_name(self.go_name)
        return self.path.with_name(str(self.name.companion(kind)))

    @property
    def files(self) -> tuple[Path, Path, Path]:
        """The answer, its FS and its GO, in the order in which they are delivered."""
        return self.path, self.beside(FileKind.FS), self.beside(FileKind.GO)

    def renamed(self, name: FileName) -> AnswerDraft:
        """A draft of another name in the same folder; no file is touched."""
        return AnswerDraft(name, self.path.with_name(str(name)))

    def remove(self) -> None:
        """Remove whatever there is of it."""
        for path in self.files:
            path.unlink(missing_ok=True)


Deliver = Callable[[AnswerDraft, Path], None]
"""Moves the files of a finished draft to a folder."""

Prepare = Callable[[AnswerDraft], AnswerDraft]
"""Changes what was written, before it is signed."""


def deliver(draft: AnswerDraft, folder: Path) -> None:
    """The answer, its FS if there is one, its GO: each appears whole, the GO last."""
    for path in draft.files:
        if path.exists():
            path.replace(folder / path.name)


def unchanged(draft: AnswerDraft) -> AnswerDraft:
    """Leaves the draft as it was written."""
    return draft


def in_parts(draft: AnswerDraft, most: int) -> list[AnswerDraft]:
    """The forms of `draft` in at most `most` messages of their own, none without a form.

    The portal sends an answer so that is large. 0 leaves the draft as it is. Sandbox messages
    are small enough to be held whole.
    """
    if not most:
        return [draft]
    whole = etree.parse(str(draft.path)).getroot()
    forms = list(whole)
    for form in forms:
        whole.remove(form)
    total = min(most, len(forms))
    drafts = []
    for part in range(1, total + 1):
        piece = draft.renamed(replace(draft.name, total=total, part=part))
        root = deepcopy(whole)
        root.extend(forms[(part - 1) * len(forms) // total : part * len(forms) // total])
        etree.ElementTree(root).write(str(piece.path), encoding="UTF-8", xml_declaration=True)
        drafts.append(piece)
    draft.path.unlink()
    return drafts
