"""A batch of the outbox as what `upload` takes, or why it cannot be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.channel import upload
from fla_batch.vocabulary.filenames import BatchName, FileName
from fla_batch.vocabulary.terms import FileKind

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records


def outgoing(workspace: Records, name: BatchName) -> upload.Outgoing:
    """The files to send, after each was compared with the manifest (decision 1710).

    Raises OutboxDamaged.
    """
    manifest = workspace.outbox.require_whole(name)
    names = [FileName.parse(file.name) for file in manifest.files]
    files = tuple(
        (each, workspace.outbox.sent_path(name, str(each)))
        for each in names
        if each.kind in (FileKind.FI, FileKind.FS)
    )
    go = next(each for each in names if each.kind is FileKind.GO)
    return upload.Outgoing(files, go, name.environment.folder_in)
