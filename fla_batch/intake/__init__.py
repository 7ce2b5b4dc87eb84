"""The user's files, JSON or tables, to declarations that remember file, row and column.

Bad content is a value: whatever a person can get wrong in a file becomes an Anomaly with its
place, what it says and what to do about it. Nothing here judges the trade's rules; it only
turns what was written into typed zones (docs/reference/input.md).
"""

from fla_batch.intake.platform_answers import ListedEmployee, Problem, RestAnswer, load_answer
from fla_batch.intake.reading import read_chunks, read_inputs
from fla_batch.intake.template import write_template

__all__ = [
    "ListedEmployee",
    "Problem",
    "RestAnswer",
    "load_answer",
    "read_chunks",
    "read_inputs",
    "write_template",
]
