"""The lines of a binding, checked one by one; whatever is wrong names file, line and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fla_batch.message.format_options import NUMBER_OPTIONS
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

HERE = "."
"""Path of a block whose zones stand directly in the element of the block around it."""

_STEP = re.compile(r"[A-Za-z_][\w.\-]*")
_LAYOUT = re.compile(r"^\s*([A-Za-z_]\w*|\"[^\"]+\")\s*=\s*\[")
_ENTRY = re.compile(r"[{,]\s*element\s*=|^\s*element\s*=")
_SOURCES = ("field", "constant", "template")
_KNOWN = frozenset(
    {"element", "block", "format", "pattern", "codes", "only", "always", "answers", "when", "each"}
    | set(_SOURCES)
    | NUMBER_OPTIONS
)


@dataclass(frozen=True, slots=True)
class BindingLine:
    """One entry of a layout. `path` are the labels from the block down, `attribute` the last one.

    Exactly one of `field_name` (a zone or block, `extra.X` for one that the models lack),
    `constant` and `template` is set; `extra.X` may have a constant too, for who says nothing.
    `each` is the part of the path that is repeated.
    """

    where: str
    layout: str
    path: tuple[str, ...]
    attribute: str | None = None
    field_name: str | None = None
    constant: str | None = None
    template: str | None = None
    block: str | None = None
    format: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    pattern: Mapping[str, Any] | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[FormKind] = frozenset()
    always: bool = False
    answers: bool = False
    when: str | None = None
    each: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """The path as it stands in the binding."""
        attribute = [f"@{self.attribute}"] if self.attribute else []
        return "/".join([*self.path, *attribute])

    def mistake(self, what: str, hint: str = "") -> ProfileMistake:
        """What is wrong with this line."""
        return ProfileMistake(f"{self.where}, {self.layout}, {self.label}: {what}", hint=hint)


class BindingText:
    """The places of a binding's entries, for messages: TOML readers do not tell them."""

    def __init__(self, path: Path, text: str) -> None:
        self.name = f"{path.parent.name}/{path.name}"
        self._places: dict[str, list[int]] = {}
        layout = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if line.lstrip().startswith("#"):
                continue
            found = _LAYOUT.match(line)
            if found:
                layout = found[1].strip('"')
            self._places.setdefault(layout, []).extend(number for _ in _ENTRY.finditer(line))

    def where(self, layout: str, index: int) -> str:
        """`folder/binding.toml:LINE` of that entry, from 0."""
        places = self._places.get(layout, [])
        return f"{self.name}:{places[index]}" if index < len(places) else self.name


def lines_of(
    layout: str, entries: list[dict[str, Any]], text: BindingText
) -> Iterator[BindingLine]:
    """The lines of one layout. Raises ProfileMistake."""
    for index, raw in enumerate(entries):
        yield _line(text.where(layout, index), layout, raw)


def _line(where: str, layout: str, raw: Mapping[str, Any]) -> BindingLine:
    problem = _problem(raw)
    if problem:
        raise ProfileMistake(f"{where}, binding of {layout}, {dict(raw)}: {problem}")
    *path, last = raw["element"].split("/")
    attribute = last[1:] if last.startswith("@") else None
    if attribute is None and last != HERE:
        path.append(last)
    try:
        only = frozenset(FormKind(kind) for kind in raw.get("only", ()))
    except ValueError as error:
        raise ProfileMistake(f"{where}, binding of {layout}, {raw['element']}: {error}") from error
    each = raw.get("each")
    return BindingLine(
        where=where,
        layout=layout,
        path=tuple(path),
        attribute=attribute,
        field_name=raw.get("field"),
        constant=None if "constant" not in raw else str(raw["constant"]),
        template=raw.get("template"),
        block=raw.get("block"),
        format=raw.get("format"),
        options={name: raw[name] for name in NUMBER_OPTIONS & set(raw)},
        pattern=raw.get("pattern"),
        codes={str(ours): str(theirs) for ours, theirs in raw.get("codes", {}).items()},
        only=only,
        always=bool(raw.get("always", False)),
        answers=bool(raw.get("answers", False)),
        when=raw.get("when"),
        each=tuple(each.split("/")) if isinstance(each, str) else None,
    )


def _has_one_source(raw: Mapping[str, Any]) -> bool:
    given = [name for name in _SOURCES if name in raw]
    extra = str(raw.get("field", "")).startswith(EXTRA_ZONE)
    return len(given) == 1 or (extra and given == ["field", "constant"])


def _problem(raw: Mapping[str, Any]) -> str | None:
    odd = sorted(set(raw) - _KNOWN)
    if odd:
        return f"unknown: {', '.join(odd)}"
    if "element" not in raw or not _has_one_source(raw):
        return "an entry has an element, and either a field or a constant or a template"
    if raw["element"] == HERE:
        return None if "block" in raw else "only a block may stand in the element around it"
    *steps, last = str(raw["element"]).split("/")
    attribute = last.startswith("@")
    name = last.removeprefix("@").removeprefix("xsi:") if attribute else last
    if not all(map(_STEP.fullmatch, [*steps, name])):
        return "that is no name of an element"
    if attribute and "block" in raw:
        return "an attribute holds no block"
    for name in ("codes", "pattern"):
        if not isinstance(raw.get(name, {}), dict):
            return f"{name} is a table"
    for name in ("field", "block", "format", "template", "when", "each"):
        if not isinstance(raw.get(name, ""), str):
            return f"{name} is a text"
    return None
