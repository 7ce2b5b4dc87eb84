"""The ledger: an append-only record of what was built, sent and answered.

SQLite by default, PostgreSQL by URL for several machines. This package is the only one that
imports SQLAlchemy; import it where it is used. Nothing is imported here, so that what needs no
database (`lifecycle`, `records`) loads none. docs/reference/ledger.md describes the tables.
"""
