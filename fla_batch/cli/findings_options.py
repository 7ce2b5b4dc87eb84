"""Options of `check` that write what it found into files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import ANY_PATH, gathered
from fla_batch.vocabulary.place_words import place
from fla_batch.vocabulary.sentences import translated

if TYPE_CHECKING:
    from fla_batch.cli.options import Shared
    from fla_batch.commands.check import CheckResult
    from fla_batch.commands.findings_files import Change
    from fla_batch.intake import ReadingChoice

_KINDS = ("dates", "national-numbers", "characters")


@dataclass(frozen=True, slots=True)
class FindingsFiles:
    """The files that one call names."""

    marked: Path | None
    csv: Path | None
    xlsx: Path | None
    html: Path | None
    fix: Path | None
    kinds: tuple[str, ...]

    @property
    def any_named(self) -> bool:
        """True when something is written."""
        return any((self.marked, self.csv, self.xlsx, self.html, self.fix))

    def require_writable(self, inputs: Sequence[Path]) -> None:
        """Raises UsageError and UsageMistake before anything is read."""
        for option, suffixes in _SUFFIXES.items():
            path: Path | None = getattr(self, option)
            if path is not None and path.suffix.lower() not in suffixes:
                raise click.UsageError(f"{path.name}: --{option} writes a {suffixes[0]} file.")
        if self.kinds and self.fix is None:
            raise click.UsageError("--fix-kind says what --fix puts in; name a file with --fix.")
        if self.marked or self.fix:
            from fla_batch.report.own_workbook import require_writable

            for target in filter(None, (self.marked, self.fix)):
                require_writable(target, inputs)

    def write(
        self, result: CheckResult, inputs: Sequence[Path], how: ReadingChoice, shared: Shared
    ) -> dict[str, object]:
        """Writes them; what the JSON document says of it. Raises UsageMistake, DiskTrouble."""
        if not self.any_named:
            return {}
        from fla_batch.cli.options import now
        from fla_batch.commands import findings_files

        language, told = shared.language, dict[str, object]()
        for path in filter(None, (self.csv, self.xlsx)):
            findings_files.write_list(result, path, language)
        if self.html:
            findings_files.write_page(result, self.html, language, now())
        if self.marked:
            lost = findings_files.write_marked(result, inputs, self.marked, how, language)
            _tell_lost(self.marked, lost, shared)
        if self.fix:
            told["fixed"] = self._fix(result, inputs, how, shared)
        return told

    def _fix(
        self, result: CheckResult, inputs: Sequence[Path], how: ReadingChoice, shared: Shared
    ) -> list[dict[str, object]]:
        from fla_batch.commands.findings_files import write_mended
        from fla_batch.intake.proposals import ProposalKind

        assert self.fix is not None  # noqa: S101 - for the type; `write` looked
        kinds = {ProposalKind(kind) for kind in self.kinds or _KINDS}
        changes, lost = write_mended(result, inputs, self.fix, how, shared.language, kinds)
        if not shared.as_json:
            for change in changes:
                where = place(change.source, shared.language)
                old, new = change.proposal.old, change.proposal.new
                say(shared.words.line("changed_cell", place=where, old=old, new=new))
        shared.tell(shared.words.count("changed_cells", len(changes), file=self.fix))
        _tell_lost(self.fix, lost, shared)
        return [_change_json(change) for change in changes]


findings_options = gathered(
    "files",
    FindingsFiles,
    click.option(
        "--marked",
        type=ANY_PATH,
        metavar="OUT.xlsx",
        help="Your workbook (or table) with the cells coloured, a comment in each, and a sheet "
        "of the findings first.",
    ),
    click.option("--csv", type=ANY_PATH, metavar="FILE", help="All anomalies as a CSV file."),
    click.option("--xlsx", type=ANY_PATH, metavar="FILE", help="All anomalies as an Excel file."),
    click.option("--html", type=ANY_PATH, metavar="FILE", help="All anomalies as a page."),
    click.option(
        "--fix",
        type=ANY_PATH,
        metavar="OUT.xlsx",
        help="Your workbook with the safe proposals put in; each is listed.",
    ),
    click.option(
        "--fix-kind",
        "kinds",
        type=click.Choice(_KINDS),
        multiple=True,
        help="Which proposals --fix puts in; by default all. May be repeated.",
    ),
)
"""The command gets one `FindingsFiles` as `files`."""

_SUFFIXES = {"csv": (".csv",), "xlsx": (".xlsx",), "html": (".html", ".htm")}


def _change_json(change: Change) -> dict[str, object]:
    kind, old, new = change.proposal
    return {"kind": kind.value, **change.source.to_json(), "old": old, "new": new}


def _tell_lost(path: Path, lost: Sequence[str], shared: Shared) -> None:
    for each in lost:
        lost_part = translated(each, shared.language)
        shared.tell(shared.words.line("file_lacks", file=path, part=lost_part))
