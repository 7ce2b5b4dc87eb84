"""Does the SBOM name what the wheel brings along? Each direct dependency, and nothing unwanted."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

UNWANTED = {"asn1crypto"}
"""No longer maintained: comes with the extra `token` only (decision 1915)."""


def plain(name: str) -> str:
    """`PyJWT>=2.9`, `pydantic_core` as the registries compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", name)[0]).lower()


if __name__ == "__main__":
    bill = json.loads(Path(sys.argv[1]).read_text())
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    named = {plain(each["name"]) for each in bill["components"]}
    missing = {plain(each) for each in project["dependencies"]} - named
    if missing or UNWANTED & named or bill["bomFormat"] != "CycloneDX":
        sys.exit(f"{sys.argv[1]}: without {sorted(missing)}, with {sorted(UNWANTED & named)}")
    print(f"{sys.argv[1]}: CycloneDX {bill['specVersion']}, {len(named)} components")
