"""Where sizes are frozen for their two years (rights document 2.2.1.5).

A size that was established is not computed again, even when declarations are corrected. Rows
are only ever added; the newest of an employer and period counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.rights.size import SizeBasis
from fla_batch.vocabulary.errors import ConfigurationMistake, LedgerTrouble
from fla_batch.vocabulary.identifiers import mask_text

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

_FILE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class FrozenSize:
    """A size as it was established. `computed_at` is an aware instant in UTC."""

    company_id: str
    period: str
    value: Fraction
    basis: SizeBasis
    fingerprint: str
    computed_at: datetime


class SizeStore:
    """One size per employer and period of two years, in the table `employer_size` of a database.

    Raises LedgerTrouble.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table = _table()
        with _translated():
            self._table.create(engine, checkfirst=True)

    def of_period(self, period: str) -> dict[str, FrozenSize]:
        """The sizes that count, by employer; none where none was established."""
        table = self._table
        query = table.select().where(table.c.period == period).order_by(table.c.id)
        with _translated(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {
            row.company_id: FrozenSize(
                row.company_id,
                row.period,
                Fraction(row.size),
                SizeBasis(row.basis),
                row.fingerprint,
                datetime.fromisoformat(row.computed_at),
            )
            for row in rows
        }

    def put(self, size: FrozenSize) -> None:
        """Establish a size; an earlier one stays on record and no longer counts."""
        with _translated(), self._engine.begin() as connection:
            connection.execute(
                self._table.insert().values(
                    company_id=size.company_id,
                    period=size.period,
                    size=str(size.value),
                    basis=size.basis.value,
                    fingerprint=size.fingerprint,
                    computed_at=size.computed_at.isoformat(),
                )
            )


def open_size_store(url: str) -> SizeStore:
    """The store in the database at `url` (an SQLAlchemy address). Raises LedgerTrouble."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from fla_batch.system.database_address import database_address

    with _translated():
        return SizeStore(create_engine(database_address(url), poolclass=NullPool))


def size_store_if_any(url: str) -> SizeStore | None:
    """The same where the database is there already; none is made. Raises LedgerTrouble."""
    file = url.removeprefix(_FILE)
    return None if file != url and not Path(file).exists() else open_size_store(url)


def _table() -> Table:
    """Append-only: `size` is an exact fraction as text, `computed_at` an instant in ISO 8601."""
    from sqlalchemy import Column, Integer, MetaData, Table, Text

    columns = ("company_id", "period", "size", "basis", "fingerprint", "computed_at")
    return Table(
        "employer_size",
        MetaData(),
        Column("id", Integer, primary_key=True, autoincrement=True),
        *(Column(name, Text, nullable=False) for name in columns),
    )


@contextmanager
def _translated() -> Iterator[None]:
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        yield
    except ArgumentError:
        raise ConfigurationMistake(
            "the database of sizes has no address that can be read",
            hint="Write it as sqlite:///sizes.db, or postgresql+psycopg://user@server/database.",
        ) from None
    except SQLAlchemyError as mistake:
        # Not chained: a driver's message may quote a whole row.
        cause = str(getattr(mistake, "orig", None) or type(mistake).__name__)
        said = mask_text(cause.split("\n", 1)[0])
        raise LedgerTrouble(
            f"the sizes of employers cannot be kept in the ledger: {said}",
            hint="Check --ledger, or [workspace] ledger: a file's folder has to be there and be "
            "yours, a server has to answer.",
        ) from None
