"""Characters of free text: what XML cannot carry, and what the portal may not admit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from fla_batch.models import Declaration
from fla_batch.models.zone import Zone, leaves_of, walk
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext, rule
from fla_batch.rules.columns import DeclarationColumns, Holds
from fla_batch.vocabulary.terms import AnomalyClass
from fla_batch.vocabulary.zone_path import Path

if TYPE_CHECKING:
    import polars as pl

# Annex 24 of the portal's batch messages (2017/1), and the other case of each of its letters.
_PUNCTUATION = " '-#%()*+,./:=?@\\{|}°"
_LETTERS = "abcdefghijklmnopqrstuvwxyz" + "áàâäãåçđéèêëíîïñóòôöõøúùûüý"
ADMITTED = frozenset("0123456789" + _PUNCTUATION + _LETTERS + _LETTERS.upper())


def only_admitted(text: pl.Expr) -> pl.Expr:
    """True where a text is there and holds admitted characters only."""
    inside = "".join(map(_escaped, sorted(ADMITTED)))
    return text.str.contains(f"^[{inside}]*$")


def _escaped(character: str) -> str:
    return "\\" + character if character in "\\-[]^&~" else character


def _texts_admitted(columns: DeclarationColumns) -> Iterator[Holds]:
    """Clears of both rules: whatever is admitted XML can carry."""
    import polars as pl

    for column in columns.zones:
        if column.zone.is_text:
            text = pl.col(column.name)
            yield Holds(column.level, text.is_null() | only_admitted(text))


@rule(clears=_texts_admitted)
def admitted_characters(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Free text keeps to the portal's admitted characters (003) [P]."""
    yield from _odd_characters(
        declaration, "admitted-characters", WARNING, "characters", _not_admitted
    )


@rule(clears=_texts_admitted)
def xml_characters(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Free text holds no character that XML 1.0 cannot carry (003)."""
    yield from _odd_characters(
        declaration, "xml-characters", BLOCKING, "xml-characters", _not_in_xml
    )


def _odd_characters(
    declaration: Declaration,
    rule: str,
    anomaly_class: AnomalyClass,
    text: str,
    odd: Callable[[str], bool],
) -> Iterator[Finding]:
    for zone, path, value in _free_texts(declaration):
        found = sorted({character for character in value if odd(character)})
        if found:
            parameters = {"characters": " ".join(_spelled(character) for character in found)}
            yield Finding(
                rule, anomaly_class, zone.label, "003", path, text, parameters, value=value
            )


def _free_texts(declaration: Declaration) -> Iterator[tuple[Zone, Path, str]]:
    for block, path in walk(declaration):
        for name, zone, here in leaves_of(type(block)):
            value = getattr(block, name)
            if isinstance(value, str) and zone.is_text:
                yield zone, (*path, here), value


def _not_in_xml(character: str) -> bool:
    code = ord(character)
    return (code < 0x20 and character not in "\t\n\r") or (
        0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF)
    )


def _not_admitted(character: str) -> bool:
    return character not in ADMITTED and not _not_in_xml(character)


def _spelled(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"
