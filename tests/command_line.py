"""The real command line, called in this process: what it printed where, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fla_batch.cli.edge import run
from tests.builders import company_id, inss
from tests.json_schemas import require_documented


@dataclass(frozen=True)
class Called:
    """One call that ended."""

    code: int
    out: str
    err: str
    words: tuple[str, ...] = ()

    @property
    def document(self) -> Any:
        """The one JSON document on standard output, which is as `vocabulary/documents.py` says."""
        found = json.loads(self.out)
        require_documented(list(self.words), found)
        return found

    @property
    def said(self) -> str:
        """Both streams."""
        return self.out + self.err


@dataclass(frozen=True)
class CommandLine:
    """`fla-batch` in a folder of its own; `config` goes with every call when it is set."""

    capsys: pytest.CaptureFixture[str]
    config: Path | None = None

    def __call__(self, *arguments: str | Path) -> Called:
        self.capsys.readouterr()
        more = ["--config", str(self.config)] if self.config else []
        code = run([*map(str, arguments), *more])
        printed = self.capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err, printed.err
        return Called(code, printed.out, printed.err, tuple(map(str, arguments)))

    def with_settings(self, config: Path) -> CommandLine:
        """The same, with this settings file in every call."""
        return replace(self, config=config)


ROW: Mapping[str, str] = {
    "companyId": company_id(),
    "inss": inss(),
    "calendarYear": "2024",
    "trainingDenomination": "First aid",
    "trainingResult": "1",
    "trainingLeadingToCertificate": "1",
    "scope": "1",
    "hours": "7.6",
    "trainingStartDate": "2024-02-05",
    "trainingEndDate": "2024-02-05",
    "trainingStatus": "1",
    "trainingType": "1",
}
"""One training of one day, without a fault."""


def write_csv(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """`rows` over `ROW`, as a clerk's CSV file."""
    full = [{**ROW, **row} for row in rows]
    names = list(dict.fromkeys(name for row in full for name in row))
    lines = [";".join(names), *(";".join(row.get(name, "") for name in names) for row in full)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def workers(count: int) -> list[dict[str, str]]:
    """A row for each of so many workers."""
    return [{"inss": inss(number)} for number in range(1, count + 1)]
