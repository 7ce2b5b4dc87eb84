"""Counts that a test says are shown; the full run is told apart from the sample."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import counts


def test_the_sample_is_smaller(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(counts, "LONG", False)
    assert counts.count(3, 9) == 3
    monkeypatch.setattr(counts, "LONG", True)
    assert counts.count(3, 9) == 9
    record_property(counts.COUNTED, "2 sizes")
