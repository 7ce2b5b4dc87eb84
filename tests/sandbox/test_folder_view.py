"""What came and what went, as the person who practises reads it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from fla_batch.sandbox.folder_view import FolderView
from fla_batch.sandbox.operations import Operation, OperationKind, OperationLog

AT = datetime(2025, 3, 1, 10, 15, 9)  # noqa: DTZ001 - shown as it is


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("INTEST-S", "OUTTEST-S"):
        (tmp_path / folder).mkdir()
    return tmp_path


def test_what_a_client_writes_comes(root: Path) -> None:
    log = OperationLog()
    view = FolderView(root, log)
    log.add(Operation(OperationKind.OPEN, "INTEST-S", "FI.X"))
    log.add(Operation(OperationKind.WRITE, "INTEST-S", "FI.X", 1200))
    assert view.news(AT) == []
    log.add(Operation(OperationKind.CLOSE, "INTEST-S", "FI.X", 1200))
    log.add(Operation(OperationKind.CLOSE, "INTEST-S", "GO.X", 0))
    assert view.news(AT) == [
        "10:15:09  -> INTEST-S/FI.X  1 200 bytes",
        "10:15:09  -> INTEST-S/GO.X  empty",
    ]
    assert view.news(AT) == []


def test_what_the_portal_publishes_goes(root: Path) -> None:
    (root / "OUTTEST-S" / "FO.OLD").write_bytes(b"old")
    view = FolderView(root, OperationLog())
    (root / "OUTTEST-S" / "FO.NEW").write_bytes(b"a")
    assert view.news(AT) == ["10:15:09  <- OUTTEST-S/FO.NEW  1 byte"]
    assert view.news(AT) == []


def test_what_a_client_fetches_and_removes(root: Path) -> None:
    log = OperationLog()
    view = FolderView(root, log)
    log.add(Operation(OperationKind.READ, "OUTTEST-S", "FO.X", 100))
    assert view.news(AT) == []
    log.add(Operation(OperationKind.READ, "OUTTEST-S", "FO.X", 50))
    assert view.news(AT) == []
    log.add(Operation(OperationKind.CLOSE, "OUTTEST-S", "FO.X"))
    log.add(Operation(OperationKind.REMOVE, "OUTTEST-S", "FO.X"))
    log.add(Operation(OperationKind.LIST, "OUTTEST-S", ""))
    assert view.news(AT) == [
        "10:15:09     OUTTEST-S/FO.X  fetched",
        "10:15:09     OUTTEST-S/FO.X  removed by the client",
    ]


def test_an_answer_is_told_before_it_is_fetched(root: Path) -> None:
    log = OperationLog()
    view = FolderView(root, log)
    (root / "OUTTEST-S" / "FO.X").write_bytes(b"ab")
    log.add(Operation(OperationKind.READ, "OUTTEST-S", "FO.X", 2))
    log.add(Operation(OperationKind.CLOSE, "OUTTEST-S", "FO.X"))
    log.add(Operation(OperationKind.CLOSE, "INTEST-S", "GO.X"))
    assert [line[10:] for line in view.news(AT)] == [
        "-> INTEST-S/GO.X  empty",
        "<- OUTTEST-S/FO.X  2 bytes",
        "   OUTTEST-S/FO.X  fetched",
    ]


def test_a_file_that_is_gone_before_it_is_measured(root: Path) -> None:
    view = FolderView(root, OperationLog())
    (root / "OUTTEST-S" / "FO.X").symlink_to(root / "nowhere")
    assert view.news(AT) == ["10:15:09  <- OUTTEST-S/FO.X  gone again"]
