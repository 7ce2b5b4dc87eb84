"""The ledger as the rules' history: what the platform is known to hold."""

from __future__ import annotations

import hashlib
import json
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fla_batch.models import DECLARATIONS, Declaration, DeclarationKey
from fla_batch.rules import Accepted
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.terms import Environment, FormKind

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger


class LedgerHistory:
    """Each environment has its own: what was accepted in a test says nothing of production.

    Most declarations of a first year have no history at all. So the keys that have one are read
    once, as eight bytes each, and the ledger is asked only about those.
    """

    def __init__(self, ledger: Ledger, environment: Environment) -> None:
        self._ledger = ledger
        self._environment = environment

    @cached_property
    def _held(self) -> array[int]:
        numbers = {_number(key) for key in self._ledger.held_keys(self._environment)}
        return array("Q", sorted(numbers))

    @property
    def is_empty(self) -> bool:
        """True when the platform is not known to hold anything."""
        return not self._held

    def may_hold(self, key: DeclarationKey) -> bool:
        """See `rules.PlatformHistory`."""
        if not self._held:
            return False
        number = _number(key)
        place = bisect_left(self._held, number)
        return place < len(self._held) and self._held[place] == number

    def last_accepted(self, key: DeclarationKey) -> Accepted | None:
        """See `rules.PlatformHistory`."""
        if not self.may_hold(key):
            return None
        photo = self._ledger.last_accepted(key, self._environment)
        if photo is None:
            return None
        day = belgian_date(photo.accepted_at)
        return Accepted(declaration_of(key.kind, photo.body), day, photo.ours)

    def had_legal_right(self, key: DeclarationKey) -> bool:
        """See `rules.PlatformHistory`."""
        return self.may_hold(key) and self._ledger.had_legal_right(key, self._environment)


def _number(key: DeclarationKey) -> int:
    """Eight bytes that stand for a key; should two share them, one look-up more is made."""
    text = f"{key.company_id}/{key.inss}/{key.calendar_year}/{key.kind.value}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())


def declaration_of(kind: FormKind, body: Mapping[str, Any]) -> Declaration:
    """A declaration in the REST manual's shape, as the ledger keeps it, as a model again."""
    return DECLARATIONS[kind].model_validate_json(json.dumps(body))
