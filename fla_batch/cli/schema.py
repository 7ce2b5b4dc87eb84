"""`schema list` and `schema check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import EXISTING_FILE, Shared, Subcommands, folder_option, shared
from fla_batch.cli.show import table

if TYPE_CHECKING:
    from fla_batch.message.conformity import Conformity, Difference
    from fla_batch.vocabulary.words import Words


@click.group(cls=Subcommands)
def schema() -> None:
    """Profiles: the XSD, and how declarations are written by it."""


@schema.command(name="list")
@shared
def list_profiles(shared: Shared) -> None:
    """List the profiles that come with the package, and say which are official."""
    from fla_batch import message as binding
    from fla_batch.cli.versions import profile_json

    profiles = [binding.load(name) for name in binding.available()]
    if shared.as_json:
        shared.show_json({"profiles": list(map(profile_json, profiles))})
        return
    words = shared.words
    rows = [
        [
            profile.name,
            words.line("official" if profile.official else "RECONSTRUCTED"),
            profile.declaration.schema.name,
            profile.title,
        ]
        for profile in profiles
    ]
    say(table(words.headings("profile_headings"), rows))


@schema.command()
@click.argument("profile", required=False)
@shared
def check(profile: str | None, shared: Shared) -> int:
    """Compare a PROFILE's binding with its XSD and with the models.

    The verdict is clean, faulty or undecided; only a clean profile builds, validates and sends.
    PROFILE is a name from `schema list` or a folder of your own; by default the configured one.
    """
    from fla_batch.message import load
    from fla_batch.message.conformity import ProfileVerdict, examined
    from fla_batch.system.profile_record import note_verdict

    loaded = load(profile) if profile else shared.profile
    found = examined(loaded)
    note_verdict(loaded.folder, loaded.files, found.verdict.value, found.limits)
    failed = found.verdict is not ProfileVerdict.CLEAN
    if shared.as_json:
        shared.show_json(
            {
                "profile": loaded.name,
                "verdict": found.verdict.value,
                "clean": not failed,
                "accepted": found.limits,
                "differences": list(map(_difference_json, found.differences)),
            }
        )
        return 1 if failed else 0
    for difference in found.differences:
        say(_difference_line(difference, shared.words))
    standing = shared.words.line("official" if loaded.official else "reconstructed")
    verdict = _verdict(found, shared.words)
    say(shared.words.line("profile_verdict", name=loaded.name, standing=standing, verdict=verdict))
    return 1 if failed else 0


def _difference_json(difference: Difference) -> dict[str, object]:
    return {
        "kind": difference.kind,
        "standing": difference.standing.value,
        "path": difference.path,
        "text": difference.text,
        "where": difference.where,
        "advice": difference.advice,
        "samples": difference.samples,
        "name": difference.name,
        "accepted": difference.is_accepted,
        "breaks": difference.breaks,
    }


def _difference_line(difference: Difference, words: Words) -> str:
    of_its_own = f"standing-{difference.standing.value}"
    standing = words.line("accepted" if difference.is_accepted else of_its_own)
    where = f", {difference.where}" if difference.where else ""
    broken = f" [{words.count('sample', difference.samples)}]" if difference.samples else ""
    text = difference.text_in(words.language)
    line = f"{standing} {difference.kind}: {text}  ({difference.path}{where}){broken}"
    advice = difference.advice and difference.breaks
    return f"{line}\n    {difference.advice_in(words.language)}" if advice else line


def _verdict(found: Conformity, words: Words) -> str:
    verdict = words.line(f"verdict-{found.verdict.value}")
    open_ones = sum(difference.breaks for difference in found.differences)
    if open_ones:
        return f"{verdict}, {words.count('differences_open', open_ones)}"
    named = words.line("named_limits", limits=", ".join(found.limits)) if found.limits else ""
    return f"{verdict}{named}"


@schema.command()
@click.argument("xsds", nargs=-1, required=True, type=EXISTING_FILE)
@folder_option("Folder of the new profile.")
@click.option("--answer", type=EXISTING_FILE, help="The XSD of answers to questions.")
@shared
def draft(xsds: tuple[Path, ...], folder: Path, answer: Path | None, shared: Shared) -> None:
    """Write a first binding for XSDS: the message first, then its payload or other messages.

    Says for each element whether it is bound, guessed (and why) or unknown.
    """
    from fla_batch.message.draft_text import draft_profile

    made = draft_profile(list(xsds), answer, folder)
    if shared.as_json:
        elements = [
            {"path": each.path, "standing": each.standing, "text": each.text}
            for each in made.elements
        ]
        shared.show_json({"folder": str(folder), "elements": elements, "drop": list(made.limits)})
        return
    for each in sorted(made.elements, key=lambda element: element.standing):
        say(f"{each.standing:8} {each.path}: {each.text}")
    if made.limits:
        say(shared.words.line("no_place_for", names=", ".join(made.limits)))
    say(shared.words.line("then_schema_check", folder=folder))
