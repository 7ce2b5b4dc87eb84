"""Staging: a batch grows in a hidden folder and appears under its name when it is complete.

The process that stages holds a lock on the hidden folder. A crash lets go of it, and so tells
what may be cleared away from what another process is still writing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from fla_batch.outbox.manifest import FILE_NAME, Manifest, SentFile
from fla_batch.outbox.marks import Mark, add_mark
from fla_batch.system.files import (
    FileFacts,
    HashingWriter,
    disk_errors,
    new_private_file,
    private_folder,
    remove_folder,
)
from fla_batch.system.folder_locks import folder_lock
from fla_batch.system.portable import sync_folder
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import BatchName, FileName

PREFIX = ".staging-"
_NOTHING_YET = FileFacts(0, "")


@dataclass(slots=True)
class StagedBatch:
    """A batch that is being written; nobody else sees it before `finish`."""

    batch: BatchName
    folder: Path
    final: Path
    files: dict[str, FileFacts] = field(default_factory=dict)

    def path(self, name: FileName) -> Path:
        """Where a file of the batch lies for now, for those who read it back (XSD, signer)."""
        return self.folder / "sent" / str(name)

    def expect(self, names: Iterable[FileName]) -> None:
        """Files that will be written in any order, and are listed in this one."""
        self.files |= dict.fromkeys(map(str, names), _NOTHING_YET)

    @contextmanager
    def document(self, name: str) -> Iterator[HashingWriter]:
        """Write a file that is none of the sFTP channel's, as `file` does."""
        with new_private_file(self.folder / "sent" / name) as writer:
            yield writer
        self.files[name] = writer.facts

    @contextmanager
    def file(self, name: FileName) -> Iterator[HashingWriter]:
        """Write one file, 0600 and flushed to disk at the end.

        Files are listed in the manifest, and sent, in the order of writing, unless it was said
        which ones to expect. Raises DiskTrouble, UsageMistake for a file of another batch.
        """
        if name.batch != self.batch:
            raise UsageMistake(f"{name} is no file of batch {self.batch}")
        with self.document(str(name)) as writer:
            yield writer

    def note(self, name: FileName, facts: FileFacts) -> None:
        """A file that was written at its `path` by somebody else."""
        self.files[str(name)] = facts

    def write(self, name: FileName, content: bytes) -> FileFacts:
        """Write one small file, such as FS or the empty GO."""
        with self.file(name) as writer:
            writer.write(content)
        return writer.facts

    def discard(self, name: FileName) -> None:
        """Take a file back that was written."""
        with disk_errors("delete", self.path(name)):
            self.path(name).unlink()
        del self.files[str(name)]

    def sent_files(self) -> tuple[SentFile, ...]:
        """The files so far, for the manifest."""
        return tuple(SentFile(name, fact.size, fact.sha256) for name, fact in self.files.items())

    def finish(self, manifest: Manifest) -> Path:
        """Write the manifest and let the batch appear; its folder is returned.

        Raises DiskTrouble, UsageMistake when the manifest does not list exactly these files.
        """
        if manifest.batch != self.batch or manifest.files != self.sent_files():
            raise UsageMistake(f"the manifest does not fit batch {self.batch}")
        with new_private_file(self.folder / FILE_NAME) as writer:
            writer.write(manifest.to_bytes())
        add_mark(self.folder, Mark("staged", manifest.created_at))
        with disk_errors("publish", self.final):
            sync_folder(self.folder / "sent")
            sync_folder(self.folder)
            with folder_lock(self.final.parent):
                require_absent(self.final)
                self.folder.rename(self.final)
            sync_folder(self.final.parent)
        return self.final


def require_absent(final: Path) -> None:
    """Raises UsageMistake when a batch of that name lies in the outbox already."""
    if final.exists():
        raise UsageMistake(
            f"the outbox holds a batch {final.name} already, and a name is used only once",
            hint="Run `fla-batch ledger verify`: the ledger and the outbox do not fit together.",
        )


@contextmanager
def staging(batch: BatchName, final: Path) -> Iterator[StagedBatch]:
    """Stage `batch`, to appear as the folder `final`; without `finish` nothing remains of it."""
    parent = private_folder(final.parent)
    folder = parent / f"{PREFIX}{batch}-{secrets.token_hex(4)}"
    with ExitStack() as held:
        with disk_errors("stage", folder), folder_lock(parent):
            require_absent(final)
            private_folder(folder)
            held.enter_context(folder_lock(folder))
        # Gone already when it was published.
        held.callback(remove_folder, folder)
        private_folder(folder / "sent")
        private_folder(folder / "received")
        yield StagedBatch(batch, folder, final)


def leftovers(parent: Path) -> list[Path]:
    """Hidden folders of crashed builds in an environment's folder; nobody writes them now."""
    with folder_lock(parent):
        return list(filter(_is_abandoned, sorted(parent.glob(f"{PREFIX}*"))))


def clear_leftovers(parent: Path) -> list[Path]:
    """Delete what crashed builds left; what was deleted is returned. Raises DiskTrouble."""
    with folder_lock(parent):
        found = list(filter(_is_abandoned, sorted(parent.glob(f"{PREFIX}*"))))
        for folder in found:
            remove_folder(folder)
    return found


def _is_abandoned(folder: Path) -> bool:
    with suppress(OSError), folder_lock(folder, wait=False) as ours:
        return ours
    return False
