"""Input on shared storage, named by its address: `s3://bucket/trainings.parquet`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

_STORES = ("s3:", "gs:", "az:")
_FILE = "file:"


def url_of(path: Path) -> str | None:
    """The address that was given as a path, which keeps one of its two slashes; None for none.

    >>> url_of(Path("s3://bucket/2024/trainings.parquet"))
    's3://bucket/2024/trainings.parquet'
    >>> url_of(Path("trainings.parquet"))
    """
    scheme, *rest = path.parts or ("",)
    return f"{scheme}//{'/'.join(rest)}" if scheme in _STORES else None


def is_address(text: str) -> bool:
    """Whether a text names input by its address.

    >>> is_address("s3://bucket/a.csv"), is_address("file:///srv/a.csv"), is_address("s3/a.csv")
    (True, True, False)
    """
    return text.startswith(tuple(f"{scheme}//" for scheme in (*_STORES, _FILE)))


def path_of(text: str) -> Path:
    """An address as a path, for `url_of`; that of a file is the file's own.

    >>> path_of("file:///srv/a%20b.csv").as_posix()
    '/srv/a b.csv'
    """
    if text.startswith(_FILE):
        return Path(unquote(text.removeprefix("file://").removeprefix("localhost")))
    return Path(text)
