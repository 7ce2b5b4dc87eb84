from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fla_batch.signing.throwaway import ThrowawayCertificate, throwaway_certificate

NOW = datetime(2025, 3, 1, 12, 30, tzinfo=UTC)
PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="session")
def rsa_files(tmp_path_factory: pytest.TempPathFactory) -> ThrowawayCertificate:
    return throwaway_certificate(tmp_path_factory.mktemp("rsa"), now=NOW, key_type="rsa")


@pytest.fixture(scope="session")
def ec_files(tmp_path_factory: pytest.TempPathFactory) -> ThrowawayCertificate:
    return throwaway_certificate(tmp_path_factory.mktemp("ec"), now=NOW, key_type="ec")


@pytest.fixture(scope="session")
def locked_files(tmp_path_factory: pytest.TempPathFactory) -> ThrowawayCertificate:
    folder = tmp_path_factory.mktemp("locked")
    return throwaway_certificate(folder, now=NOW, key_type="ec", password=PASSWORD)


@pytest.fixture
def fi(tmp_path: Path) -> Path:
    """Bytes that text mode would change: CR LF, a bare LF, no line end at the end."""
    path = tmp_path / "FI.FLAD.123456.20250301.00001.S.1.1"
    path.write_bytes(b"<?xml version='1.0'?>\r\n<a>\n\xc3\xa9\r</a> ")
    return path
