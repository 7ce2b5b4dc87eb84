"""FI files byte for byte; clock and numbers are given, so nothing in them is masked.

After a change that is meant: python -m tests.golden.messages trainings > tests/golden/trainings.xml
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.vocabulary.terms import Verdict
from tests.golden.messages import MESSAGES, message

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", MESSAGES)
def test_byte_for_byte(name: str) -> None:
    assert message(name) == (HERE / f"{name}.xml").read_bytes()


@pytest.mark.parametrize("name", MESSAGES)
def test_golden_files_are_valid(name: str) -> None:
    profile = load("fla-20250131")
    validator = SchemaValidator(profile, profile.declaration)
    assert validator.check(HERE / f"{name}.xml").verdict is Verdict.VALID


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "nl_BE.UTF-8", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "4294967295", "LC_ALL": "C.UTF-8", "TZ": "America/Adak"},
        {"PYTHONHASHSEED": "random", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
    ],
)
def test_r26_same_input_same_bytes(environment: dict[str, str]) -> None:
    """Whatever the hash seed, locale or time zone, in a process of its own."""
    written = subprocess.run(
        [sys.executable, "-m", "tests.golden.messages", "trainings"],
        check=True,
        capture_output=True,
        cwd=HERE.parents[1],
        env={**os.environ, **environment},
    ).stdout
    assert written == (HERE / "trainings.xml").read_bytes()
