"""The ledger as the rules' history: what the platform is known to hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fla_batch.build.forms import BELGIUM
from fla_batch.models import DECLARATIONS, Declaration, DeclarationKey
from fla_batch.rules import Accepted
from fla_batch.terms import Environment, FormKind

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class LedgerHistory:
    """Each environment has its own: what was accepted in a test says nothing of production."""

    ledger: Ledger
    environment: Environment

    def last_accepted(self, key: DeclarationKey) -> Accepted | None:
        """See `rules.History`."""
        photo = self.ledger.last_accepted(key, self.environment)
        if photo is None:
            return None
        day = photo.accepted_at.astimezone(BELGIUM).date()
        return Accepted(declaration_of(key.kind, photo.body), day)

    def had_legal_right(self, key: DeclarationKey) -> bool:
        """See `rules.History`."""
        return self.ledger.had_legal_right(key, self.environment)


def declaration_of(kind: FormKind, body: Mapping[str, Any]) -> Declaration:
    """A declaration in the REST manual's shape, as the ledger keeps it, as a model again."""
    return DECLARATIONS[kind].model_validate_json(json.dumps(body))
