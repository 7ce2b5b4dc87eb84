"""What a worker does with declarations: check them, write the forms, set them down in the spool.

The worker is a thread of this process, another process or another machine: what a task is given
says all. The desk that it takes is made once in each process.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.batching.form_builder import Desk, Done, Job
from fla_batch.batching.form_maker import FormMaker
from fla_batch.message import load
from fla_batch.message.extra_zones import EmployerZones
from fla_batch.rules import RuleContext
from fla_batch.system.workforce import Tools
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.rules import PlatformHistory

DESKS: Tools[Desk] = Tools()
"""By the key of a recipe."""


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """All that a desk in another process needs; plain values. `held` says if history matters.

    Its text says nothing: a worker may write it into a log.
    """

    profile: str
    run: str
    started: datetime
    context: RuleContext
    ledger: str
    environment: Environment
    held: bool
    extras: EmployerZones = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_hex(8))


def write_forms(recipe: Recipe, job: Job, spool: Path) -> Done:
    """The forms of a job, set down in the folder `spool`; doing it twice changes nothing.

    Raises DiskTrouble.
    """
    done = DESKS.get(recipe.key, lambda: _desk_of(recipe)).do(job)
    done.written.set_down(spool, f"{job.first:012d}")
    return done


def _desk_of(recipe: Recipe) -> Desk:
    profile = load(recipe.profile)
    maker = FormMaker(profile, recipe.run, recipe.started)
    context = replace(recipe.context, history=_history(recipe) if recipe.held else None)
    return Desk.for_profile(profile, maker, context, recipe.extras)


def _history(recipe: Recipe) -> PlatformHistory:
    from fla_batch.account.ledger_history import LedgerHistory
    from fla_batch.ledger.ledger import Ledger

    return LedgerHistory(Ledger.open(recipe.ledger, create=False), recipe.environment)
