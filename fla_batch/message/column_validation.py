"""Which forms of a message certainly break no rule? Looked at by whole columns, block by block.

It only ever clears: every other form is for the rules themselves. What is cleared holds only if
the XSD finds the whole message valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fla_batch.message.column_reader import ColumnReader
from fla_batch.message.form_lines import FormBlock
from fla_batch.message.form_table import Places
from fla_batch.message.profile import Profile
from fla_batch.models import DECLARATIONS
from fla_batch.rules import RuleContext, clear
from fla_batch.vocabulary.terms import FormKind


@dataclass(frozen=True, slots=True)
class LeftOverForm:
    """A form that was not cleared of all rules, and those of which it was.

    `index` is its place among the forms of a block, from 0.
    """

    index: int
    line: bytes
    cleared: frozenset[str]


class Clearing:
    """Looks at blocks of a message whose forms have those places."""

    def __init__(self, places: Places, profile: Profile, context: RuleContext) -> None:
        self._reader = ColumnReader(places, _declared(profile))
        self._context = context

    def left_over(self, block: FormBlock) -> list[LeftOverForm]:
        """The forms that the rules have to look at, in their order."""
        return [
            LeftOverForm(index, block.lines[index], cleared)
            for index, cleared in self._not_cleared(block)
        ]

    def _not_cleared(self, block: FormBlock) -> Iterator[tuple[int, frozenset[str]]]:
        """The indexes of the forms that leave a question, and the rules that they are clear of."""
        clear_of: list[frozenset[str] | None] = [frozenset()] * len(block)
        for kind, forms, blocks in self._reader.read(block.table):
            questions = clear(kind, blocks, self._context).cleared()
            for index, form in enumerate(forms):
                clear_of[form] = questions.get(index)
        for form, cleared in enumerate(clear_of):
            if cleared is not None:
                yield form, cleared


def _declared(profile: Profile) -> dict[FormKind, str]:
    """How forms of declarations are named; questions break no rule."""
    return {
        kind: profile.identifications[kind]
        for kind in DECLARATIONS
        if kind in profile.identifications
    }
