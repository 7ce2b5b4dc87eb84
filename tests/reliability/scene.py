"""One place where a command runs: our side (outbox, ledger) and the portal's, in one folder.

A scene is made once and copied for every run, so that all runs begin alike.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

from fla_batch.channel.protocol import Gateway
from fla_batch.channel.retry import Waiting
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration.loading import Settings
from fla_batch.configuration.loading import load as load_settings
from fla_batch.ledger.ledger import Ledger
from fla_batch.message import Profile, load
from fla_batch.sandbox.dialects import PLAIN, PortalDialect
from fla_batch.sandbox.folders import FOLDERS
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.portal import Portal
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.store import Store
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.signer import load_signer
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.system.workforce import Workforce
from fla_batch.vocabulary.terms import Environment
from tests.ledger.unmatched import unmatched_of
from tests.reliability.folder_gateway import OPERATIONS, FolderGateway

NOW = datetime(2025, 3, 1, 9, 15, tzinfo=UTC)
S = Environment.SIMULATION
SENDER = "123456"
IMPATIENT = Waiting(look_again_s=0.0, sleep=lambda seconds: sleep(min(seconds, 0.01)))
_SETTINGS = """\
[sender]
number = "123456"
environment = "S"
[workspace]
ledger = "{ledger}"
[signing]
key_file = "keys/sender/key.pem"
certificate_file = "keys/sender/certificate.pem"
answer_roots = "keys/portal/root.pem"
[answers]
require_signature = true
[limits]
part_forms = {part_forms}
parts = {parts}
"""


@dataclass
class Clock:
    """A clock that moves a millisecond each time it is read."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass(frozen=True)
class Scene:
    """Everything lies in `folder`."""

    folder: Path

    @classmethod
    def make(
        cls,
        folder: Path,
        *,
        part_forms: int = 50_000,
        parts: int = 9,
        ledger: str = "sqlite:///outbox/ledger.db",
    ) -> Scene:
        """Keys, settings, and the empty account on the portal."""
        for holder in ("sender", "portal"):
            throwaway_certificate(folder / "keys" / holder, now=NOW, common_name=holder)
        text = _SETTINGS.format(part_forms=part_forms, parts=parts, ledger=ledger)
        (folder / "fla-batch.toml").write_text(text, encoding="utf-8")
        for name in FOLDERS:
            (folder / "account" / name).mkdir(parents=True)
        return cls(folder)

    def copy(self, folder: Path) -> Scene:
        """The same once more; what is in it now is the beginning of a run."""
        shutil.copytree(self.folder, folder)
        return Scene(folder)

    @property
    def account(self) -> Path:
        return self.folder / "account"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def settings(self) -> Settings:
        return load_settings(self.folder / "fla-batch.toml", environ={})

    @contextmanager
    def workspace(
        self,
        *,
        clock: Clock | None = None,
        run: str = "TEST",
        gateway: Gateway | None = None,
        hands: int = 1,
        workforce: Workforce | None = None,
        mend: bool = False,
    ) -> Iterator[Workspace]:
        """Our side, whose gateway is the account's folders unless another one is given."""
        runs = count(1)
        with Workspace.open(
            self.settings(),
            profile(),
            clock=clock or Clock(NOW + timedelta(minutes=1)),
            new_run=lambda: f"{run}{next(runs)}",
            connect=lambda: gateway or FolderGateway(self.account),
            waiting=IMPATIENT,
            hands=hands,
            workforce=workforce,
            mend=mend,
        ) as workspace:
            yield workspace

    @contextmanager
    def portal(
        self, clock: Clock | None = None, dialect: PortalDialect = PLAIN
    ) -> Iterator[Portal]:
        """The portal's side, with its platform and signed answers."""
        store = Store(self.folder / "platform.db")
        keys = self.folder / "keys"
        try:
            with Portal(
                self.account,
                profile(),
                Platform(store),
                sender=Sender(SENDER),
                clock=clock or Clock(NOW + timedelta(minutes=2)),
                state=self.folder / "portal-state",
                roots=load_certificates(keys / "sender" / "root.pem"),
                signer=load_signer(
                    key_file=keys / "portal" / "key.pem",
                    certificate_file=keys / "portal" / "certificate.pem",
                ),
                dialect=dialect,
            ) as portal:
                yield portal
        finally:
            store.close()

    def let_portal_work(self, dialect: PortalDialect = PLAIN) -> None:
        """The portal looks into its folder and answers every batch whose GO is there."""
        with self.portal(dialect=dialect) as portal:
            for path in sorted((self.account / S.folder_in).glob("GO.*")):
                portal.process(S, path.name)

    def created_again(self) -> list[str]:
        """Every GO and TD that was created although the server had it, or had taken it in."""
        path = self.account / OPERATIONS
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def portal_view(self) -> dict[str, str]:
        """Every file that the portal holds or has taken in, with its SHA-256; no signatures.

        Signing twice gives different bytes, so that FS files are told by their names.
        """
        found = _tree(self.account) | _tree(self.folder / "portal-state")
        return {
            name: "signature" if "/FS." in name else digest
            for name, digest in found.items()
            if name != OPERATIONS
        }

    def outbox_view(self) -> dict[str, str]:
        """Every file of the outbox with its SHA-256, but for the ledger's own files.

        Marks tell when something was done, and how often it was begun.
        """
        return {
            name: "differs" if "/FS." in name or name.endswith("marks.jsonl") else digest
            for name, digest in _tree(self.outbox).items()
            if not name.startswith(("ledger.db", "high-water"))
        }

    def ledger_view(self) -> dict[str, Any]:
        """What the ledger holds, without instants and without how it came to it."""
        with Ledger.open(self.settings().workspace.ledger, create=False) as ledger:
            return ledger_view(ledger)


def profile() -> Profile:
    return load("fla-20250131")


def ledger_view(ledger: Ledger) -> dict[str, Any]:
    """States, anomalies, answers and what the platform told; in an order of its own."""
    rows = ledger.batches()
    return {
        "batches": {str(row.name): (row.state.value, row.ticket) for row in rows},
        "forms": {
            form.reference_nbr: (str(row.name), form.state.value, form.ticket, form.sha256)
            for row in rows
            for form in ledger.forms(row.name)
        },
        "anomalies": sorted(
            json.dumps([row.anomaly.to_json(), str(row.batch), row.reference_nbr])
            for row in ledger.anomalies()
        ),
        "answers": sorted(
            (row.file.name, row.file.sha256, row.outcome.value, row.reason or "")
            for row in ledger.answer_files()
        ),
        "unmatched": sorted(
            (row.file_name, row.batch or "", row.reason) for row in unmatched_of(ledger)
        ),
        "told": sorted(json.dumps([row.kind.value, row.body]) for row in ledger.consultations(S)),
    }


def _tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
