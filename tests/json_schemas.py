"""The JSON Schemas that are shipped, made anew: of the input, and of every document of `--json`.

`python -m tests.cli.regenerate` writes them to `schemas/json`; tests compare them, and compare
every document that a test reads with its own schema.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from fla_batch.models import DECLARATIONS
from fla_batch.models.block import Block
from fla_batch.models.zone import (
    Presence,
    Zone,
    ZoneType,
    blocks_of,
    is_list,
    json_name,
    leaves_of,
    repeats_of,
)
from fla_batch.vocabulary.documents import DOCUMENTS

FOLDER = Path(__file__).parents[1] / "schemas" / "json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PATTERNS = {ZoneType.INSS: "^[0-9]{11}$", ZoneType.COMPANY_ID: "^[0-9]{10}$"}


def document(command: str) -> dict[str, Any]:
    """The schema of what `fla-batch COMMAND --json` prints."""
    found: Any = DOCUMENTS[command]
    if isinstance(found, dict):
        found = cast("Any", TypedDict)(command, found)
        found.__doc__ = f"`{command}`."
    made = TypeAdapter(found).json_schema()
    return {"$schema": _DIALECT, "title": f"fla-batch {command} --json", **_untitled(made)}


def _untitled(made: Any) -> Any:
    if isinstance(made, dict):
        return {
            key: _untitled(value)
            for key, value in made.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(each) for each in made] if isinstance(made, list) else made


def given(model: type[Block]) -> dict[str, Any]:
    """The schema of a body, from its blocks and zones; see docs/reference/input.md for what else is
    read: texts for numbers, other spellings of dates."""
    block = _block(model)
    return {"$schema": _DIALECT, "title": model.__name__, "description": _first(model), **block}


def _block(model: type[Block]) -> dict[str, Any]:
    properties = {name: _zone(zone) for _, zone, name in leaves_of(model)}
    required = [name for _, zone, name in leaves_of(model) if zone.presence is Presence.MANDATORY]
    for field, inner in blocks_of(model).items():
        name, made = json_name(model, field), {"description": _first(inner)} | _block(inner)
        if is_list(model, field):
            repeats = repeats_of(model)[field]
            made = {"type": "array", "items": made, "maxItems": repeats.most}
            made |= {"minItems": repeats.least} if repeats.least else {}
        properties[name] = made
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
    }


def _zone(zone: Zone) -> dict[str, Any]:
    made: dict[str, Any] = {"description": zone.label}
    if zone.type is ZoneType.INTEGER:
        made["type"] = "integer"
        made |= {"enum": sorted(map(int, zone.codes))} if zone.codes else {}
        made |= {"minimum": zone.low} if zone.low is not None else {}
        made |= {"maximum": zone.high} if zone.high is not None else {}
    else:
        # The manual's own examples write numbers of employers and workers without quotes.
        made["type"] = ["string", "integer"] if zone.type in _PATTERNS else "string"
        made |= {"enum": sorted(map(str, zone.codes))} if zone.codes else {}
        made |= {"maxLength": zone.longest} if zone.longest else {}
        made |= {"minLength": zone.shortest} if zone.shortest else {}
        pattern = zone.pattern and f"^({zone.pattern})$"
        made |= {"pattern": p} if (p := _PATTERNS.get(zone.type) or pattern) else {}
        made |= {"format": "date"} if zone.type is ZoneType.DATE else {}
    if zone.presence is Presence.READ_ONLY:
        made["readOnly"] = True
    return {"type": "array", "items": made, "maxItems": zone.many} if zone.many > 1 else made


def _first(model: type) -> str:
    return (model.__doc__ or "").split("\n")[0]


def file_name(command: str) -> str:
    """`rights compute` -> `rights-compute.json`."""
    return command.strip("-").replace(" ", "-") + ".json"


def all_of_them() -> dict[str, str]:
    """Name of each file -> its text."""
    made = {file_name(command): document(command) for command in DOCUMENTS}
    for kind, model in DECLARATIONS.items():
        made[f"input-{kind.value}.json"] = given(model)
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in made.items()
    }


def write() -> None:
    """Write them, and remove those that nothing makes any more."""
    FOLDER.mkdir(exist_ok=True)
    texts = all_of_them()
    for path in FOLDER.glob("*.json"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def require_documented(words: list[str], found: object) -> None:
    """Every member of a document is in the type of its command, and of that type."""
    command = _command(words)
    if command is None:
        return
    faults = [
        f"{error.json_path}: {error.message}" for error in _strict(command).iter_errors(found)
    ]
    assert not faults, f"fla_batch/vocabulary/documents.py lacks it: {command}: {faults[:5]}"


def _command(words: list[str]) -> str | None:
    if "--version" in words:
        return "--version"
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in DOCUMENTS:
            return name
    return None


@cache
def _strict(command: str) -> Draft202012Validator:
    return Draft202012Validator(_closed(document(command)))


def _closed(schema: Any) -> Any:
    """The same, without members that are not named."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return {"additionalProperties": False} | closed if "properties" in schema else closed
