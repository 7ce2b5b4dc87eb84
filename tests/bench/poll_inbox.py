"""`poll` of what lies in the inbox, with a gateway that has nothing new."""

from __future__ import annotations

import gc
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from fla_batch.channel.protocol import Gateway, RemoteFile
from fla_batch.cli import COLLECT_AFTER
from fla_batch.commands.poll import poll
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration import loading
from fla_batch.message import load


class _Empty:
    """A server whose folders are empty."""

    def list_folder(self, folder: str) -> list[RemoteFile]:
        return []

    def __enter__(self) -> _Empty:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def main(settings_file: Path) -> None:
    """Processes the inbox and checks that something was processed."""
    gc.set_threshold(*COLLECT_AFTER)
    settings = loading.load(settings_file)
    profile = load(settings.profile.name)
    with Workspace.open(
        settings,
        profile,
        clock=lambda: datetime.now(UTC),
        connect=lambda: cast("Gateway", _Empty()),
        hands=len(os.sched_getaffinity(0)),
    ) as workspace:
        result = poll(workspace)
    if not result.processed or result.unmatched:
        sys.exit(f"not all was processed: {result}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
