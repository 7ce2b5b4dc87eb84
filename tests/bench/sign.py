"""Signing one large file with the throw-away key of the benchmark."""

from __future__ import annotations

import sys
from pathlib import Path

from fla_batch.signing.signer import load_signer, sign_file
from tests.bench.jobs import now


def main(keys: Path, path: Path) -> None:
    """Signs, which verifies the signature too."""
    signer = load_signer(key_file=keys / "key.pem", certificate_file=keys / "certificate.pem")
    sign_file(signer, path, signed_at=now())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
