"""The base of every block: frozen, camelCase in JSON, typed but not yet judged.

A block takes any value of the right type, in bounds or not, present or not, so that one pass of
the rules can report everything that is wrong with it. Building is not validating.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Block(BaseModel):
    """A composite element. Raises pydantic.ValidationError for a value of the wrong type."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        # Most commands need few blocks or none: a validator is built when it is first asked.
        defer_build=True,
    )

    def to_json(self) -> dict[str, Any]:
        """The block in the REST manual's shape: camelCase, absent zones and blocks left out.

        `trainings` stays even when it is empty: an empty photo is a declaration too.
        """
        return _without_absent(self.model_dump(mode="json", exclude_none=True))

    def to_json_text(self) -> str:
        """The same as text, on one line."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"))


def _without_absent(values: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            value = _without_absent(value)
        elif isinstance(value, list):
            value = [_without_absent(item) if isinstance(item, dict) else item for item in value]
        if value not in ({}, []) or name == "trainings":
            kept[name] = value
    return kept
