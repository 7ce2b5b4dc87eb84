"""Zones that only the XSD knows (`extra.NAME`): which a profile has, and where a text comes from.

The text is that of the declaration, else that of its employer in [employers], else the constant
of the binding (decision 1210). Where the XSD wants one and there is none, or does not take it,
that is said of that declaration alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.message.form_tree import Element, ZoneText, carriers, elements, of_kind
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.xml_escapes import unescape
from fla_batch.message.xsd_content import Declared
from fla_batch.message.xsd_text import Judge
from fla_batch.models.zone import Presence
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

if TYPE_CHECKING:
    import polars as pl

EmployerZones = Mapping[str, Mapping[str, str]]
"""CompanyID -> `extra.NAME` -> text, for the zones that only the XSD knows."""

_NONE: Mapping[str, str] = {}


def extra_texts_of(shape: MessageShape) -> Iterator[tuple[Element, ZoneText]]:
    """Each such zone of a message, with the element in which it stands."""
    for element in elements(shape.tree.form):
        for text in element.zones:
            if text.field_name.startswith(EXTRA_ZONE):
                yield element, text


def constants_of(shape: MessageShape) -> dict[str, str]:
    """`extra.NAME` -> the constant that the binding has for it."""
    return {
        text.field_name: text.line.constant
        for _, text in extra_texts_of(shape)
        if text.line.constant is not None
    }


def extra_columns(
    frame: pl.DataFrame, employers: EmployerZones, constants: Mapping[str, str]
) -> list[pl.Series]:
    """A column for each zone that has a text from anywhere, for declarations as columns."""
    import polars as pl

    theirs = {name for zones in employers.values() for name in zones}
    own = {name for name in frame.columns if name.startswith(EXTRA_ZONE)}
    every = frame["companyId"].to_list() if theirs else []
    columns = []
    for name in sorted(theirs | own | constants.keys()):
        found: list[pl.Expr | pl.Series] = [pl.col(name)] if name in own else []
        if name in theirs:
            found.append(
                pl.Series([employers.get(each, _NONE).get(name) for each in every], dtype=pl.String)
            )
        if name in constants:
            found.append(pl.lit(constants[name]))
        columns.append(frame.select(pl.coalesce(found).alias(name))[name])
    return [
        column if len(column) == len(frame) else column.new_from_index(0, len(frame))
        for column in columns
    ]


class AskedZone(NamedTuple):
    """Such a zone of forms of one kind. `needed`: no form is valid without it."""

    text: ZoneText
    declared: Declared | None
    judge: Judge | None
    needed: bool

    @property
    def name(self) -> str:
        """NAME as in the XSD."""
        return self.text.field_name.removeprefix(EXTRA_ZONE)

    def takes(self, text: str | None) -> bool:
        """True when a form with that text, or without one, can be valid."""
        if text is None:
            return not self.needed
        return self.judge is None or self.judge.takes(unescape(self.text.format.write(text)))


def asked_zones(shape: MessageShape, kind: FormKind) -> tuple[AskedZone, ...]:
    """The zones of forms of a kind that the models do not have."""
    form = of_kind(shape.tree.form, kind, answers=False)
    return tuple(_asked(form, there=True))


def _asked(element: Element, *, there: bool) -> Iterator[AskedZone]:
    for carrier in carriers(element):
        for text in carrier.texts:
            if isinstance(text, ZoneText) and text.field_name.startswith(EXTRA_ZONE):
                declared = carrier.declared[0] if carrier.declared else None
                judge = Judge(declared.facets) if declared and declared.facets else None
                yield AskedZone(text, declared, judge, there and bool(declared and declared.least))
    for child in element.children:
        wanted = bool(child.declared and child.declared[0].least)
        yield from _asked(child, there=there and (wanted or _is_always_there(child)))


def _is_always_there(element: Element) -> bool:
    """True for an element that is written for every declaration that the rules accept."""
    return any(
        each.always or any(zone.zone and zone.zone.presence is Presence.MANDATORY for zone in zones)
        for each in elements(element)
        for zones in [list(each.zones)]
        if each.repeat is None
    )


@dataclass(frozen=True, slots=True)
class ExtraTexts:
    """What the zones that only the XSD knows become in the forms of one kind of message."""

    employers: EmployerZones
    constants: Mapping[str, str]
    asked: tuple[AskedZone, ...]

    @classmethod
    def of(cls, shape: MessageShape, kind: FormKind, employers: EmployerZones) -> ExtraTexts:
        """Those of a message of that shape."""
        return cls(employers, constants_of(shape), asked_zones(shape, kind))

    def texts(self, company_id: str | None, given: Mapping[str, str]) -> dict[str, Any]:
        """`extra.NAME` -> text: of the declaration, else its employer, else the constant."""
        return {
            **self.constants,
            **self.employers.get(company_id or "", _NONE),
            **{EXTRA_ZONE + name: text for name, text in given.items()},
        }

    def refused(self, company_id: str | None, given: Mapping[str, str]) -> Iterator[AskedZone]:
        """The zones of a declaration with which its form would not be valid."""
        texts = self.texts(company_id, given)
        for zone in self.asked:
            if not zone.takes(texts.get(zone.text.field_name)):
                yield zone

    def fit(self, frame: pl.DataFrame) -> pl.Series:
        """For each of the declarations in `frame` whether nothing of it is refused."""
        import polars as pl

        fine = pl.repeat(value=True, n=len(frame), eager=True)
        columns = {each.name: each for each in extra_columns(frame, self.employers, self.constants)}
        for zone in self.asked:
            column = columns.get(zone.text.field_name)
            if column is None:
                fine = fine & (not zone.needed)
                continue
            taken = {text: zone.takes(text) for text in column.unique().to_list()}
            fine = fine & pl.Series([taken[text] for text in column.to_list()], dtype=pl.Boolean)
        return fine
