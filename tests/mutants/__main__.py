"""Apply each deliberate fault in a copy, run the tests named for it, and print which survive.

    python -m tests.mutants [PROMISE...]

Exit code 1 when any survives: then a promise is not proved by the tests that bear its name.
"""

from __future__ import annotations

import sys

from tests.mutants.faults import all_faults, survives


def main(promises: list[str]) -> int:
    """All faults, or those of some promises."""
    faults = [fault for fault in all_faults() if not promises or fault.promise in promises]
    survivors = []
    for fault in faults:
        alive = survives(fault)
        print(f"{'SURVIVES' if alive else 'noticed '} {fault}", flush=True)  # noqa: T201
        if alive:
            survivors.append(fault)
    print(f"{len(faults)} faults, {len(survivors)} survive")  # noqa: T201
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
