"""Whether anything in the database has changed."""

import sqlite3
from collections.abc import Hashable

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.database import reading_connection

_REVISIONS = {
    "tournament_id": "SELECT id, revision FROM tournaments WHERE id = :key",
    "slug": "SELECT id, revision FROM tournaments WHERE slug = :key",
    "match_id": "SELECT tournaments.id, revision FROM tournaments JOIN matches "
    "ON tournament_id = tournaments.id WHERE matches.id = :key",
}
_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")


def data_version(engine: Engine) -> Hashable | None:
    """What is another after every commit, by whatever process; None where the database cannot tell.

    PostgreSQL names the transactions that are visible now, SQLite counts the commits of others.
    """
    try:
        return _snapshot(engine) if engine.dialect.name == "postgresql" else _commits(engine)
    except (SQLAlchemyError, sqlite3.Error):
        return None


def find_revision(engine: Engine, by: str, key: int | str) -> tuple[int, int] | None:
    """The id of a tournament, and how often it was changed so far.

    Found `by` its "tournament_id" or "slug", or the "match_id" of one of its matches; None where there is
    none, or nobody can tell.
    """
    statement, values = _REVISIONS[by], {"key": key}
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                found = alone.execute(text(statement), values).fetchone()
        else:
            found = reading_connection(engine).execute(statement, values).fetchone()
    except (SQLAlchemyError, sqlite3.Error):
        return None
    return (found[0], found[1]) if found else None


def _snapshot(engine: Engine) -> str:
    with engine.connect() as connection:
        # One question, without a transaction around it.
        return connection.execution_options(isolation_level="AUTOCOMMIT").scalar(_SNAPSHOT)


def _commits(engine: Engine) -> tuple[sqlite3.Connection, int]:
    # To a connection that nobody writes with, all commits are those of others.
    connection = reading_connection(engine)
    return connection, connection.execute("PRAGMA data_version").fetchone()[0]
