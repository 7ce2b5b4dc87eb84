"""Fails when branch coverage of the core falls below 95 %."""

import json
import sys
from pathlib import Path

WANTED = 95.0
CORE = (
    "models/",
    "rules/",
    "message/",
    "answers/",
    "vocabulary/filenames.py",
    "vocabulary/identifiers.py",
)


def main() -> int:
    """Sums statements and branches of each core part and prints its coverage."""
    files = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["files"]
    low = 0
    for part in CORE:
        found = [entry["summary"] for name, entry in files.items() if f"fla_batch/{part}" in name]
        covered = sum(one["covered_lines"] + one["covered_branches"] for one in found)
        total = sum(one["num_statements"] + one["num_branches"] for one in found)
        percent = 100 * covered / total if total else 0.0
        low += percent < WANTED
        print(f"branch coverage of {part}: {percent:.1f} %")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
