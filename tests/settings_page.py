"""docs/reference/settings.md: every key that can be set, from the classes and the shipped file.

`python -m tests.cli.regenerate` writes its tables anew, and a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from fla_batch.configuration.sections import ENV_PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"
_MARK = "<!-- Below this line: written by python -m tests.cli.regenerate -->\n"
_KEY = re.compile(r"^(?:# )?(?P<key>\w+) = (?:.*?\S)??(?:\s+# (?P<words>.+))?$")
_SECTION = re.compile(r"^\[(?P<section>\w+)\](?:\s+# (?P<words>.+))?$")
_JSON_TYPES = {"integer": "a whole number", "number": "a number", "boolean": "true, false"}


def written(page: str) -> str:
    """`page` with everything below its mark written anew: a chapter for each section."""
    head, mark, _ = page.partition(_MARK)
    assert mark
    return head + mark + "".join(map(_chapter, Settings.model_fields))


def remarks() -> Mapping[str, str]:
    """What the shipped `fla-batch.toml` says of `section.key`, and of `section`."""
    found: dict[str, str] = {}
    section = ""
    text = files("fla_batch.cli").joinpath("fla-batch.toml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if named := _SECTION.match(line):
            section = named["section"]
            found[section] = named["words"] or ""
        elif section and (named := _KEY.match(line)):
            found[f"{section}.{named['key']}"] = named["words"] or ""
    return found


def _chapter(section: str) -> str:
    said = remarks()
    words = f"\n{said[section][0].upper()}{said[section][1:]}.\n" if said[section] else ""
    of_it = Settings.model_fields[section].annotation
    if section == "employers":
        return f"\n## [employers]\n{words}"
    assert isinstance(of_it, type)
    assert issubclass(of_it, BaseModel)
    properties = of_it.model_json_schema(mode="validation")["properties"]
    rows = "".join(
        f"| `{key}` | {_takes(facts)} | {_default(facts)} | {said[f'{section}.{key}']} |\n"
        for key, facts in properties.items()
    )
    table = f"| key | takes | default | what it is |\n| --- | --- | --- | --- |\n{rows}"
    variable = f"{ENV_PREFIX}{section.upper()}__{next(iter(properties)).upper()}"
    return f"\n## [{section}]\n{words}\n{table}\nAs a variable: `{variable}` and so on.\n"


def _takes(facts: Mapping[str, Any]) -> str:
    return "; ".join(_facts(next(_kinds(facts)), facts.get("description")))


def _kinds(facts: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Without null, which a setting that is left out is."""
    yield from (each for each in facts.get("anyOf", [facts]) if each.get("type") != "null")


def _facts(kind: Mapping[str, Any], description: str | None) -> Iterator[str]:
    if "enum" in kind:
        yield ", ".join(f"`{each}`" for each in kind["enum"])
    elif description:
        yield description
    elif kind["type"] == "array":
        yield "a list of texts"
    elif kind["type"] == "string":
        yield "a path" if kind.get("format") == "path" else "a text"
    else:
        yield _JSON_TYPES[kind["type"]]
    if "minimum" in kind and "maximum" in kind:
        yield f"{kind['minimum']} to {kind['maximum']}"
    elif "minimum" in kind:
        yield f"{kind['minimum']} or more"
    elif "exclusiveMinimum" in kind:
        most = f", {kind['maximum']} at most" if "maximum" in kind else ""
        yield f"more than {kind['exclusiveMinimum']}{most}"


def _default(facts: Mapping[str, Any]) -> str:
    default = facts.get("default")
    if default in (None, ""):
        return ""
    shown = str(default).lower() if isinstance(default, bool) else default
    return f"`{', '.join(map(str, shown)) if isinstance(shown, list | tuple) else shown}`"
