"""What a profile cannot send of a declaration, told of that declaration before it is written.

A zone that the binding drops gives a warning; a whole block, or one of days and hours, blocks:
without it the photo would say something else. So does a value that the XSD does not take where
the binding accepts that it takes less than the rules (decision 1206).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fla_batch.message.extra_zones import EmployerZones, ExtraTexts, extra_texts_of
from fla_batch.message.form_tree import bound_zones
from fla_batch.message.form_verdict import FormVerdict
from fla_batch.message.profile import Profile
from fla_batch.models import Declaration, Entry
from fla_batch.models.zone import Presence, Zone, ZoneType, leaves_of, walk
from fla_batch.tables.values import shown
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import AnomalyClass, FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE, Path, path_text

if TYPE_CHECKING:
    import polars as pl

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileLimits:
    """The limits that a profile accepts by name; `found` says what they mean for a declaration."""

    profile: Profile
    _bound: dict[FormKind, set[Names]]
    _verdicts: dict[FormKind, FormVerdict]
    _extras: dict[FormKind, ExtraTexts]
    _extra_names: frozenset[str]

    @classmethod
    def of(cls, profile: Profile, employers: EmployerZones | None = None) -> ProfileLimits:
        """The limits of a profile; `employers` have texts for zones that only the XSD knows."""
        kinds = [kind for kind in profile.shapes if kind.is_declaration]
        bound = {kind: bound_zones(profile.shapes[kind].tree, kind) for kind in kinds}
        judged = kinds if _judges(profile) else []
        verdicts = {kind: FormVerdict.of(profile, kind, employers or {}) for kind in judged}
        extras = {
            kind: ExtraTexts.of(profile.shapes[kind], kind, employers or {}) for kind in kinds
        }
        names = frozenset(
            text.field_name for shape in profile.messages for _, text in extra_texts_of(shape)
        )
        zones = {kind: set(every) for kind, every in bound.items()}
        return cls(profile, zones, verdicts, extras, names)

    @property
    def any(self) -> bool:
        """True when the profile has limits at all."""
        return bool(self.profile.drop or _judges(self.profile))

    def fit(self, kind: FormKind, frame: pl.DataFrame) -> pl.Series:
        """For declarations as columns whether their zones that only the XSD knows can be sent."""
        return self._extras[kind].fit(frame)

    def completed(self, declaration: Declaration) -> Declaration:
        """The declaration with the texts of zones that only the XSD knows, wherever they are from.

        They are part of what is declared: another text in [employers] is another declaration.
        """
        if not self._extra_names:
            return declaration
        texts = self._extras[declaration.kind].texts(
            declaration.employer.company_id, declaration.extra
        )
        names = sorted(texts.keys() & self._extra_names)
        extra = {name.removeprefix(EXTRA_ZONE): texts[name] for name in names}
        return declaration.model_copy(update={"extra": extra})

    def told(self, entry: Entry, by_rules: Iterable[Anomaly]) -> list[Anomaly]:
        """What the rules found, and what of the declaration cannot be sent, or not as it is.

        The XSD is asked only when nothing else blocks: it would say the same in other words.
        """
        found = [*by_rules, *self.found(entry)]
        if not any(anomaly.blocks for anomaly in found):
            found += self._refused(entry)
        return found

    def found(self, entry: Entry) -> Iterator[Anomaly]:
        """What the profile drops of a declaration, and the zones of the XSD alone that it lacks."""
        yield from self._extra(entry)
        if not self.profile.drop:
            return
        bound = self._bound.get(entry.declaration.kind, set())
        for block, above in walk(entry.declaration):
            for field_name, zone, json_name in leaves_of(type(block)):
                path: Path = (*above, json_name)
                names = tuple(step for step in path if isinstance(step, str))
                if getattr(block, field_name) not in (None, ()) and names not in bound:
                    yield _dropped(entry, zone, path, bound)

    def _refused(self, entry: Entry) -> Iterator[Anomaly]:
        """What the XSD refuses, where the profile accepts that it takes less than the rules."""
        verdict = self._verdicts.get(entry.declaration.kind)
        for place in verdict.refused(entry.declaration) if verdict else ():
            zone, why = Zone(place.label, ZoneType.TEXT), _NEEDED if place.is_missing else _NARROWER
            en, fr, nl = (f"{text}: {place.reason}" for text in why)
            yield _anomaly(entry, zone, place.path, AnomalyClass.BLOCKING, (en, fr, nl))

    def _extra(self, entry: Entry) -> Iterator[Anomaly]:
        declared = entry.declaration
        extras = self._extras.get(declared.kind)
        if extras is None:
            return
        for asked in extras.refused(declared.employer.company_id, declared.extra):
            path: Path = ("extra", asked.name)
            if path in entry.unreadable or path[:1] in entry.unreadable:
                continue
            zone, given = Zone(asked.name, ZoneType.TEXT), declared.extra.get(asked.name)
            if given is not None:
                found = _anomaly(entry, zone, path, AnomalyClass.BLOCKING, _NARROWER, "003")
                yield replace(found, value=shown(given))
                continue
            en, fr, nl = (text.format(name=asked.name) for text in _EXTRA_NEEDED)
            yield _anomaly(entry, zone, path, AnomalyClass.BLOCKING, (en, fr, nl), "001")


def _judges(profile: Profile) -> bool:
    """True when single values may be refused: by a narrower type, or one that is undecided."""
    return bool(profile.narrower) or any(":" in name for name in profile.undecided)


def _dropped(entry: Entry, zone: Zone, path: Path, bound: set[Names]) -> Anomaly:
    names = tuple(step for step in path if isinstance(step, str))
    whole_block = not any(each[: len(names) - 1] == names[:-1] for each in bound)
    if whole_block or zone.presence is Presence.ONE_OF:
        return _anomaly(entry, zone, path, AnomalyClass.BLOCKING, _NO_PLACE)
    return _anomaly(entry, zone, path, AnomalyClass.WARNING, _DROPPED)


_DROPPED = (
    "the profile has no place for it: it is not sent",
    "le profil n'a pas de place pour cette zone : elle n'est pas envoyée",
    "het profiel heeft er geen plaats voor: het wordt niet verzonden",
)
_NO_PLACE = (
    "the profile has no place for it, and without it the declaration says something else",
    "le profil n'a pas de place pour cette zone, et sans elle la déclaration dit autre chose",
    "het profiel heeft er geen plaats voor, en zonder zegt de aangifte iets anders",
)
_NEEDED = (
    "the XSD of the profile does not take the declaration so",
    "le XSD du profil n'accepte pas la déclaration ainsi",
    "de XSD van het profiel aanvaardt de aangifte zo niet",
)
_EXTRA_NEEDED = (
    "the XSD wants a valid value: fill in the column extra.{name}, or set it in [employers]",
    "le XSD exige une valeur valable : remplissez la colonne extra.{name}, ou [employers]",
    "de XSD eist een geldige waarde: vul de kolom extra.{name} in, of zet ze in [employers]",
)
_NARROWER = (
    "the XSD of the profile does not take this value",
    "le XSD du profil n'accepte pas cette valeur",
    "de XSD van het profiel aanvaardt deze waarde niet",
)


def _anomaly(
    entry: Entry,
    zone: Zone,
    path: Path,
    kind: AnomalyClass,
    why: tuple[str, str, str],
    number: str = "092",
) -> Anomaly:
    label = catalogue.zone_label(zone.label)
    said = [
        f"{name} - {text}" for name, text in zip((label.en, label.fr, label.nl), why, strict=True)
    ]
    key = entry.declaration.key
    return Anomaly(
        anomaly_class=kind.value,
        error_id=f"{zone.label}-{number}",
        rule="profile-limit",
        tag=zone.label,
        path=path_text(path),
        label=Labels(*said),
        company_id=key.company_id or None,
        inss=key.inss or None,
        calendar_year=key.calendar_year or None,
        source=entry.origin.source_of(path),
    )
