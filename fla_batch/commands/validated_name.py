"""The name of a message against what is in it: what the gateway would say of that one file.

The checks are the gateway's own; those that speak of several files are left out. A file that is
not called FI, or no more than that (FI.xml), is no file of the channel yet, and its name says
nothing (decision 1224).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fla_batch.channel.delivery import Delivery, DeliveryLimits, PartFacts
from fla_batch.channel.gateway_checks import check
from fla_batch.configuration.sections import LimitsSection
from fla_batch.message import Profile
from fla_batch.message.which_message import shape_of
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyClass, Environment

_OF_SEVERAL_FILES = frozenset({"130", "120", "122", "133", "509"})
_WARNINGS = frozenset({"126"})
"""An old file cannot be sent any more, and is no worse for that."""


def name_anomalies(
    path: Path,
    profile: Profile,
    forms: int,
    *,
    sender: str,
    limits: LimitsSection,
    today: date,
) -> list[Anomaly]:
    """What is wrong with the name of the FI at `path`, which holds `forms` forms.

    `sender` is the configured number, empty when there is none; `today` is the day in Belgium.
    """
    fields = path.name.split(".")
    if fields[0] != "FI" or len(fields) == 2:
        return []
    folder = next((each.folder_in for each in Environment if fields[5:6] == [each.value]), "")
    named = fields[2] if len(fields) > 2 else ""
    size = path.stat().st_size
    delivery = Delivery(folder, sender or named, [(path.name, size)])
    fits = fields[1:2] == [profile.application_of(shape_of(path, profile))]
    found = check(
        delivery,
        today=today,
        limits=DeliveryLimits(max_file_bytes=limits.part_bytes, max_forms=limits.part_forms),
        parts=[PartFacts(forms=forms or None, forms_fit_name=fits)],
    )
    codes = [each.rpartition("-")[2] for each in found]
    return [_anomaly(path, code) for code in codes if code not in _OF_SEVERAL_FILES]


def _anomaly(path: Path, code: str) -> Anomaly:
    zone, meaning = catalogue.zone_label("File"), catalogue.meaning(code) or Labels()
    said = zip((zone.en, zone.fr, zone.nl), (meaning.en, meaning.fr, meaning.nl), strict=True)
    kind = AnomalyClass.WARNING if code in _WARNINGS else AnomalyClass.BLOCKING
    return Anomaly(
        anomaly_class=kind.value,
        error_id=f"File-{code}",
        rule="file-name",
        tag="File",
        path="/",
        value=path.name,
        label=Labels(*(f"{name} - {text}: {path.name}" for name, text in said)),
        source=Source(path.name, None, None),
    )
