"""Correct and send again: only what was refused, from corrected input, linked to the first (R23).

What was accepted is never among it: the forms to send are those that the ledger calls refused,
and a form that a later correction holds already is not corrected twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fla_batch.batching.form_maker import Counted
from fla_batch.commands.build_batches import BuiltBatch, build_bodies, only_build
from fla_batch.commands.recovery import recover
from fla_batch.commands.rule_context import rule_context
from fla_batch.commands.send import batch_row
from fla_batch.intake import AS_FOUND, ReadingChoice, read_inputs
from fla_batch.ledger.lifecycle import REFUSED_FORM_STATES, WITHDRAWN_FORM_STATES, FormState
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.models import DeclarationKey, Entry
from fla_batch.rules import Removal, check
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly, blocking

if TYPE_CHECKING:
    from fla_batch.commands.needs import CheckedBuild, Records
    from fla_batch.ledger.ledger import HeldLock
    from fla_batch.ledger.records import BatchRow

_RENEWED_EACH = 1_000
_NOT_TAKEN = REFUSED_FORM_STATES | WITHDRAWN_FORM_STATES | {FormState.BLOCKED}


@dataclass(slots=True)
class CorrectResult:
    """What became of the refused forms of `previous`.

    `missing` have no declaration in the input, `unchanged` are as they were refused, `corrected`
    are those that an earlier correction holds; `ignored` counts declarations that are none of
    the refused ones. `elsewhere` gives, for some of the missing ones, declarations of the input
    that are about the same worker under another employer number, year or kind: a mended number is
    another key, which a build sends and a correction does not.
    """

    previous: BatchName
    batches: list[BuiltBatch] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)
    missing: list[DeclarationKey] = field(default_factory=list)
    unchanged: list[DeclarationKey] = field(default_factory=list)
    corrected: dict[DeclarationKey, BatchName] = field(default_factory=dict)
    ignored: int = 0
    elsewhere: dict[DeclarationKey, list[DeclarationKey]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The document of `correct --json`."""
        batches = [
            {"name": str(each.name), "forms": each.forms, "parts": each.parts}
            for each in self.batches
        ]
        return {
            "previous": str(self.previous),
            "batches": batches,
            "forms": sum(each.forms for each in self.batches),
            "missing": [
                _key_json(key)
                | {"elsewhere": [_key_json(other) for other in self.elsewhere.get(key, ())]}
                for key in self.missing
            ],
            "unchanged": [_key_json(key) for key in self.unchanged],
            "already_corrected": [
                _key_json(key) | {"batch": str(batch)} for key, batch in self.corrected.items()
            ],
            "ignored": self.ignored,
            "anomalies": [anomaly.to_json() for anomaly in self.anomalies],
        }


def correct(
    workspace: CheckedBuild,
    name: str,
    inputs: Iterable[Path],
    *,
    allow_removals: bool = False,
    allowed_removals: Iterable[Removal] = (),
    counted: Counted = lambda _: None,
    how: ReadingChoice = AS_FOUND,
) -> CorrectResult:
    """Rebuild the refused forms of batch `name` from `inputs`; with a blocking anomaly, nothing.

    Nobody else builds or corrects from when it is looked up what is still refused until the
    correction is staged. Raises UsageMistake for an unknown batch and for one of which nothing is
    refused, and what a build raises.
    """
    recover(workspace)
    context = rule_context(
        workspace.rules,
        workspace.clock(),
        history=workspace.history,
        allow_removals=allow_removals,
        allowed_removals=allowed_removals,
    )
    row = batch_row(workspace, name)
    with only_build(workspace) as lock:
        result, wanted = _to_correct(workspace, row)
        entries: list[Entry] = []
        others: dict[str, list[DeclarationKey]] = {key.inss: [] for key in wanted}
        items = _while_held(lock, read_inputs(inputs, how))
        limits = ProfileLimits.of(workspace.profile, workspace.employer_zones)
        for entry in _wanted_entries(workspace, items, wanted, result, others, counted):
            result.anomalies += limits.told(entry, check(entry, context))
            entries.append(entry)
        result.missing = sorted(wanted.keys() - {entry.declaration.key for entry in entries})
        for key in result.missing:
            if alike := [each for each in others[key.inss] if each.kind is key.kind]:
                result.elsewhere[key] = alike
        if entries and not blocking(result.anomalies):
            result.batches = build_bodies(workspace, entries, row.name, lock)
    return result


def _to_correct(
    workspace: Records, row: BatchRow
) -> tuple[CorrectResult, dict[DeclarationKey, str]]:
    """What is refused and in no correction yet, with the reference numbers of those forms."""
    result = CorrectResult(row.name, corrected=_later(workspace, row.name))
    refused = {
        form.key: form.reference_nbr
        for form in workspace.ledger.form_lines(row.name, REFUSED_FORM_STATES)
    }
    if not refused:
        raise UsageMistake(
            f"no form of {row.name} is refused: it is {row.state.value}",
            hint=f"`fla-batch status {row.name}` shows its forms.",
        )
    wanted = {key: number for key, number in refused.items() if key not in result.corrected}
    result.corrected = {key: on for key, on in result.corrected.items() if key in refused}
    return result, wanted


def _while_held(lock: HeldLock, items: Iterable[Entry | Anomaly]) -> Iterator[Entry | Anomaly]:
    """The same, saying now and then that we are still at it. Raises LockHeld when we are not."""
    for number, item in enumerate(items):
        if not number % _RENEWED_EACH:
            lock.renew()
        yield item


def _wanted_entries(
    workspace: Records,
    items: Iterable[Entry | Anomaly],
    wanted: dict[DeclarationKey, str],
    result: CorrectResult,
    others: dict[str, list[DeclarationKey]],
    counted: Counted,
) -> Iterator[Entry]:
    """The declarations of the input that are wanted; the rest is counted.

    `wanted` gives the reference number of the form that was refused, `others` the workers of whom
    something was; it takes up what else the input declares about them.
    """
    for item in items:
        if isinstance(item, Anomaly):
            result.anomalies.append(item)
            continue
        counted(1)
        key = item.declaration.key
        if key not in wanted:
            result.ignored += 1
            if key.inss in others:
                others[key.inss].append(key)
            continue
        refused = workspace.ledger.form(wanted[key])
        if refused is not None and item.declaration.to_json() == refused.body:
            result.unchanged.append(key)
        yield item


def _later(workspace: Records, name: BatchName) -> dict[DeclarationKey, BatchName]:
    """Forms that corrections of batch `name` hold, and that were not refused again."""
    return {
        form.key: row.name
        for row in workspace.ledger.batches(name.environment)
        if row.previous == name
        for form in workspace.ledger.form_lines(row.name)
        if form.state not in _NOT_TAKEN
    }


def _key_json(key: DeclarationKey) -> dict[str, Any]:
    return key._asdict() | {"kind": key.kind.value}
