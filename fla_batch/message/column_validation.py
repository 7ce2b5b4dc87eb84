"""Which forms of a message certainly break no rule? Looked at by whole columns, block by block.

It only ever clears: every other form is for the rules themselves. What is cleared holds only if
the XSD finds the whole message valid.
"""

from __future__ import annotations

from dataclasses import dataclass

from fla_batch.message.column_reader import ColumnReader
from fla_batch.message.form_lines import FormBlock
from fla_batch.message.form_table import Places
from fla_batch.message.profile import Profile
from fla_batch.models import DECLARATIONS, Declaration
from fla_batch.rules import RuleContext, clear
from fla_batch.vocabulary.terms import FormKind


@dataclass(frozen=True, slots=True)
class LeftOverForm:
    """A form that was not cleared of all rules, and those of which it was.

    `index` is its place among the forms of a block, from 0; `held` the declaration in it, or its
    line where the columns do not tell all of it.
    """

    index: int
    held: Declaration | bytes
    cleared: frozenset[str] = frozenset()


class Clearing:
    """Looks at blocks of a message whose forms have those places."""

    def __init__(self, places: Places, profile: Profile, context: RuleContext) -> None:
        self._reader = ColumnReader(places, _declared(profile))
        self._context = context

    def left_over(self, block: FormBlock) -> list[LeftOverForm]:
        """The forms that the rules have to look at, in their order."""
        import polars as pl

        unread, left = set(range(len(block))), []
        for kind, forms, blocks in self._reader.read(block.table):
            unread.difference_update(forms)
            cleared = clear(kind, blocks, self._context).cleared()
            asked = pl.Series(sorted(cleared), dtype=pl.Int64)
            wanted = pl.repeat(value=False, n=len(forms), eager=True).scatter(asked, values=True)
            bodies = blocks.filter(wanted).models(DECLARATIONS[kind])
            found = zip(forms[asked], bodies, asked, strict=True)
            left += [LeftOverForm(index, body, cleared[place]) for index, body, place in found]
        left += [LeftOverForm(index, block.lines[index]) for index in unread]
        return sorted(left, key=lambda form: form.index)


def _declared(profile: Profile) -> dict[FormKind, str]:
    """How forms of declarations are named; questions break no rule."""
    return {
        kind: profile.identifications[kind]
        for kind in DECLARATIONS
        if kind in profile.identifications
    }
