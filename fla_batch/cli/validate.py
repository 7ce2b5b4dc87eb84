"""`validate`: an existing message against XSD and rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.options import EXISTING_FILE, Shared, now, shared
from fla_batch.cli.progress_bar import Unit, counting
from fla_batch.cli.show import show_anomalies
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Verdict
from fla_batch.vocabulary.words import semicolon

if TYPE_CHECKING:
    from fla_batch.message import Profile
    from fla_batch.message.validation import MessageResult
    from fla_batch.rules import RuleContext
    from fla_batch.vocabulary.words import Words


@click.command()
@click.argument("files", nargs=-1, required=True, type=EXISTING_FILE)
@click.option("--profile", help="Profile to validate with; by default the configured one.")
@shared
def validate(files: tuple[Path, ...], profile: str | None, shared: Shared) -> int:
    """Validate FILES (FI parts, or other messages of the profile) against XSD and rules.

    The name of an FI is held against what is in it, too. Every error comes with its line, path,
    form and reason.
    """
    from fla_batch.commands.rule_context import rule_context
    from fla_batch.commands.validated_name import name_anomalies
    from fla_batch.message import load
    from fla_batch.system.profile_record import require_clean

    chosen = load(profile) if profile else shared.profile
    require_clean(chosen.folder)
    settings, today = shared.settings, belgian_date(now())
    sender, limits = settings.sender.number, settings.limits
    named = partial(name_anomalies, sender=sender, limits=limits, today=today)
    context = rule_context(settings.rules, now())
    anomalies = AnomalySpool()
    unchecked = invalid = 0
    for path, result in _results(files, chosen, context, anomalies, shared):
        unchecked += result.check.verdict is Verdict.NOT_CHECKED
        invalid += result.check.verdict is not Verdict.VALID
        anomalies.add(named(path, chosen, result.forms))
        shared.tell(_verdict(path, result, shared.words))
        if result.check.total > len(result.check.errors):
            left = result.check.total - len(result.check.errors)
            shared.tell(shared.words.count("more_xsd_errors", left, file=path.name))
    show_anomalies(anomalies, shared)
    return 1 if invalid or anomalies.counts.blocking else 0


def _results(
    files: tuple[Path, ...],
    profile: Profile,
    context: RuleContext,
    anomalies: AnomalySpool,
    shared: Shared,
) -> Iterator[tuple[Path, MessageResult]]:
    """File by file, with progress in bytes."""
    from fla_batch.message.validation import validate_message

    sizes = {path: path.stat().st_size for path in files}
    with counting("bytes", shared, sum(sizes.values()), unit=Unit.BYTES) as counted:
        for path in files:
            yield path, validate_message(path, profile, context, anomalies)
            counted(sizes[path])


def _verdict(path: Path, result: MessageResult, words: Words) -> str:
    check = result.check
    verdict = words.line(f"verdict-{check.verdict.value}")
    by = f"{check.schema} ({check.fingerprint[:12]})"
    text = words.line("verdict", file=path.name, verdict=verdict, by=by)
    if check.verdict is Verdict.NOT_CHECKED:
        why = translated(check.why or "", words.language)
        return f"{text}{semicolon(words.language)}{why}"
    format_said = words.line("format_is_not") if result.format_faults else ""
    return f"{text}{format_said}, {words.count('forms_read', result.forms)}"
