"""How much of what is long: a seeded sample in `.ci/run`, the full count in `.ci/long`."""

from __future__ import annotations

import os

LONG = os.environ.get("FLA_BATCH_LONG") == "1"
COUNTED = "counted"
"""`record_property(COUNTED, "1,000 steps, 0 lost")` shows the line at the end of the run."""


def count(sample: int, full: int) -> int:
    """`sample` in `.ci/run`, `full` in `.ci/long`."""
    return full if LONG else sample
