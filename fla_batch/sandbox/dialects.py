"""How the portal may write and name what it says: each seen, or allowed by what is published.

Data, so that a new dialect is a row and not a branch. `answers.matching` and `channel.out_folder`
are what understands them; docs/reference/dialects.md says who was seen to speak which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fla_batch.sandbox.faults import both
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import FileName, InvalidName
from fla_batch.vocabulary.terms import FileKind


class GoNaming(StrEnum):
    """What the GO of an answer is called."""

    OWN = "as the FO"
    TOTAL = "with the number of parts"
    BATCH = "without parts"


@dataclass(frozen=True, slots=True)
class PortalDialect:
    """One way to speak; the default is what most sources show.

    `file_reference` False: a notification names the ticket of the file as a Reference of type 0
    and origin 2 instead. `own_reference` False: it does not repeat ours. `file_name`: GO or FI,
    the name by which our file is called. `parts`: in how many files an answer comes at most,
    0 for one whose name has no parts. `strangers`: other things lie in OUT besides.
    """

    file_reference: bool = True
    own_reference: bool = True
    file_name: FileKind = FileKind.GO
    parts: int = 0
    go: GoNaming = GoNaming.OWN
    strangers: bool = False

    def name_of_file(self, go_name: str) -> str:
        """What answers call the file whose GO is `go_name`."""
        if self.file_name is FileKind.GO:
            return go_name
        try:
            go = FileName.parse(go_name)
        except InvalidName:
            return go_name
        return str(FileName(self.file_name, go.batch, go.total, 1)) if go.total else go_name

    def name_of_go(self, answer: FileName) -> str:
        """The GO by which `answer` is whole.

        >>> answer = FileName.parse("FO.NOTI.999999.20250302.00001.S.2.1")
        >>> PortalDialect(go=GoNaming.TOTAL).name_of_go(answer)
        'GO.NOTI.999999.20250302.00001.S.2'
        """
        shown = {
            GoNaming.OWN: (answer.total, answer.part),
            GoNaming.TOTAL: (answer.total,),
            GoNaming.BATCH: (),
        }[self.go]
        return str(FileName(FileKind.GO, answer.batch, *shown))


PLAIN = PortalDialect()

# The names that `fla-batch sandbox serve --dialect` takes.
DIALECTS: Mapping[str, PortalDialect] = {
    "file-name-fi": PortalDialect(file_name=FileKind.FI),
    "go-batch": PortalDialect(parts=2, go=GoNaming.BATCH),
    "go-own": PortalDialect(parts=2, go=GoNaming.OWN),
    "go-total": PortalDialect(parts=2, go=GoNaming.TOTAL),
    "parts": PortalDialect(parts=9),
    "strangers": PortalDialect(strangers=True),
    "ticket": PortalDialect(file_reference=False, own_reference=False),
}


def combined_dialect(names: Iterable[str]) -> PortalDialect:
    """Several at a time. Raises UsageMistake for one that is unknown or contradicts another."""
    found = PLAIN
    for name in dict.fromkeys(names):
        if name not in DIALECTS:
            raise UsageMistake(f"{name} is no dialect of the sandbox")
        found = both(found, DIALECTS[name], name)
    return found
