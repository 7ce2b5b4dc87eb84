"""The type of an element held against the zone that it carries: bounds, codes, patterns.

libxml2 judges the type alone, with texts that settle it; where none do, that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fla_batch.message.conformity import Difference, Standing, stricter
from fla_batch.message.form_tree import ZoneText
from fla_batch.message.xsd_content import Declared
from fla_batch.message.xsd_facets import Facets
from fla_batch.message.xsd_text import Judge
from fla_batch.message.zone_samples import WrittenTexts, all_integers, is_own, settles
from fla_batch.models.zone import Zone

_SHOWN = 8


def type_differences(
    text: ZoneText, path: str, declared: Declared, facets: Facets, found: WrittenTexts
) -> Iterator[Difference]:
    """Where the type takes not all of what is written, `found` being texts that stand for it."""
    judge = Judge(facets)
    fixed = declared.fixed
    bad = [each for each in found.texts if not judge.takes(each) or fixed not in (None, each)]
    if bad and len(bad) == len(found.texts):
        yield _nothing_fits(text, path, declared, facets, found.texts)
        return
    named = [] if is_own(text) else list(_facets(text, path, declared, facets))
    yield from named
    if bad and not any(each.standing is Standing.LIMIT for each in named):
        say = f"the XSD does not take every {text.json_name}: not {shown_texts(bad)}"
        yield stricter(text.json_name, path, say, declared)
    elif not bad and not settles(found, facets, text.zone):
        every = all_integers(text)
        if every is not None:
            if not judge.takes_each(every):
                say = f"the XSD does not take every {text.json_name}: {_patterns(facets)}"
                yield stricter(text.json_name, path, say, declared)
            return
        construct = facets.mixed_kinds or "pattern"
        name = f"{construct}:{text.json_name}"
        say = f"samples cannot settle the {construct} of {declared.name}: {_patterns(facets)}"
        yield Difference(
            "undecided", path, say, Standing.UNDECIDED, where=declared.where, name=name,
            advice=f'If it holds for what you send: undecided = ["{name}"] in [profile].',
            accepted_in="undecided",
        )  # fmt: skip


def _nothing_fits(
    text: ZoneText, path: str, declared: Declared, facets: Facets, texts: tuple[str, ...]
) -> Difference:
    if facets.codes:
        ours, theirs = shown_texts(texts), shown_texts(facets.codes)
        say = f"no code in common: we write {ours}, the XSD knows {theirs}"
        return about(
            text, "no-code-in-common", path, say, declared, "Write a table: codes = { .. }."
        )
    fixed = f", always {declared.fixed}" if declared.fixed else ""
    say = f"the XSD takes none of what we write as {declared.name} ({facets.base}{fixed}): "
    advice = "A format, codes or a pattern is needed; see the guide."
    if text.field_name == "reference_nbr":
        advice = "No line mends it: a reference needs 16 letters and digits, or 26 digits."
    return about(text, "nothing-fits", path, say + shown_texts(texts), declared, advice)


def _facets(text: ZoneText, path: str, declared: Declared, facets: Facets) -> Iterator[Difference]:
    """Bounds and codes that differ, each way."""
    zone = text.zone
    if zone is None:
        return
    low = None if zone.low is None else zone.low / text.format.scale
    high = None if zone.high is None else zone.high / text.format.scale
    bounds = (
        ("lowest value", low, facets.low, 1),
        ("highest value", high, facets.high, -1),
        ("shortest length", zone.shortest, facets.shortest, 1),
        ("longest length", zone.longest, facets.longest, -1),
    )
    for facet, ours, theirs, sign in () if facets.mixed_kinds else bounds:
        if ours is None or not _is_number(theirs) or float(theirs or 0) == ours:
            settled = zone.codes or zone.pattern or facets.patterns
            if ours is not None and theirs is None and not settled:
                say = f"{facet} of {declared.name}: {ours:g} in the models, none in the XSD"
                yield Difference("looser", path, say, Standing.NOTE, where=declared.where)
            continue
        say = f"{facet} of {declared.name}: {ours:g} in the models, {theirs} in the XSD"
        if (float(theirs or 0) - ours) * sign > 0:
            yield stricter(text.json_name, path, say, declared)
        else:
            yield Difference("looser", path, say, Standing.NOTE, where=declared.where)
    yield from _codes(text, zone, path, declared, facets)


def _is_number(text: object) -> bool:
    try:
        float(str(text))
    except ValueError:
        return False
    return True


def _codes(
    text: ZoneText, zone: Zone, path: str, declared: Declared, facets: Facets
) -> Iterator[Difference]:
    if not facets.codes or not zone.codes:
        return
    theirs, ours = set(facets.codes), {text.format.write(code) for code in zone.codes}
    for missing in sorted(ours - theirs):
        say = f"code {missing} of {declared.name} is not in the XSD"
        yield stricter(text.json_name, path, say, declared)
    for extra in sorted(theirs - ours):
        say = f"code {extra} of {declared.name} is not in the models"
        yield Difference("looser", path, say, Standing.NOTE, where=declared.where)


def about(
    text: ZoneText, kind: str, path: str, say: str, declared: Declared, advice: str = ""
) -> Difference:
    """A fault of one line of the binding at one element of the XSD."""
    where = f"{text.line.where}, {declared.where}"
    return Difference(kind, path, say, where=where, advice=advice)


def shown_texts(texts: Iterable[str]) -> str:
    shown = [
        each if len(each) < 40 else f"{each[:20]}... ({len(each)} characters)" for each in texts
    ]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(map(repr, shown[:_SHOWN])) + more


def _patterns(facets: Facets) -> str:
    return " and ".join("|".join(each) for each in facets.patterns) or str(facets.mixed_kinds)
