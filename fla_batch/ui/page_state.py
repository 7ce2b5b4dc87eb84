"""What the server holds between requests: settings, the files that were dropped, its jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.ui.background_jobs import Jobs
from fla_batch.ui.dropped_files import DroppedFiles
from fla_batch.vocabulary.terms import Environment, Language

if TYPE_CHECKING:
    from fla_batch.commands.workspace import Workspace
    from fla_batch.configuration.loading import Settings
    from fla_batch.sandbox.ground import Ground


@dataclass
class PageState:
    """One person, one workspace. `place` is the folder in which the sandbox is put.

    `settings_file` holds the user's own settings; None where there is none.
    """

    own_settings: Settings
    configured: bool
    place: Path
    clock: Callable[[], datetime]
    language: Language
    settings_file: Path | None = None
    jobs: Jobs = field(default_factory=Jobs)
    practice: Practice | None = None
    _files: dict[Path, DroppedFiles] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def settings(self) -> Settings:
        """Those of the sandbox while it runs, else the user's own."""
        return self.practice.settings if self.practice else self.own_settings

    @property
    def environment(self) -> Environment:
        """Where batches go."""
        return self.settings.environment

    @property
    def can_send(self) -> bool:
        """True when there is somewhere to send to."""
        return self.practice is not None or self.configured

    @property
    def files(self) -> DroppedFiles:
        """The files of this workspace."""
        outbox = self.settings.workspace.outbox
        with self._lock:
            return self._files.setdefault(outbox, DroppedFiles(outbox))

    def workspace(self) -> Workspace:
        """Ledger, outbox and all else, for one thread; use it in a `with`."""
        from fla_batch.commands.workspace import Workspace

        return Workspace.open(self.settings, clock=self.clock)

    def begin_practice(self) -> None:
        """Serve the simulated portal, and work on it from now on. Raises FlaBatchError."""
        with self._lock:
            if self.practice is None:
                self.practice = Practice.begin(self)

    def end_practice(self) -> None:
        """Back to the user's own settings; the sandbox keeps all for the next time."""
        with self._lock:
            if self.practice is not None:
                self.practice.serving.close()
                self.practice = None

    def close(self) -> None:
        """The server ends."""
        self.jobs.stop()
        self.end_practice()


@dataclass(frozen=True)
class Practice:
    """A sandbox that runs as long as `serving` is open."""

    settings: Settings
    ground: Ground
    serving: ExitStack

    @classmethod
    def begin(cls, state: PageState) -> Practice:
        """Raises ConfigurationMistake, ProfileMistake, DiskTrouble."""
        from fla_batch.commands.configured_profile import configured_profile
        from fla_batch.configuration.loading import load
        from fla_batch.sandbox.ground import practice_ground

        serving = ExitStack()
        profile = configured_profile(state.own_settings)
        ground = serving.enter_context(
            practice_ground(state.place / "fla-sandbox", profile, clock=state.clock, delay_s=1.0)
        )
        # Nothing of the user's own settings: practice stays on this machine (S14).
        return cls(load(ground.settings_file, environ={}), ground, serving)
