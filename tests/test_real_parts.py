from __future__ import annotations

import pytest
from _pytest.outcomes import Failed, Skipped

from tests.real_parts import REQUIRE, find_part, real_part


def test_a_missing_part_skips_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRE, raising=False)
    with pytest.raises(Skipped, match="no-such-program is missing: apt-get install"):
        real_part("no-such-program")


def test_a_missing_part_fails_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE, "1")
    with pytest.raises(Failed, match="no-such-program is missing"):
        real_part("no-such-program")


def test_a_part_on_the_path_is_found() -> None:
    assert find_part("sh") == real_part("sh")
