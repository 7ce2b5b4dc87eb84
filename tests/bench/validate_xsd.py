"""The XSD's verdict on FI files, one after the other."""

from __future__ import annotations

import sys
from pathlib import Path

from fla_batch.message import load
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.vocabulary.terms import Verdict


def main(paths: list[Path]) -> None:
    """Checks all of them, and that all are valid."""
    profile = load("fla-20250131")
    validator = SchemaValidator(profile, profile.declaration)
    if not all(validator.check(path).verdict is Verdict.VALID for path in paths):
        sys.exit("a file is not valid")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
