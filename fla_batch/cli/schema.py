"""`schema list` and `schema check`."""

from __future__ import annotations

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import Shared, shared
from fla_batch.cli.show import table


@click.group()
def schema() -> None:
    """Profiles: the XSD, and how declarations are written by it."""


@schema.command(name="list")
@shared
def list_profiles(shared: Shared) -> None:
    """List the profiles that come with the package, and say which are official."""
    from fla_batch import message as binding

    profiles = [binding.load(name) for name in binding.available()]
    if shared.as_json:
        shared.show_json(
            {
                "profiles": [
                    {
                        "name": profile.name,
                        "version": profile.version,
                        "title": profile.title,
                        "official": profile.official,
                        "schema": profile.declaration.schema.name,
                        "sha256": profile.fingerprint,
                    }
                    for profile in profiles
                ]
            }
        )
        return
    rows = [
        [
            profile.name,
            "official" if profile.official else "RECONSTRUCTED, not official",
            profile.declaration.schema.name,
            profile.title,
        ]
        for profile in profiles
    ]
    say(table(["profile", "standing", "schema", "title"], rows))


@schema.command()
@click.argument("profile", required=False)
@shared
def check(profile: str | None, shared: Shared) -> int:
    """Compare a PROFILE's binding with its XSD and with the models.

    PROFILE is a name from `schema list` or a folder of your own; by default the configured one.
    """
    from fla_batch.message import load
    from fla_batch.message.conformity import differences

    loaded = load(profile) if profile else shared.profile
    found = differences(loaded)
    breaking = [difference for difference in found if difference.breaks]
    if shared.as_json:
        shared.show_json(
            {
                "profile": loaded.name,
                "clean": not breaking,
                "differences": [
                    {"kind": item.kind, "path": item.path, "text": item.text, "breaks": item.breaks}
                    for item in found
                ],
            }
        )
        return 1 if breaking else 0
    for difference in found:
        severity = "ERROR" if difference.breaks else "note "
        say(f"{severity} {difference.kind}: {difference.text}  ({difference.path})")
    standing = "official" if loaded.official else "reconstructed, not official"
    verdict = f"{len(breaking)} differences to mend" if breaking else "clean"
    say(f"{loaded.name} ({standing}): {verdict}.")
    return 1 if breaking else 0
