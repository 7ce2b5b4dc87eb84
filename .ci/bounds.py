"""The lowest version of each direct dependency that pyproject.toml allows, as pip takes them."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def lowest(requirement: str) -> str:
    """`name[extra]>=1.2,<3` as `name[extra]==1.2`. Raises ValueError when it says no lowest."""
    found = re.match(r"([A-Za-z0-9._-]+(?:\[[a-z,]+\])?)>=([0-9][0-9.]*)", requirement)
    if found is None:
        raise ValueError(f"{requirement} in pyproject.toml has no lower bound")
    return f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    for each in project["dependencies"]:
        sys.stdout.write(lowest(each) + "\n")
