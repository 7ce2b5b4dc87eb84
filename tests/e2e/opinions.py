"""Second opinions on files: OpenSSL on signatures, xmllint on schemas."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

from tests.real_parts import real_part


def require_signed(fi: Path, fs: Path, root: Path, scratch: Path) -> None:
    """OpenSSL finds the detached signature over the exact bytes good, up to the root."""
    der = scratch / f"{fs.name}.der"
    der.write_bytes(base64.b64decode(fs.read_bytes().replace(b"\r", b"")))
    command: list[str | Path] = [
        real_part("openssl"),
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        der,
    ]
    command += ["-content", fi, "-CAfile", root, "-purpose", "any", "-out", scratch / "content"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (scratch / "content").read_bytes() == fi.read_bytes()


def require_valid(path: Path, schema: Path) -> None:
    """xmllint finds the file valid."""
    command: list[str | Path] = [real_part("xmllint"), "--noout", "--nonet"]
    command += ["--schema", schema, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
