"""The address of a database; what follows `sqlite:///` is a path, and leads where it says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_FILE = "sqlite:///"


def is_a_file(url: str) -> bool:
    """True for a database that lies on this machine's disk.

    >>> is_a_file("sqlite:///outbox/ledger.db"), is_a_file("postgresql+psycopg://fla@db/fla")
    (True, False)
    """
    return url.startswith("sqlite")


def file_of(url: str) -> Path | None:
    """The file of such a database; None for a server.

    >>> file_of("sqlite:////srv/100% pay?/ledger.db")
    PosixPath('/srv/100% pay?/ledger.db')
    """
    return Path(url.removeprefix(_FILE)) if url.startswith(_FILE) else None


def database_address(url: str) -> URL:
    """The address as SQLAlchemy takes it; it raises ArgumentError for one that is none.

    By the library's own reading a path would end at the first `?`. There is no question to ask
    of a file (R39); the address of a server is the library's to read. A PostgreSQL server is
    asked for UTF-8: a database of its encoding SQL_ASCII would give bytes for every text.

    >>> database_address("sqlite:////srv/100% pay?/ledger.db").database
    '/srv/100% pay?/ledger.db'
    >>> database_address("postgresql+psycopg://fla@db/fla?sslmode=require").query["sslmode"]
    'require'
    """
    from sqlalchemy.engine import URL, make_url

    if url.startswith(_FILE):
        return URL.create("sqlite", database=url.removeprefix(_FILE))
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return address.update_query_dict({"client_encoding": "utf8"})
    return address
