"""How connections to the database behave: SQLite's transactions made real, and pool sizes."""

import sqlite3
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

# The longest that SQLite itself waits for another process's write. It blocks the whole process, so it is
# short; unit_of_work waits longer, and lets other requests run meanwhile.
SQLITE_BUSY_TIMEOUT_MS = 250
# By which PostgreSQL knows our connections, and a restore those of a running server.
APPLICATION_NAME = "matchdesk"
_reading: WeakKeyDictionary[Engine, sqlite3.Connection] = WeakKeyDictionary()


def engine_options(url: str) -> dict:
    """The engine's options for SQLALCHEMY_ENGINE_OPTIONS."""
    # The values of a statement that fails may be secret, and its error is logged.
    both = {"pool_size": 20, "hide_parameters": True}
    if url.startswith("sqlite"):
        return {**both, "max_overflow": 40, "connect_args": {"check_same_thread": False}}
    named = {"application_name": APPLICATION_NAME}
    return {**both, "max_overflow": 0, "pool_pre_ping": True, "pool_timeout": 10, "connect_args": named}


def prepare_engine(engine: Engine) -> None:
    """Install the listeners that SQLite needs; other databases are left as they are."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _configure(connection, _record):
        # The driver's own BEGIN comes too late for reads and breaks savepoints: we begin ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            # Without it, INSERT OR REPLACE would slip past the audit table's delete trigger.
            "recursive_triggers=ON",
            f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection):
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def reading_connection(engine: Engine) -> sqlite3.Connection:
    """The connection to a SQLite file with which nobody writes, and which always sees what is committed.

    It is SQLite's driver's own: one of the engine's has to be taken, cleaned and given back each time, which
    takes as long as a question along an index. Raises sqlite3.Error where the file cannot be opened.
    """
    connection = _reading.get(engine)
    if connection is None:
        # Never makes a file where there is none, nor a second database in memory.
        connection = _reading[engine] = sqlite3.connect(
            f"{Path(str(engine.url.database)).absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=SQLITE_BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        event.listen(engine, "engine_disposed", _close)
    return connection


def _close(engine: Engine) -> None:
    """Closed with the engine's own, so that the file can be replaced."""
    if engine in _reading:
        _reading.pop(engine).close()
