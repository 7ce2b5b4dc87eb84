"""What is read and written with: profile, zones of employers, mapping of columns."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.commands.doctor.diagnosis import Diagnosis, Surroundings


def profile(around: Surroundings) -> Iterator[Diagnosis]:
    """Loads, was found clean as it is now, and its application code is that of the portal."""
    from fla_batch.system.profile_record import require_clean

    found = around.profile
    require_clean(found.folder)
    told = around.settings.profile.application is not None
    parts = {"name": found.name, "version": found.version, "code": found.application}
    if told or around.settings.uses_rest or found.official:
        yield around.ok("profile", "profile-clean", **parts)
    else:
        yield around.warning("profile", "profile-code", **parts)


def employer_zones(around: Surroundings) -> Iterator[Diagnosis]:
    """[employers] names company numbers, and zones that the profile knows."""
    from fla_batch.configuration.extra_names import extra_names
    from fla_batch.vocabulary.identifiers import is_valid_company_id

    known = extra_names(around.settings.profile.name)
    wrong = 0
    for company_id, zones in around.settings.employers.items():
        if not is_valid_company_id(company_id):
            wrong += 1
            yield around.error("employer-zones", "employer-number", number=company_id)
        for name in zones:
            if name not in known:
                wrong += 1
                listed = ", ".join(known) or "-"
                yield around.error("employer-zones", "employer-zone", zone=name, known=listed)
    if not wrong:
        count = len(around.settings.employers)
        yield around.ok("employer-zones", "employer-zones-known", count=count)


def columns(around: Surroundings) -> Iterator[Diagnosis]:
    """The mapping of columns, if one is set, can be read."""
    from fla_batch.intake.heading_words import column_names
    from fla_batch.tables.column_mapping import read_mapping

    path = around.settings.input.columns
    if path is None:
        yield around.ok("columns", "columns-none")
        return
    read_mapping(path, column_names())
    yield around.ok("columns", "columns-read", file=path)
