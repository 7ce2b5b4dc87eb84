"""What a profile cannot send of a declaration, told of that declaration before it is written.

A zone that the binding drops gives a warning; a whole block, or one of days and hours, blocks:
without it the photo would say something else. So does a value that the XSD does not take where
the binding accepts that it takes less than the rules (decision 1206).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from fla_batch.message.conformity import is_named
from fla_batch.message.extra_zones import EmployerZones, ExtraTexts
from fla_batch.message.form_tree import Element, ZoneText, bound_zones, carriers, of_kind
from fla_batch.message.profile import Profile
from fla_batch.message.xsd_outline import Declared, always_there, together_with
from fla_batch.message.xsd_text import Judge
from fla_batch.models import Entry
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Zone, ZoneType, leaves_of, walk
from fla_batch.tables.values import shown
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import AnomalyClass, FormKind
from fla_batch.vocabulary.zone_path import Path, path_text

if TYPE_CHECKING:
    import polars as pl

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileLimits:
    """The limits that a profile accepts by name; `found` says what they mean for a declaration."""

    profile: Profile
    _bound: dict[FormKind, set[Names]]
    _judges: dict[tuple[FormKind, Names], _Judged]
    _extras: dict[FormKind, ExtraTexts]

    @classmethod
    def of(cls, profile: Profile, employers: EmployerZones | None = None) -> ProfileLimits:
        """The limits of a profile; `employers` have texts for zones that only the XSD knows."""
        kinds = [kind for kind in profile.shapes if kind.is_declaration]
        bound = {kind: bound_zones(profile.shapes[kind].tree, kind) for kind in kinds}
        judges: dict[tuple[FormKind, Names], _Judged] = {}
        for kind in kinds if profile.narrower else ():
            form = of_kind(profile.shapes[kind].tree.form, kind, answers=False)
            judged = dict(_judged(form, None, form))
            lines = {id(texts[0].line): path for path, texts in bound[kind].items()}
            for path, texts in bound[kind].items():
                if is_named(".".join(path), profile.narrower) and id(texts[0].line) in judged:
                    found = judged[id(texts[0].line)]
                    together = {lines[line] for line in found.beside if line in lines}
                    judges[kind, path] = replace(found, together=frozenset(together))
        extras = {
            kind: ExtraTexts.of(profile.shapes[kind], kind, employers or {}) for kind in kinds
        }
        return cls(profile, {kind: set(zones) for kind, zones in bound.items()}, judges, extras)

    @property
    def any(self) -> bool:
        """True when the profile has limits at all."""
        return bool(self.profile.drop or self.profile.narrower)

    def fit(self, kind: FormKind, frame: pl.DataFrame) -> pl.Series:
        """For declarations as columns whether their zones that only the XSD knows can be sent."""
        return self._extras[kind].fit(frame)

    def found(self, entry: Entry) -> Iterator[Anomaly]:
        """What cannot be sent of a declaration, or not as it is."""
        yield from self._extra(entry)
        if not self.any:
            return
        kind = entry.declaration.kind
        bound = self._bound.get(kind, set())
        for block, above in walk(entry.declaration):
            for field_name, zone, json_name in leaves_of(type(block)):
                value = getattr(block, field_name)
                path: Path = (*above, json_name)
                names = tuple(step for step in path if isinstance(step, str))
                judged = self._judges.get((kind, names))
                if value is None or value == ():
                    if judged and (judged.needed or judged.together & _present(block, above)):
                        yield _anomaly(entry, zone, path, AnomalyClass.BLOCKING, _NEEDED)
                elif names not in bound:
                    yield _dropped(entry, zone, path, bound)
                elif judged and not judged.takes(value):
                    yield _anomaly(entry, zone, path, AnomalyClass.BLOCKING, _NARROWER)

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


@dataclass(frozen=True, slots=True)
class _Judged:
    """A zone of which the XSD takes less: its type, whether it must be there, and how often.

    `beside` are the lines, `together` the zones, with any of which it must be there.
    """

    judge: Judge
    text: ZoneText
    needed: bool
    most: int | None
    beside: frozenset[int] = frozenset()
    together: frozenset[Names] = frozenset()

    def takes(self, value: object) -> bool:
        values = value if isinstance(value, tuple) else (value,)
        written = (unescape(self.text.format.write(each)) for each in values)
        return (self.most is None or len(values) <= self.most) and all(
            map(self.judge.takes, written)
        )


def _judged(element: Element, most: int | None, around: Element) -> Iterator[tuple[int, _Judged]]:
    """Each zone by the line that binds it; `around` is the element that `element` stands in."""
    content = around.declared[0].content if around.declared else None
    for carrier in carriers(element):
        declared = carrier.declared[0] if carrier.declared else None
        facets = declared.facets if declared else None
        if declared is None or facets is None:
            continue
        needed = bool(declared.least)
        beside: frozenset[int] = frozenset()
        if carrier is element and not always_there(content, declared):
            needed, beside = False, _lines_of(around, together_with(content, declared))
        for text in carrier.texts:
            if isinstance(text, ZoneText):
                yield id(text.line), _Judged(Judge(facets), text, needed, most, beside)
    for child in element.children:
        repeated = child.repeat is not None and child.repeat.values
        often = child.declared[0].most if repeated and child.declared else None
        yield from _judged(child, often, element)


def _lines_of(around: Element, others: tuple[Declared, ...]) -> frozenset[int]:
    return frozenset(
        id(text.line)
        for child in around.children
        if child.declared and child.declared[0] in others
        for text in child.texts
    )


def _present(block: Block, above: Path) -> set[Names]:
    """The zones of a block that have a value."""
    names = tuple(step for step in above if isinstance(step, str))
    values = ((name, getattr(block, field)) for field, _, name in leaves_of(type(block)))
    return {(*names, name) for name, value in values if value not in (None, ())}


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
    "the XSD of the profile wants it",
    "le XSD du profil l'exige",
    "de XSD van het profiel eist het",
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
