"""Whether anything in the database has changed."""

import sqlite3
from collections.abc import Hashable
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from app.database import SQLITE_BUSY_TIMEOUT_MS

_REVISIONS = {
    "tournament_id": "SELECT id, revision FROM tournaments WHERE id = :key",
    "slug": "SELECT id, revision FROM tournaments WHERE slug = :key",
    "match_id": "SELECT tournaments.id, revision FROM tournaments JOIN matches "
    "ON tournament_id = tournaments.id WHERE matches.id = :key",
}
_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")
_watching: WeakKeyDictionary[Engine, sqlite3.Connection] = WeakKeyDictionary()


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
            found = _connection(engine).execute(statement, values).fetchone()
    except (SQLAlchemyError, sqlite3.Error):
        return None
    return (found[0], found[1]) if found else None


def _snapshot(engine: Engine) -> str:
    with engine.connect() as connection:
        # One question, without a transaction around it.
        return connection.execution_options(isolation_level="AUTOCOMMIT").scalar(_SNAPSHOT)


def _commits(engine: Engine) -> tuple[sqlite3.Connection, int]:
    connection = _connection(engine)
    return connection, connection.execute("PRAGMA data_version").fetchone()[0]


def _connection(engine: Engine) -> sqlite3.Connection:
    """A connection that nobody writes with: to it, all commits are those of others."""
    if engine not in _watching:
        # Never makes a file where there is none, nor a second database in memory.
        _watching[engine] = sqlite3.connect(
            f"{Path(str(engine.url.database)).absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=SQLITE_BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        event.listen(engine, "engine_disposed", _close)
    return _watching[engine]


def _close(engine: Engine) -> None:
    """Closed with the engine's own, so that the file can be replaced."""
    if engine in _watching:
        _watching.pop(engine).close()
