"""The user's files, JSON or tables, to declarations that remember file, row and column.

Bad content is a value: whatever a person can get wrong in a file becomes an Anomaly with its
place, what it says and what to do about it. Nothing here judges the trade's rules; it only
turns what was written into typed zones (docs/reference/input.md).
"""

from fla_batch.intake.reading import InputReading, read_inputs
from fla_batch.intake.reading_choice import AS_FOUND, ReadingChoice
from fla_batch.intake.receipt import Receipt

__all__ = [
    "AS_FOUND",
    "InputReading",
    "ReadingChoice",
    "Receipt",
    "read_inputs",
]
