"""What was sent, as matching asks for it; answered by the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from fla_batch.ledger.records import FormRow, FoundForm, Photo
from fla_batch.ledger.rows import CHUNK
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.models import DeclarationKey

_NEAR = 10
"""Forms of a batch whose positions differ by no more are asked for in their order."""


class Sent:
    """The ledger in the words of `matching`, and what an anomaly leaves unsaid.

    A form never changes its batch, so that what was read stays true.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.by_creation = ledger.forms_by_creation
        self.by_subject = ledger.forms_by_subject
        self._known: set[BatchName] = set()
        self._batches: Mapping[str, BatchName] = {}
        self._tickets: dict[str, BatchName] = {}
        self._asked: FormRow | None = None
        self._page: dict[str, FormRow] = {}

    def has_batch(self, batch: BatchName) -> bool:
        """See `SentForms.has_batch`."""
        if batch in self._known:
            return True
        known = self.ledger.has_batch(batch)
        if known:
            self._known.add(batch)
        return known

    def by_ticket(self, ticket: str) -> BatchName | None:
        """See `SentForms.by_ticket`. One that is known stays so; another one may come later."""
        if ticket not in self._tickets:
            found = self.ledger.batches_by_ticket(ticket)
            if len(found) != 1:
                return None
            self._tickets[ticket] = found[0]
        return self._tickets[ticket]

    def by_reference(self, reference_nbr: str) -> Sequence[FoundForm]:
        """See `SentForms.by_reference`."""
        batch = self._batches.get(reference_nbr)
        if batch is None:
            batch = self.ledger.batches_by_reference([reference_nbr]).get(reference_nbr)
        return [] if batch is None else [FoundForm(reference_nbr, batch)]

    def expect(self, reference_nbrs: Collection[str]) -> None:
        """`by_reference` and `are_of` will be asked for these next: one query for all of them."""
        self._batches = self.ledger.batches_by_reference(reference_nbrs)

    def are_of(self, batch: BatchName, reference_nbrs: Sequence[str]) -> bool:
        """True when each of them, which were expected, is the number of a form of that batch."""
        found = list(map(self._batches.get, reference_nbrs))
        # The same object for all forms of a batch, so that the count compares no names.
        return found[0] == batch and found.count(found[0]) == len(found)

    def form(self, key: str) -> FormRow | None:
        """The form of that reference number; its state may be that of a while ago."""
        if key not in self._page:
            row = self.ledger.form(key)
            self._page = {} if row is None else self._page_from(row)
        return self._page.get(key)

    def expect_forms(self, keys: Collection[str]) -> None:
        """`form` will be asked for these reference numbers next: one query for all of them."""
        if keys:
            self._page = self.ledger.forms_of(keys)

    def _page_from(self, row: FormRow) -> dict[str, FormRow]:
        """The form and, when they are gone through in their order, those that follow it."""
        behind: Iterable[FormRow] = ()
        last, place = self._asked, (row.part, row.position)
        if last and last.batch == row.batch and 0 < row.position - last.position <= _NEAR:
            behind = islice(self.ledger.forms(row.batch, after=place), CHUNK)
        page = {each.reference_nbr: each for each in (row, *behind)}
        self._asked = [*page.values()][-1]
        return page

    def last_photo(self, key: DeclarationKey, environment: Environment) -> Photo | None:
        """The declaration that the platform is known to hold."""
        return self.ledger.last_accepted(key, environment)
