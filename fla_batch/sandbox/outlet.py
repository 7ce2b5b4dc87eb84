"""Puts answers into the OUT folders as the portal does: FO, FS, and GO last, each whole.

An answer is written and signed in a staging folder that no client can list, and then renamed
into the OUT folder, so that a file that is seen there is complete.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.sandbox.answer_drafts import AnswerDraft, Deliver, in_parts
from fla_batch.sandbox.answer_faults import SOUND, AnswerFault
from fla_batch.sandbox.dialects import PLAIN, PortalDialect
from fla_batch.sandbox.store import PortalJournal
from fla_batch.vocabulary.filenames import PORTAL_SENDER, BatchName, FileName, sequence_text
from fla_batch.vocabulary.terms import Environment, FileKind

if TYPE_CHECKING:
    from fla_batch.signing.signer import Signer

_NEIGHBOURS = {
    "FO.IDFL.999999.20250301.00001.S": b"<IDFLUX><Form/></IDFLUX>",
    "GO.IDFL.999999.20250301.00001.S": b"",
    "FO.DMNO.999999.20250301.00001.S.1.1": b"<DmfANotification/>",
    ".snapshot": b"",
    "README": b"Answers are kept for 30 days.\n",
}
_FOLDER = "archive"
_LINK = "latest"


class AnswerName(StrEnum):
    """The second part of an answer's name. FLAA is ours (decision 0601): no source names it."""

    ACKNOWLEDGEMENT = "ACRF"
    NOTIFICATION = "NOTI"
    CONSULTATION = "FLAA"


@dataclass(frozen=True)
class Outlet:
    """Names, signs and delivers answers of the portal below `root`."""

    root: Path
    staging: Path
    journal: PortalJournal
    signer: Signer | None = None
    fault: AnswerFault = SOUND
    dialect: PortalDialect = PLAIN

    @cached_property
    def _deliver(self) -> Deliver:
        return self.fault.new_deliver()

    def draft(self, kind: AnswerName, environment: Environment, day: date) -> AnswerDraft:
        """A new answer; its name is never given again. `day` is the day in Belgium."""
        self.staging.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = self.journal.next_number(f"answer {day.isoformat()} {environment.value}")
        batch = BatchName(kind.value, PORTAL_SENDER, day, sequence_text(number), environment)
        name = FileName(FileKind.FO, batch)
        return AnswerDraft(name, self.staging / str(name))

    def publish(self, draft: AnswerDraft, *, at: datetime) -> None:
        """Sign what was written (when the portal has a certificate), and deliver it."""
        folder = self.root / draft.name.batch.environment.folder_out
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.dialect.strangers:
            put_neighbours(folder)
        parts = [self._signed(part, at) for part in in_parts(draft, self.dialect.parts)]
        # Nothing is whole before the last part is there: a GO that stands for all comes with it.
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            if following is None or following.go_name != part.go_name:
                part.beside(FileKind.GO).touch()
        for part in parts:
            self._deliver(part, folder)

    def _signed(self, draft: AnswerDraft, at: datetime) -> AnswerDraft:
        draft = self.fault.prepare(draft)
        draft.path.chmod(0o600)
        if self.signer is not None:
            from fla_batch.signing.signer import sign_file

            signature = sign_file(self.signer, draft.path, signed_at=at)
            draft.beside(FileKind.FS).write_bytes(signature)
        return replace(draft, go_name=self.dialect.name_of_go(draft.name))


def put_neighbours(folder: Path) -> None:
    """What else lies in an OUT folder: of other applications, folders, links, hidden files."""
    for name, content in _NEIGHBOURS.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
    (folder / _FOLDER).mkdir(exist_ok=True)
    if not (folder / _LINK).is_symlink():
        (folder / _LINK).symlink_to(_FOLDER)
