"""`build`: the declarations of the input as signed batches in the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.commands.build_batches import BuildResult, build_declarations
from fla_batch.commands.recovery import recover
from fla_batch.commands.rule_context import rule_context
from fla_batch.intake import AS_FOUND, InputReading, ReadingChoice
from fla_batch.ledger.anomaly_rows import file_name
from fla_batch.rules import Removal
from fla_batch.vocabulary.progress import UNWATCHED, Watcher

if TYPE_CHECKING:
    from fla_batch.commands.needs import CheckedBuild

__all__ = ["BuildResult", "build"]


def build(
    workspace: CheckedBuild,
    inputs: Iterable[Path],
    *,
    skip_blocked: bool = False,
    allow_removals: bool = False,
    allowed_removals: Iterable[Removal] = (),
    again: bool = False,
    how: ReadingChoice = AS_FOUND,
    counted: Watcher = UNWATCHED,
) -> BuildResult:
    """Declarations to signed batches in the outbox; see `build_declarations`."""
    recover(workspace)
    context = rule_context(
        workspace.rules,
        workspace.clock(),
        history=workspace.history,
        allow_removals=allow_removals,
        allowed_removals=allowed_removals,
    )
    paths = list(inputs)
    reading = InputReading(paths, how)
    result = build_declarations(
        workspace,
        reading,
        context,
        skip_blocked=skip_blocked,
        again=again,
        counted=counted,
    )
    result.receipts = reading.receipts
    _record_blocked(workspace, paths, result)
    return result


def _record_blocked(workspace: CheckedBuild, inputs: Iterable[Path], result: BuildResult) -> None:
    """Whatever came of the build, what it held back is known until it is mended (1413)."""
    found = result.anomalies
    files = {path.name for path in inputs} | {file_name(one) for one in found if one.blocks}
    blocks = (one for one in found if one.blocks)
    workspace.ledger.replace_blocked(workspace.environment, files, blocks, workspace.clock())
