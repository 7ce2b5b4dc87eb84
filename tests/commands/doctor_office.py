"""An office whose settings are sound, for the faults of the doctor to be put in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fla_batch.cli.options import now
from fla_batch.commands.build import build
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration.loading import load
from fla_batch.sandbox.ground import Ground
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.system.private_files import write_private_file
from tests.command_line import write_csv

Values = dict[str, dict[str, Any]]


@dataclass
class Office:
    """A folder with keys and settings, and the servers of a practice ground."""

    folder: Path
    ground: Ground
    monkeypatch: pytest.MonkeyPatch
    values: Values = field(default_factory=dict)
    world: dict[str, Any] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    in_child: bool = False
    text: str | None = None

    @classmethod
    def sound(cls, folder: Path, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Office:
        """An office in which nothing is wrong."""
        shutil.copytree(ground.folder / "keys", folder / "keys")
        server = ground.server
        values: Values = {
            "sender": {"number": "123456", "environment": "S"},
            "workspace": {"outbox": "outbox", "ledger": "sqlite:///outbox/ledger.db"},
            "profile": {"application": "FLAD"},
            "gateway": {
                "host": server.host,
                "port": server.port,
                "user": "practice",
                "key_file": "keys/user.pem",
                "host_key": server.fingerprint,
            },
            "signing": {
                "key_file": "keys/sender/key.pem",
                "certificate_file": "keys/chain.pem",
                "answer_roots": "keys/portal/root.pem",
            },
        }
        office = cls(folder, ground, monkeypatch, values)
        office.certified(office.keys / "sender")
        return office

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def settings_file(self) -> Path:
        return self.folder / "fla-batch.toml"

    def set(self, section: str, **keys: Any) -> None:
        """Set keys of a section; None takes one away."""
        own = self.values.setdefault(section, {})
        own.update(keys)
        for name in [name for name, value in own.items() if value is None]:
            del own[name]

    def write(self) -> Path:
        """The settings as a file."""
        lines = []
        for section, keys in self.values.items():
            lines.append(f"[{section}]")
            lines += [f"{json.dumps(name)} = {_toml(value)}" for name, value in keys.items()]
        text = "\n".join(lines) + "\n" if self.text is None else self.text
        self.settings_file.write_text(text)
        return self.settings_file

    def certified(self, place: Path) -> None:
        """Sign with what lies at `place`: its certificate and that of its issuer."""
        chain = (place / "certificate.pem").read_bytes() + (place / "root.pem").read_bytes()
        (self.keys / "chain.pem").write_bytes(chain)
        self.set("signing", key_file=str(place / "key.pem"), certificate_file="keys/chain.pem")

    def certificate(self, **how: Any) -> Path:
        """Sign with a new throw-away certificate made so; its folder."""
        place = self.folder / "new"
        throwaway_certificate(place, now=now(), **how)
        self.certified(place)
        return place

    def private(self, name: str, content: bytes) -> str:
        """A file for its owner alone; its name."""
        write_private_file(self.folder / name, content)
        return name

    def built(self, clock: Callable[[], datetime] = now, *, sent: bool = False) -> Path:
        """Build a batch, and send it; its folder."""
        settings = load(self.write(), environ={})
        with Workspace.open(settings, clock=clock) as workspace:
            (batch,) = build(workspace, [write_csv(self.folder / "in.csv", [{}])]).batches
            if sent:
                send(workspace, to_send(workspace, []))
            return workspace.outbox.folder(batch.name)

    def at(self, moment: datetime) -> None:
        """Let the clock say so."""
        self.world["clock"] = lambda: moment.astimezone(UTC)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)
