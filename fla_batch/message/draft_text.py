"""A draft as the text of a binding, and the folder of the profile that it begins."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fla_batch.message.draft import drafted
from fla_batch.message.draft_leftovers import DraftedElement
from fla_batch.message.drafted_message import ASK_ONLY, DraftedMessage
from fla_batch.message.profile import load
from fla_batch.message.xsd_driver import lxml_schema
from fla_batch.message.xsd_outline import Outline
from fla_batch.models import DECLARATIONS
from fla_batch.system.files import disk_errors
from fla_batch.system.profile_record import BINDING_FILE
from fla_batch.vocabulary.errors import ProfileMistake, UsageMistake
from fla_batch.vocabulary.terms import FormKind

_LIKE = "fla-20250131"


@dataclass(frozen=True, slots=True)
class DraftedProfile:
    """A drafted profile: its folder, what became of each element, and its proposed limits."""

    folder: Path
    elements: tuple[DraftedElement, ...]
    limits: tuple[str, ...]


def draft_profile(schemas: list[Path], answer: Path | None, folder: Path) -> DraftedProfile:
    """Write a profile in `folder`: the XSDs with all that they reach, and a first binding.

    Raises UsageMistake when there is a binding already, ProfileMistake for XSDs that cannot be
    used, DiskTrouble.
    """
    if (folder / BINDING_FILE).exists():
        raise UsageMistake(f"{folder} has a {BINDING_FILE} already; a draft overwrites nothing")
    for schema in [*schemas, *([answer] if answer else [])]:
        Outline([schema])  # what it reaches is there
        lxml_schema(schema, None)  # and it compiles: no draft of a broken XSD
    ours = load(_LIKE)
    names = [name for kind, name in ours.identifications.items() if answer or kind.is_declaration]
    messages = _messages(schemas, names)
    if not any(message.kinds for message in messages):
        raise ProfileMistake(
            f"{schemas[0].name} has no place for the trainings or the rights of a worker: "
            "no element that repeats holds them",
            hint="Name the XSD of the declarations first, then that of its payload. "
            "Labels of other words cannot be guessed: copy a binding.toml that comes with the "
            "package and edit it.",
        )
    answers = None
    if answer is not None:
        answers = drafted([answer], ours.answer_identifications.values(), answers=True)
    with disk_errors("write", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for schema in [*schemas, *([answer] if answer else [])]:
            _copy_reached(schema, folder)
        limits = _limits(messages, answers)
        text = "\n".join(_lines(folder.name, schemas, messages, answers, limits)) + "\n"
        (folder / BINDING_FILE).write_text(text, encoding="utf-8")
    every = [*messages, *([answers] if answers else [])]
    return DraftedProfile(
        folder, tuple(each for one in every for each in one.report), tuple(limits)
    )


def _messages(schemas: list[Path], names: list[str]) -> list[DraftedMessage]:
    """One message for all kinds, of which the other XSDs are payloads; or one for each kind.

    Each kind has an XSD of its own, or all in one have forms, payloads or branches of their own
    (decision 1225).
    """
    first = drafted(schemas, names)
    if len(first.kinds) > 1 and not first.is_apart:
        return [first]
    alone: list[tuple[list[Path], FormKind | None]] = [([schema], None) for schema in schemas]
    apart: list[tuple[list[Path], FormKind | None]] = [(schemas, kind) for kind in DECLARATIONS]
    for way in (alone if len(schemas) > 1 else [], apart):
        try:
            found = [drafted(some, names, kind=kind) for some, kind in way]
        except ProfileMistake:
            continue  # the others are payloads; or it knows one kind only
        kinds = [kind for message in found for kind in message.kinds]
        if len(kinds) > 1 and len(set(kinds)) == len(kinds):
            return found
    return [first]


def _copy_reached(schema: Path, folder: Path) -> None:
    """Copy an XSD and all that it reaches. Raises UsageMistake before another file is lost."""
    base, paths = _base_of(schema)
    for path in paths:
        target = folder / path.relative_to(base)
        if path == target.resolve():
            continue
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise UsageMistake(
                f"{target} is there already, and is another file than {path}",
                hint="Draft into an empty folder; give files of one name folders of their own.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _base_of(schema: Path) -> tuple[Path, list[Path]]:
    """The folder that holds an XSD with all that it reaches, and those files."""
    paths = Outline([schema]).files.paths
    return Path(os.path.commonpath([path.parent for path in paths])), paths


def _placed(schema: Path) -> str:
    """The name of an XSD within the folder of its profile."""
    return schema.resolve().relative_to(_base_of(schema)[0]).as_posix()


def _limits(messages: list[DraftedMessage], answers: DraftedMessage | None) -> list[str]:
    """Names for `drop`: kinds and optional zones that no message has a place for."""
    kinds = {kind for message in messages for kind in message.kinds}
    limits = [kind.value for kind in FormKind if kind.is_declaration and kind not in kinds]
    if not _asks(messages, answers):
        limits.append("questions")
    for message in messages:
        limits += [name for name in message.missing if name not in limits]
    return [name for name in limits if name not in ASK_ONLY]


def _asks(messages: list[DraftedMessage], answers: DraftedMessage | None) -> bool:
    return answers is not None and len(messages) == 1 and messages[0].can_ask


def _lines(
    name: str,
    schemas: list[Path],
    messages: list[DraftedMessage],
    answers: DraftedMessage | None,
    limits: list[str],
) -> Iterator[str]:
    yield "# A draft: see what was guessed and unknown, run `schema check`, and edit."
    yield ""
    yield "[profile]"
    yield f"name = {_value(name)}"
    yield 'version = "1"'
    yield f"title = {_value(f'Drafted from {schemas[0].name}')}"
    yield "official = false"
    yield 'application = "FLAD"  # the portal tells the real code when it opens the channel'
    if limits:
        yield f"drop = {_value(limits)}"
    yield from _shape("declaration", messages[0])
    apart = [(each, kind.value) for each in messages[1:] for kind in each.kinds]
    apart = [pair for pair in apart if pair[1] not in messages[0].kinds]
    for message, kind in apart:
        yield from _shape(f"declaration.{kind}", message, f"Form_{kind}", messages[0])
    if answers is not None and _asks(messages, answers):
        yield from _shape("answer", answers)
    yield from _identifications(messages, answers)
    yield from ("", "[blocks]")
    yield from _blocks(messages[0].layouts, "")
    for message, kind in apart:
        yield from _blocks(message.layouts, f"_{kind}")
    if answers is not None and _asks(messages, answers):
        yield from _blocks(answers.layouts, "")


def _shape(
    table: str, message: DraftedMessage, layout: str = "", common: DraftedMessage | None = None
) -> Iterator[str]:
    """A table of a message; what it does not say it has of the `common` one."""
    yield ""
    yield f"[{table}]"
    yield f"root = {_value(message.root)}"
    yield f"form = {_value(message.form)}"
    yield f"schema = {_value(_placed(message.schema))}"
    reached = Outline([message.schema]).files.paths
    foreign = [_placed(path) for path in message.payloads if path.resolve() not in reached]
    if foreign or (common and common.payloads):
        yield f"payload = {_value(foreign)}"
    if layout:
        yield f"layout = {_value(layout)}"
    if message.attributes or (common and common.attributes):
        yield f"attributes = {_value(message.attributes)}"
    if message.header or (common and common.header):
        yield "header = ["
        for line in message.header:
            yield f"    {_value(line)},"
        yield "]"


def _identifications(
    messages: list[DraftedMessage], answers: DraftedMessage | None
) -> Iterator[str]:
    ours = load(_LIKE)
    kinds = {kind for message in messages for kind in message.kinds}
    asks = _asks(messages, answers)
    yield from ("", "[identifications]")
    for kind, name in ours.identifications.items():
        if kind in kinds or (asks and not kind.is_declaration):
            yield f"{kind.value} = {_value(name)}"
    if asks:
        yield from ("", "[answer_identifications]")
        for kind, name in ours.answer_identifications.items():
            yield f"{kind.value} = {_value(name)}"


def _blocks(layouts: Mapping[str, list[dict[str, object]]], suffix: str) -> Iterator[str]:
    for name, lines in layouts.items():
        first, _, rest = name.partition("_")
        shown = f"{first}{suffix}{'_' + rest if rest else ''}"
        yield f"{shown} = ["
        for line in lines:
            if "block" in line and suffix:
                _, _, inner = str(line["block"]).partition("_")
                line = {**line, "block": f"{first}{suffix}_{inner}"}
            yield f"    {_value(line)},"
        yield "]"
        yield ""


def _value(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Iterable):
        return f"[{', '.join(map(_value, value))}]"
    raise TypeError(type(value).__name__)


def _key(key: str) -> str:
    return key if key.replace("_", "").isalpha() and key.isascii() else json.dumps(key)
