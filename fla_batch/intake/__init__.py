"""The user's files, JSON or tables, to declarations that remember file, row and column.

Bad content is a value: whatever a person can get wrong in a file becomes an Anomaly with its
place, what it says and what to do about it. Nothing here judges the trade's rules; it only
turns what was written into typed zones (docs/reference/input.md).
"""

from fla_batch.intake.platform_answers import ListedEmployee, Problem, RestAnswer, load_answer
from fla_batch.intake.reading import InputReading, read_inputs
from fla_batch.intake.reading_choice import AS_FOUND, ReadingChoice
from fla_batch.intake.receipt import Receipt
from fla_batch.intake.template import write_template

__all__ = [
    "AS_FOUND",
    "InputReading",
    "ListedEmployee",
    "Problem",
    "ReadingChoice",
    "Receipt",
    "RestAnswer",
    "load_answer",
    "read_inputs",
    "write_template",
]
